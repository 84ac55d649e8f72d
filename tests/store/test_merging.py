"""Stores of several machines made one."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.grouping.run import group
from crawler.ingest.merge import merge
from crawler.store import Store, open_store, read_store
from crawler.types import (
    Article,
    ArticleKind,
    Credit,
    Moment,
    Outlet,
    Precision,
    Source,
    SourceKind,
)
from tests.conftest import NOW, PYTHON, Inside, ask


def text(n: int) -> str:
    draw = random.Random(n)
    return " ".join(f"word{draw.randrange(10_000)}" for _ in range(120))


LIVE = ArticleKind.LIVE_BLOG
_PIDS = itertools.count(1)


class Machine:
    """A store as a machine of its own would fill it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store: Store = open_store(path)
        with self.store.batch():
            self.run = self.store.runs.open("newsloom crawl", now=NOW, pid=next(_PIDS))

    def save(self, slug: str, page: str, body: str, *, seen: str, polled: str | None,
             title: str = "A title", fetched: str | None = None, **more: Any) -> None:  # fmt: skip
        """A source lists a page, and it is read."""
        feed = f"https://{slug}.example/feed"
        outlet = Outlet(
            slug=slug, name=slug,
            sources=(Source(url=feed, kind=SourceKind.FEED, outlet=slug),),
        )  # fmt: skip
        url = f"https://{slug}.example/{page}"
        with self.store.batch():
            number = self.store.outlets.save(outlet)
            self.execute(
                "INSERT INTO pages (outlet, url, state, settled_at) VALUES (?, ?, 'article', ?)"
                " ON CONFLICT DO NOTHING",
                number, url, seen,
            )  # fmt: skip
            self.execute(
                "INSERT INTO sightings SELECT p.id, s.id, ?, ?, ?, '', 1 FROM pages p, sources s"
                " WHERE p.url = ? AND s.url = ? ON CONFLICT DO NOTHING",
                seen, polled, title, url, feed,
            )  # fmt: skip
            published = Moment(
                at="2022-01-05T10:00:00Z", precision=Precision.SECOND, source="feed", raw=""
            )
            self.store.articles.save(
                Article(
                    url=url, outlet=slug, title=title, text=body, language="en",
                    published=published, fetched_at=fetched or seen, page=self.page(url), **more,
                ),
                outlet=number, run=self.run, now=seen,
            )  # fmt: skip

    def page(self, url: str) -> int:
        return int(self.execute("SELECT id FROM pages WHERE url = ?", url)[0][0])

    def execute(self, sql: str, *values: Any) -> list[Any]:
        return self.store._connection.execute(sql, values).fetchall()

    def done(self) -> Path:
        group(self.store, run=self.run, now=NOW)
        with self.store.batch():
            self.store.runs.close(self.run, now=NOW, outcome="done", summary={})
        self.store.close()
        return self.path


def at(clock: str) -> str:
    return f"2022-01-05T{clock}:00Z"


def merged(tmp_path: Path, *files: Path) -> sqlite3.Connection:
    target = tmp_path / "all.db"
    merge(files, target, now=NOW, progress=lambda _what, _done, _total: None)
    assert not list(tmp_path.glob(".newsloom-*"))
    store = read_store(target)
    assert store.upkeep.problems() == []
    store.close()
    return sqlite3.connect(target)


def test_articles_of_both_are_one_and_the_earliest_sighting_stays(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    one.save("herald", "bridge", text(1), seen=at("11:00"), polled=at("10:00"))
    two.save("herald", "bridge", text(1), seen=at("10:40"), polled=at("10:20"))
    two.save("gazette", "bridge", text(1), seen=at("12:00"), polled=None)
    two.save("gazette", "other", text(2), seen=at("12:00"), polled=None)
    db = merged(tmp_path, one.done(), two.done())
    assert db.execute("SELECT url, first_seen_at, previous_poll_at FROM articles").fetchall() == [
        ("https://herald.example/bridge", at("10:40"), at("10:20")),
        ("https://gazette.example/bridge", at("12:00"), None),
        ("https://gazette.example/other", at("12:00"), None),
    ]
    assert db.execute("SELECT count(*), min(seen_at) FROM sightings").fetchone() == (3, at("10:40"))
    assert db.execute("SELECT count(DISTINCT copy_group) FROM memberships").fetchone() == (2,)
    assert [row[0] for row in db.execute("SELECT command FROM runs ORDER BY id")] == [
        "newsloom crawl", "newsloom crawl", "newsloom merge",
    ]  # fmt: skip
    found = db.execute(
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (text(2).split()[0],)
    )
    assert len(found.fetchall()) == 1
    db.close()


def test_texts_of_both_are_revisions_as_they_were_fetched(tmp_path: Path) -> None:
    machines = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for n, (title, fetched) in enumerate(
        [("first", "10:00"), ("second", "12:00"), ("third", "15:00"), ("fourth", "18:00")]
    ):
        machines[n % 2].save(
            "herald", "bridge", text(n), seen=at("10:00"), polled=None, title=title,
            fetched=at(fetched),
        )  # fmt: skip
    db = merged(tmp_path, *(machine.done() for machine in machines))
    revisions = db.execute("SELECT revision, title, replaced_at FROM revisions ORDER BY revision")
    assert revisions.fetchall() == [
        (0, "first", at("12:00")), (1, "second", at("15:00")), (2, "third", at("18:00")),
    ]  # fmt: skip
    assert db.execute("SELECT title, revision FROM articles").fetchall() == [("fourth", 3)]
    db.close()


def test_a_page_is_settled_when_one_machine_settled_it(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for machine in (one, two):
        machine.save("herald", "known", text(9), seen=at("10:00"), polled=None)
    states = {
        "p": ("pending", "article"), "q": ("pending", "rejected"), "r": ("rejected", "article"),
        "s": ("rejected", "pending"), "t": ("article", "rejected"), "u": ("pending", "pending"),
    }  # fmt: skip
    for page, pair in states.items():
        for machine, state in zip((one, two), pair, strict=True):
            if state == "article":
                machine.save("herald", page, text(ord(page)), seen=at("10:00"), polled=None)
            else:
                machine.execute(
                    "INSERT INTO pages (outlet, url, state, reason) VALUES (1, ?, ?, ?)",
                    f"https://herald.example/{page}", state,
                    "http-404" if state == "rejected" else None,
                )  # fmt: skip
    db = merged(tmp_path, one.done(), two.done())
    rows = db.execute("SELECT substr(url, -1), state FROM pages WHERE url NOT LIKE '%known'")
    assert dict(rows) == {
        "p": "article", "q": "rejected", "r": "article", "s": "rejected", "t": "article",
        "u": "pending",
    }  # fmt: skip
    db.close()


def test_stories_keep_the_numbers_of_the_first_and_overrides_are_carried(
    tmp_path: Path, inside: Inside
) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    one.save("herald", "bridge", text(1), seen=at("10:00"), polled=None)
    two.save("gazette", "bridge", text(5), seen=at("10:00"), polled=None)
    two.save("courier", "tunnel", text(6), seen=at("10:00"), polled=None)
    files = one.done(), two.done()
    before = ask(files[0], "SELECT id FROM stories")
    said = inside(
        "--db", files[1], "override", "merge", "1", "2", "--why", "one work", "--who", "me"
    )
    assert said.returncode == 0, said.stderr
    db = merged(tmp_path, *files)
    assert set(before) <= set(db.execute("SELECT id FROM stories WHERE merged_into IS NULL"))
    assert db.execute("SELECT who, why, kind FROM overrides").fetchall() == [
        ("me", "one work", "merge")
    ]
    stories = dict(
        db.execute(
            "SELECT o.slug, g.story FROM articles a JOIN outlets o ON o.id = a.outlet"
            " JOIN memberships m ON m.article = a.id JOIN copy_groups g ON g.id = m.copy_group"
        )
    )
    assert stories["gazette"] == stories["courier"] != stories["herald"]
    db.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_the_order_of_files_changes_no_fact(tmp_path: Path, order: tuple[int, ...]) -> None:
    machines = [Machine(tmp_path / f"{n}.db") for n in range(3)]
    for n, machine in enumerate(machines):
        for page in range(n, n + 3):
            machine.save(
                "herald",
                f"p{page}",
                text(page),
                seen=at(f"1{n}:30"),
                polled=at(f"1{n}:00"),
            )
    files = [machine.done() for machine in machines]
    db = merged(tmp_path, *(files[n] for n in order))
    assert db.execute("SELECT url, first_seen_at FROM articles ORDER BY url").fetchall() == [
        (f"https://herald.example/p{page}", at(f"1{max(0, page - 2)}:30")) for page in range(5)
    ]
    db.close()


def test_wrong_files_are_named_and_nothing_is_left(tmp_path: Path, inside: Inside) -> None:
    one = Machine(tmp_path / "a.db").done()
    (tmp_path / "text.db").write_text("no database")
    target = tmp_path / "all.db"
    for files, says in (
        ((one,), "two stores"),
        ((one, one), "named twice"),
        ((one, tmp_path / "none.db"), "no such database"),
        ((one, tmp_path / "text.db"), "not a SQLite file"),
    ):
        done = inside("merge", *files, "-o", target)
        assert done.returncode in (1, 2)
        assert says in done.stderr
        assert not target.exists()
        assert not list(tmp_path.glob("all.db*"))
    two = Machine(tmp_path / "b.db").done()
    assert "exists" in inside("merge", one, two, "-o", one).stderr


def test_a_file_merged_with_its_own_copy_is_itself(tmp_path: Path, inside: Inside) -> None:
    one = Machine(tmp_path / "a.db")
    for page in range(3):
        one.save("herald", f"p{page}", text(page), seen=at("10:00"), polled=at("09:00"))
    one.execute("INSERT INTO fetches (run, source, url, at, outcome) VALUES (1, 1, 'u', ?, 'read')",
                at("10:00"))  # fmt: skip
    file = one.done()
    for override in (("merge", "1", "2"), ("pin", "3")):
        done = inside("--db", file, "override", *override, "--why", "so", "--who", "me")
        assert done.returncode == 0, done.stderr
    copy = tmp_path / "b.db"
    shutil.copy(file, copy)
    db = merged(tmp_path, file, copy)
    for table, count in (("fetches", 1), ("articles", 3), ("overrides", 2), ("sightings", 3)):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,), table
    assert db.execute("SELECT command FROM runs ORDER BY id DESC").fetchone() == ("newsloom merge",)
    db.close()


def test_texts_without_a_time_come_once_from_a_copy(tmp_path: Path, inside: Inside) -> None:
    lines = tmp_path / "l.jsonl"
    lines.write_text(
        "".join(
            f'{{"url": "https://g.org/1", "title": "Bridge", "text": "{text}"}}\n'
            for text in ("It closes.", "It opens.", "It closes.")
        ),
        "utf-8",
    )
    one, two = tmp_path / "a.db", tmp_path / "b.db"
    inside("--db", one, "import", lines)
    shutil.copy(one, two)
    db = merged(tmp_path, one, two)
    assert db.execute("SELECT text FROM revisions ORDER BY revision").fetchall() == [
        ("It closes.",), ("It opens.",),
    ]  # fmt: skip
    db.close()


def told_otherwise(n: int) -> str:
    """A text of one event in its own words: as a story it belongs to the others, as a text not."""
    draw = random.Random(n)
    words = text(99).split()
    draw.shuffle(words)
    return " ".join(words[:80] + text(n).split()[:40])


def test_a_split_made_in_another_file_leaves_numbers_where_the_stories_are(
    tmp_path: Path, inside: Inside
) -> None:
    machines = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for machine in machines:
        for n in range(4):
            machine.save(f"o{n}", "x", told_otherwise(n), seen=at("10:00"), polled=None)
    files = [machine.done() for machine in machines]
    stories = "SELECT DISTINCT story FROM copy_groups"
    assert ask(files[0], stories) == [(1,)]
    done = inside("--db", files[1], "override", "split", "1", "1", "--why", "no", "--who", "me")
    assert done.returncode == 0, done.stderr
    db = merged(tmp_path, *files)
    # The number stays with the three, the splinter takes a new one.
    rows = db.execute("SELECT story, count(*) FROM copy_groups GROUP BY story ORDER BY story")
    assert rows.fetchall() == [(1, 3), (2, 1)]
    assert db.execute("SELECT kind, story, other FROM overrides").fetchall() == [("split", 1, 2)]
    db.close()


def test_overrides_that_contradict_are_left_out_and_counted(tmp_path: Path, inside: Inside) -> None:
    machines = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for machine in machines:
        for n in range(4):
            machine.save(f"o{n}", "x", told_otherwise(n), seen=at("10:00"), polled=None)
    files = [machine.done() for machine in machines]
    pinned = inside("--db", files[0], "override", "pin", "1", "--why", "yes", "--who", "me")
    assert pinned.returncode == 0
    inside("--db", files[1], "override", "split", "1", "1", "--why", "no", "--who", "you")
    done = inside("merge", *files, "-o", tmp_path / "all.db")
    assert "1 override was left out because of a contradiction" in done.stdout
    assert ask(tmp_path / "all.db", "SELECT DISTINCT story FROM copy_groups") == [(1,)]


def test_a_text_taken_over_brings_its_credits_and_wipes_nothing(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    meridian = Credit(agency="Meridian", via="byline", evidence="By Meridian", confidence=0.9)
    other = Credit(agency="Eurowire", via="credit", evidence="Eurowire", confidence=0.9)
    one.save("herald", "x", text(1), seen=at("10:00"), polled=None, section="World",
             credits=(meridian,))  # fmt: skip
    two.save("herald", "x", text(2), seen=at("10:00"), polled=None, fetched=at("12:00"),
             credits=(other,))  # fmt: skip
    db = merged(tmp_path, one.done(), two.done())
    assert db.execute("SELECT agency FROM credits").fetchall() == [("Eurowire",)]
    assert db.execute("SELECT section, text FROM articles").fetchall() == [("World", text(2))]
    db.close()


def test_the_text_of_a_feed_does_not_replace_that_of_the_page(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    one.save("herald", "x", text(1), seen=at("10:00"), polled=None)
    two.save("herald", "x", "a summary", seen=at("10:00"), polled=None, fetched=at("12:00"),
             text_from="feed")  # fmt: skip
    files = one.done(), two.done()
    for n, order in enumerate((files, files[::-1])):
        (tmp_path / str(n)).mkdir()
        db = merged(tmp_path / str(n), *order)
        assert db.execute("SELECT text, text_from FROM articles").fetchall() == [(text(1), "page")]
        db.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("texts", [(1, 1), (1, 2), (2, 1)])
@pytest.mark.parametrize("kinds", [(LIVE, None), (None, LIVE), (LIVE, LIVE)])
def test_a_kind_that_one_file_knows_is_kept(
    tmp_path: Path,
    kinds: tuple[ArticleKind | None, ...],
    texts: tuple[int, int],
    order: tuple[int, int],
) -> None:
    """Where the newer text states none, it is what was known of the article."""
    machines = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for n, machine in enumerate(machines):
        kind = kinds[n]
        machine.save("herald", "x", text(texts[n]), seen=at("10:00"), polled=None,
                     fetched=at(f"1{texts[n]}:00"), kind=kind)  # fmt: skip
        machine.save("herald", f"only-{n}", text(5 + n), seen=at("10:00"), polled=None, kind=kind)
    files = [machine.done() for machine in machines]
    db = merged(tmp_path, *(files[n] for n in order))
    found = dict(db.execute("SELECT url, kind FROM articles").fetchall())
    db.close()
    assert found == {
        "https://herald.example/x": "live-blog",
        "https://herald.example/only-0": kinds[0],
        "https://herald.example/only-1": kinds[1],
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_return_to_an_earlier_text_is_a_revision(tmp_path: Path, order: tuple[int, int]) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for machine, hours in ((one, "10 11"), (two, "10 11 12")):
        for n, hour in enumerate(hours.split()):
            machine.save("herald", "x", text(n % 2), seen=at("10:00"), polled=None,
                         title=f"title {n % 2}", fetched=at(f"{hour}:00"))  # fmt: skip
    files = one.done(), two.done()
    db = merged(tmp_path, *(files[n] for n in order))
    assert db.execute("SELECT title FROM revisions ORDER BY revision").fetchall() == [
        ("title 0",), ("title 1",),
    ]  # fmt: skip
    assert db.execute("SELECT title, revision FROM articles").fetchall() == [("title 0", 2)]
    db.close()


def test_a_full_disk_leaves_no_half_store(tmp_path: Path) -> None:
    machines = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    for n, machine in enumerate(machines):
        for page in range(60):
            machine.save(
                "herald", f"{n}-{page}", text(n * 1000 + page), seen=at("10:00"), polled=None
            )
    files = [machine.done() for machine in machines]
    whole = files[0].stat().st_size // 512
    for blocks in (whole // 2, whole * 5 // 4):
        limited = f"ulimit -f {blocks}; exec {PYTHON} -m crawler merge {files[0]} {files[1]}"
        done = subprocess.run(
            ["sh", "-c", f"{limited} -o {tmp_path / 'all.db'}"],
            capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 1, (blocks, done.stdout)
        assert "all.db:" in done.stderr
        assert [file.name for file in tmp_path.glob("all.db*")] == ["all.db.lock"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_columns_of_the_user_s_own_are_merged_where_both_have_them(
    order: tuple[int, int], tmp_path: Path, inside: Inside
) -> None:
    files = []
    for name in ("a", "b"):
        machine = Machine(tmp_path / f"{name}.db")
        machine.save("herald", name, text(ord(name)), seen=at("10:00"), polled=None)
        files.append(machine.done())
        with closing(sqlite3.connect(files[-1])) as connection:
            tables = connection.execute(
                "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' "
                "AND name NOT GLOB '*sqlite_*' AND name NOT GLOB 'articles_fts*' "
                "AND name NOT GLOB 'article_parts*' AND name <> 'part_terms'"
            ).fetchall()
            for (table,) in tables:
                connection.execute(f'ALTER TABLE {table} ADD COLUMN "my (code" TEXT')
                connection.execute(f"ALTER TABLE {table} ADD COLUMN only_{name} TEXT")
            connection.execute("""UPDATE articles SET "my (code" = 'crisis ' || url""")
            connection.commit()
    db = merged(tmp_path, *(files[n] for n in order))
    rows = db.execute('SELECT url, "my (code" FROM articles').fetchall()
    assert len(rows) == 2
    assert all(code == f"crisis {url}" for url, code in rows)
    db.close()
    # The whole of the work goes on beside them.
    for command in ("group --rebuild", "stories", "health", "export articles", "network"):
        done = inside("--db", tmp_path / "all.db", *command.split())
        assert (done.returncode, done.stderr) == (0, done.stderr), command
