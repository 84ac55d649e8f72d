"""What Newsloom does in its days: every command that writes, on files as they are before it."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench.corpora.kills import DONE, Result, Work, newsloom
from crawler.demo.town import Town

SCHEMAS = Path(__file__).parents[2] / "tests" / "golden" / "schemas"
LATER = 2
"""Outlets that are crawled after the one whose crawl was killed."""
CRAWL = ("crawl", "-q", "--now", "--allow-private", "--keep-pages", "--keep-warc")
ONE_PARSER = ("--workers", "1")
"""The outlets come one after another, each read by one parser: stories depend on the order."""
GROUP = ("--db", "s.db", "group", "-q")
_WATCHED = ("--language", "en", "--file", "events.jsonl")


class Works:
    """The works of a town, each made when it is first asked for."""

    def __init__(self, town: Town, folder: Path, slugs: Sequence[str], *, migrated: int) -> None:
        """`slugs` are the outlets that are crawled, `migrated` the articles of an older store."""
        self._folder = folder
        outlets = town.describe_outlets(folder / "outlets").absolute()
        self._own = ("--only", "--outlets", outlets)
        self._turns = slugs
        self._migrated = migrated
        self._made: dict[str, Path] = {}

    def all(self) -> Iterator[tuple[str, Callable[[random.Random], Work]]]:
        """Kinds of work, with what draws one of a kind."""
        yield "crawl", self._crawl
        yield "parsing", self._parsing
        yield "group", lambda _: Work("group", self._ungrouped(), GROUP)
        yield (
            "group --rebuild",
            lambda _: Work("group --rebuild", self._town(), (*GROUP, "--rebuild")),
        )
        yield "import", self._import
        yield "export", self._export
        yield "merge", self._merge
        yield "migration", self._migration
        yield "reextract", self._reextract
        yield "backup", self._backup
        yield "topic", self._topic
        yield "override", self._override
        yield "data set out", self._data_set_out
        yield "data set in", self._data_set_in
        yield "watch", self._watch

    def any_order(self) -> Work:
        """All outlets at once: articles are the same, stories may differ."""
        kinds = ("articles", "revisions", "sightings", "pages")
        return Work(
            "crawl of all", self._after(0), ("--db", "s.db", *CRAWL, *self._own), kinds=kinds
        )

    def _crawl(self, draw: random.Random) -> Work:
        turn = draw.randrange(len(self._turns))
        lines = [self._turn(n) for n in range(turn, min(turn + 1 + LATER, len(self._turns)))]
        return Work(f"crawl {self._turns[turn]}", self._after(turn), lines[0], lines[1:])

    def _parsing(self, _: random.Random) -> Work:
        def make(folder: Path) -> None:
            for warc in self._town().glob("*.warc*"):
                shutil.copy(warc, folder)

        before = self._folder_of("pages", make)
        files = sorted(file.name for file in before.iterdir())
        line = ("--db", "s.db", "import", "-q", "--workers", "1", *files)
        return Work("parsing of archived pages", before, line, [GROUP])

    def _import(self, _: random.Random) -> Work:
        return Work("import", self._lines(), ("--db", "s.db", "import", "-q", "l.jsonl"), [GROUP])

    def _export(self, draw: random.Random) -> Work:
        name = draw.choice(("all.csv", "all.jsonl"))
        line = ("--db", "s.db", "export", "articles", "-o", name)
        return Work(f"export {name}", self._town(), line, output=name)

    def _merge(self, _: random.Random) -> Work:
        def make(folder: Path) -> None:
            for number, name in enumerate(("a.db", "b.db")):
                lines = (self._lines() / "l.jsonl").read_text("utf-8").splitlines(keepends=True)
                (folder / "l.jsonl").write_text("".join(lines[number::2]), "utf-8")
                _do(("--db", name, "import", "-q", "l.jsonl"), folder)
                _do(("--db", name, "group", "-q"), folder)

        before = self._folder_of("parts", make)
        kinds = [kind for kind in Result._fields if kind != "output"]
        line = ("merge", "-q", "a.db", "b.db", "-o", "all.db")
        return Work("merge", before, line, store="all.db", output="all.db", kinds=kinds)

    def _migration(self, draw: random.Random) -> Work:
        version = draw.choice(sorted(SCHEMAS.glob("*.sql")))

        def make(folder: Path) -> None:
            old_store(folder / "s.db", version, self._migrated)

        before = self._folder_of(f"schema {version.stem}", make)
        line = ("--db", "s.db", "db", "migrate")
        return Work(f"migration of schema {version.stem}", before, line, output="s.db")

    def _reextract(self, _: random.Random) -> Work:
        def make(folder: Path) -> None:
            shutil.copytree(self._town(), folder, dirs_exist_ok=True)
            with closing(sqlite3.connect(folder / "s.db")) as db, db:
                # As an older extraction read them.
                db.execute("UPDATE articles SET text = text || char(10) || 'Share this'")
            with closing(sqlite3.connect(folder / "s.pages.db")) as db, db:
                db.execute("UPDATE kept_pages SET extraction = 0")

        line = ("--db", "s.db", "reextract", "-q", "--workers", "1")
        return Work("reextract", self._folder_of("older", make), (*line, *self._own), [GROUP])

    def _backup(self, _: random.Random) -> Work:
        return Work("backup", self._town(), ("--db", "s.db", "db", "backup", "b.db"), output="b.db")

    def _topic(self, _: random.Random) -> Work:
        line = ("--db", "s.db", "topic", "add", "unrest", "--words", "kazakh* OR almaty")
        return Work("topic add", self._town(), line)

    def _override(self, draw: random.Random) -> Work:
        kind = draw.choice(("merge", "pin"))
        with closing(sqlite3.connect(self._town() / "s.db")) as db:
            stories = [row[0] for row in db.execute(
                "SELECT id FROM stories WHERE merged_into IS NULL ORDER BY articles DESC LIMIT 2"
            )]  # fmt: skip
        which = stories if kind == "merge" else stories[:1]
        line = ("--db", "s.db", "override", kind, *which, "--why", "one event", "--who", "me")
        return Work(f"override {kind}", self._town(), line, [GROUP])

    def _data_set_out(self, _: random.Random) -> Work:
        line = ("--db", "s.db", "export", "--dataset", "all")
        back = ("--db", "back.db", "import", "-q", "--dataset", "all", "--with-findings")
        return Work("export --dataset", self._town(), line, [back], store="back.db")

    def _data_set_in(self, _: random.Random) -> Work:
        def make(folder: Path) -> None:
            shutil.copytree(self._town(), folder, dirs_exist_ok=True)
            _do(("--db", "s.db", "export", "--dataset", "all"), folder)
            for file in folder.glob("s.*db*"):
                file.unlink()

        line = ("--db", "s.db", "import", "-q", "--dataset", "all", "--with-findings")
        return Work("import --dataset", self._folder_of("data set", make), line)

    def _watch(self, draw: random.Random) -> Work:
        """A crawl that has events to report."""

        def make(folder: Path) -> None:
            (folder / "none.jsonl").touch()
            _do(("--db", "s.db", "import", "-q", "none.jsonl"), folder)
            _do(("--db", "s.db", "watch", "add", "all", *_WATCHED), folder)

        before = self._folder_of("watched", make)
        return Work("crawl with a watch", before, self._turn(draw.randrange(len(self._turns))))

    def _folder_of(self, name: str, make: Callable[[Path], None]) -> Path:
        if name not in self._made:
            folder = self._folder / name
            folder.mkdir()
            make(folder)
            self._made[name] = folder
        return self._made[name]

    def _after(self, turn: int) -> Path:
        """A store after this many turns of the crawl."""

        def make(folder: Path) -> None:
            if turn:
                shutil.copytree(self._after(turn - 1), folder, dirs_exist_ok=True)
                _do(self._turn(turn - 1), folder)

        return self._folder_of(f"turn {turn}", make)

    def _turn(self, number: int) -> tuple[object, ...]:
        return ("--db", "s.db", *CRAWL, *ONE_PARSER, *self._own, self._turns[number])

    def _town(self) -> Path:
        """A store that has been crawled and grouped, with the pages beside it."""
        return self._after(len(self._turns))

    def _lines(self) -> Path:
        """The articles of the town as rows to import."""

        def make(folder: Path) -> None:
            with closing(sqlite3.connect(self._town() / "s.db")) as db:
                rows = db.execute(
                    "SELECT a.url, o.slug, a.title, a.text, a.language, a.published_at "
                    "FROM articles a JOIN outlets o ON o.id = a.outlet ORDER BY a.id"
                ).fetchall()
            names = ("url", "outlet", "title", "text", "language", "published_at")
            with (folder / "l.jsonl").open("w", encoding="utf-8") as stream:
                for row in rows:
                    print(json.dumps(dict(zip(names, row, strict=True))), file=stream)

        return self._folder_of("lines", make)

    def _ungrouped(self) -> Path:
        def make(folder: Path) -> None:
            shutil.copytree(self._lines(), folder, dirs_exist_ok=True)
            _do(("--db", "s.db", "import", "-q", "l.jsonl"), folder)

        return self._folder_of("ungrouped", make)


def _do(line: Sequence[object], folder: Path) -> None:
    code = newsloom(line, folder).wait()
    if code not in DONE:
        raise RuntimeError(f"newsloom {' '.join(map(str, line))} ended with {code}")


def old_store(file: Path, schema: Path, articles: int) -> None:
    """A file of an earlier schema, with articles, revisions, copies and stories."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(schema.read_text("utf-8"))
        db.execute("BEGIN")
        db.execute("INSERT INTO outlets (id, slug, name) VALUES (1, 'g', 'Gazette')")
        db.execute(
            "INSERT INTO sources (id, outlet, url, kind) VALUES (1, 1, 'https://g.org/', 'feed')"
        )
        db.execute(
            "INSERT INTO runs (id, command, version, pid, started_at, ended_at, outcome) "
            "VALUES (1, 'x', '', 1, '2022-01-05T12:00:00Z', '2022-01-05T12:00:00Z', 'done')"
        )
        for n in range(1, articles + 1):
            text = " ".join(
                itertools.islice(itertools.cycle((f"bridge {n}", "almaty", "news")), 300)
            )
            db.execute(
                "INSERT INTO articles (id, outlet, url, title, text, words, first_seen_at, "
                "text_hash, run) VALUES (?, 1, ?, ?, ?, 300, '2022-01-05T12:00:00Z', ?, 1)",
                (n, f"https://g.org/{n}", f"Bridge {n}", text, str(n)),
            )
            db.execute("INSERT INTO stories (id, title) VALUES (?, ?)", (n, f"Bridge {n}"))
            db.execute(
                "INSERT INTO copy_groups (id, story, articles, at) VALUES (?, ?, 1, '2022')", (n, n)
            )
            db.execute("INSERT INTO memberships (article, copy_group) VALUES (?, ?)", (n, n))
        db.execute("COMMIT")
