"""Stores of several machines made one."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crawler.grouping import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Outlet, Precision, Source, SourceKind
from tests.conftest import NOW, newsloom


def text(n: int) -> str:
    draw = random.Random(n)
    return " ".join(f"word{draw.randrange(10_000)}" for _ in range(120))


class Machine:
    """A store as a machine of its own would fill it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store: Store = open_store(path)
        with self.store.batch():
            self.run = self.store.runs.open("newsloom crawl", now=NOW, pid=1)

    def save(self, slug: str, page: str, body: str, *, seen: str, polled: str | None,
             title: str = "The bridge", fetched: str | None = None) -> None:  # fmt: skip
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
                Article(url=url, outlet=slug, title=title, text=body, language="en",
                        published=published, fetched_at=fetched or seen, page=self.page(url)),
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
    done = newsloom("merge", *files, "-o", target)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("*.part*"))
    checked = newsloom("--db", target, "db", "check")
    assert checked.returncode == 0, checked.stdout
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
        "newsloom crawl", "newsloom merge", "newsloom crawl",
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


def test_stories_keep_the_numbers_of_the_first_and_overrides_are_carried(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    one.save("herald", "bridge", text(1), seen=at("10:00"), polled=None)
    two.save("gazette", "bridge", text(5), seen=at("10:00"), polled=None)
    two.save("courier", "tunnel", text(6), seen=at("10:00"), polled=None)
    files = one.done(), two.done()
    before = sqlite3.connect(files[0]).execute("SELECT id FROM stories").fetchall()
    said = newsloom(
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


def test_wrong_files_are_named_and_nothing_is_left(tmp_path: Path) -> None:
    one = Machine(tmp_path / "a.db").done()
    (tmp_path / "text.db").write_text("no database")
    target = tmp_path / "all.db"
    for files, says in (
        ((one,), "two stores"),
        ((one, one), "named twice"),
        ((one, tmp_path / "none.db"), "no such database"),
        ((one, tmp_path / "text.db"), "not a SQLite file"),
    ):
        done = newsloom("merge", *files, "-o", target)
        assert done.returncode in (1, 2)
        assert says in done.stderr
        assert not target.exists()
        assert not list(tmp_path.glob("all.db*"))
    assert "exists" in newsloom("merge", one, tmp_path / "text.db", "-o", one).stderr
