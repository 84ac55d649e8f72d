"""The schema's history. Add at the end; never change what is there."""

from __future__ import annotations

import sqlite3
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.db import Database

from crawler.store.connection import APPLICATION_ID
from crawler.store.stories import figures_of_all

VERSION = 12
"""Number of migrations; the file has it as `user_version`, so readers need no sqlite-utils."""


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Bring a file up to date; names of the steps taken, in order."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return []
    from sqlite_utils import Database, Migrations

    steps = Migrations("newsloom")
    steps()(m001_the_house)
    steps()(m002_copies)
    steps()(m003_revisions)
    steps()(m004_stories)
    steps()(m005_stories)
    steps()(m006_extraction)
    steps()(m007_discovery)
    steps()(m008_desk)
    steps()(m009_voice)
    steps()(m010_counts)
    steps()(m011_placed)
    steps()(m012_limits)
    # First, so that a file whose migration was cut off is known as ours.
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database = Database(connection)
    taken = [step.name for step in steps.pending(database)]
    steps.apply(database)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    return taken


def m001_the_house(database: Database) -> None:
    """All tables, indexes and views; full-text search over headline and body."""
    _run("schema.sql", database)
    database["articles"].enable_fts(
        ["title", "text"], tokenize="unicode61 remove_diacritics 2", create_triggers=True
    )


def m002_copies(database: Database) -> None:
    """Numbers in the evidence, keys in two tiers, counts of furniture."""
    _run("m002_copies.sql", database)


def m003_revisions(database: Database) -> None:
    """The evidence of a pair says which revisions were compared."""
    _run("m003_revisions.sql", database)


def m004_stories(database: Database) -> None:
    """What the story linker keeps between runs."""
    _run("m004_stories.sql", database)


def m005_stories(database: Database) -> None:
    """Steps of the linker, overrides, manifest, partitions beside; what a story says of itself."""
    _redefine(
        database,
        "stories",
        {
            "title TEXT NOT NULL, -- headline of the first article of its largest copy group": (
                "title TEXT NOT NULL, -- headline of the article most like the others"
            ),
            "copy_groups INTEGER NOT NULL DEFAULT 0 -- number of different texts": (
                "copy_groups INTEGER NOT NULL DEFAULT 0, -- number of different texts\n"
                "  languages TEXT NOT NULL DEFAULT '[]', -- JSON array of its languages, the most "
                "frequent first\n"
                "  central INTEGER REFERENCES articles (id) -- article most like the others; NULL "
                "while not looked for"
            ),
        },
    )
    _redefine(
        database,
        "copy_groups",
        {
            "linked_at TEXT -- when its place in a story was last looked at; NULL: to be done": (
                "linked_at TEXT, -- when its place in a story was last looked at; "
                "NULL: to be done\n"
                "  step INTEGER -- step of the story linker in which it was first looked at; "
                "a rebuild takes the same steps"
            )
        },
    )
    _run("m005_stories.sql", database)
    figures_of_all(database.conn)


def m006_extraction(database: Database) -> None:
    """Tags, doubts about times, agencies; which extraction made a text, and revisions of ours."""
    _redefine(
        database,
        "articles",
        {
            "published_source TEXT, -- who gave it: jsonld, meta, time, feed, sitemap, text, "
            "import": "published_source TEXT, -- who gave it: jsonld, meta, time, feed, sitemap, "
            "text (htmldate), url, import",
            "run INTEGER NOT NULL REFERENCES runs (id) -- run that brought this text": (
                "run INTEGER NOT NULL REFERENCES runs (id), -- run that brought this text\n"
                "  published_doubt TEXT, -- what another statement of the page says of its time, "
                "or that a time it states cannot be; NULL where all agree\n"
                "  tags TEXT NOT NULL DEFAULT '[]', -- JSON array of the tags that the outlet "
                "gave it\n"
                "  extraction INTEGER -- version of Newsloom's extraction that made it; NULL: "
                "imported, or older than these versions"
            ),
        },
    )
    _redefine(
        database,
        "revisions",
        {
            "run INTEGER NOT NULL REFERENCES runs (id), -- run that had brought it": (
                "run INTEGER NOT NULL REFERENCES runs (id), -- run that had brought it\n"
                "  ours INTEGER NOT NULL DEFAULT 0 CHECK (ours IN (0, 1)), -- 1 when the outlet "
                "changed nothing: Newsloom read the same page anew"
            )
        },
    )
    _run("m006_extraction.sql", database)


def m007_discovery(database: Database) -> None:
    """When sources are asked again, robots.txt of sites, revisits, texts from feeds, gaps."""
    _redefine(
        database,
        "sources",
        {
            "one feed or sitemap of an outlet": "one feed, sitemap or section page of an outlet",
            "('feed', 'sitemap')": "('feed', 'sitemap', 'page')",
            "retired_at TEXT -- when the server said that it is gone for good (410); it is not "
            "asked again": (
                "retired_at TEXT, -- when the server said that it is gone for good (410); it is "
                "not asked again\n"
                "  due_at TEXT, -- when to ask next: learned from how often it brings news, later "
                "after failures; NULL: at any time\n"
                "  rate REAL, -- new pages an hour, the last day weighing most; NULL: not known\n"
                "  content_hash TEXT, -- BLAKE2 of the last full answer: the same bytes list "
                "nothing new\n"
                "  moved_to TEXT, -- address it has moved to for good (301, 308), which is asked "
                "instead\n"
                "  same_as INTEGER REFERENCES sources (id), -- source of the outlet that gives "
                "the same under another address; this one is left alone\n"
                "  hub TEXT -- WebSub hub that would tell of news"
            ),
        },
    )
    _redefine(
        database,
        "fetches",
        {
            "offered INTEGER NOT NULL DEFAULT 0 -- of these, pages that were new or changed": (
                "offered INTEGER NOT NULL DEFAULT 0, -- of these, pages that were new or changed\n"
                "  gap_seconds INTEGER -- when not one page listed was known: from the poll before "
                "to the oldest of them, time in which others may have come and gone; NULL: no gap"
            )
        },
    )
    _redefine(
        database,
        "pages",
        {
            "settled_at TEXT -- when it last became an article or was rejected": (
                "settled_at TEXT, -- when it last became an article or was rejected\n"
                "  text TEXT, -- body in that listing, for when the page itself cannot be read; "
                "NULL once it is an article\n"
                "  revisit_at TEXT, -- when the article is fetched again to see whether it has "
                "changed; NULL: not by itself\n"
                "  etag TEXT, -- ETag of the page as last read, to ask whether it has changed\n"
                "  last_modified TEXT -- Last-Modified of the page as last read, likewise"
            )
        },
    )
    _redefine(
        database,
        "articles",
        {
            "extraction INTEGER -- ": "extraction INTEGER, -- ",
            "imported, or older than these versions": (
                "imported, or older than these versions\n"
                "  text_from TEXT NOT NULL DEFAULT 'page' CHECK (text_from IN ('page', 'feed')), "
                "-- where the text was read; feed: the page itself could not be\n"
                "  reserved TEXT -- what the page says to reserve its text from mining; NULL: "
                "nothing"
            ),
        },
    )
    _run("m007_discovery.sql", database)


def m008_desk(database: Database) -> None:
    """Views and indexes for whole files: first publishers with ties, lags, agency copy."""
    _run("m008_desk.sql", database)


def m009_voice(database: Database) -> None:
    """An embedding model that speaks for stories, and its vectors."""
    _redefine(
        database,
        "schemes",
        {
            "seed_id TEXT -- name of the seed that does not reveal it": (
                "seed_id TEXT, -- name of the seed that does not reveal it\n"
                "  voice TEXT -- embedding model that speaks for stories too; NULL: none"
            )
        },
    )
    _redefine(
        database,
        "story_terms",
        {
            "-- number of the term\n": (
                "-- number of the term; from 4294967296 on of a bucket of meanings\n"
            )
        },
    )
    _run("m009_voice.sql", database)


def m010_counts(database: Database) -> None:
    """Articles of each outlet counted as they come: counting them all takes a look at each."""
    _redefine(
        database,
        "outlets",
        {
            "agency INTEGER NOT NULL DEFAULT 0 CHECK (agency IN (0, 1)) -- 1 for a news agency, "
            "whose texts others print": (
                "agency INTEGER NOT NULL DEFAULT 0 CHECK (agency IN (0, 1)), -- 1 for a news "
                "agency, whose texts others print\n"
                "  articles INTEGER NOT NULL DEFAULT 0 -- articles kept"
            )
        },
    )
    _redefine(
        database,
        "outlet_health",
        {"(SELECT count(*) FROM articles a WHERE a.outlet = o.id) AS articles": "o.articles"},
    )
    _run("m010_counts.sql", database)


def m011_placed(database: Database) -> None:
    """The story of an article beside its copy group: two outer joins hide it from the planner."""
    _redefine(
        database,
        "memberships",
        {
            "copy_group INTEGER NOT NULL REFERENCES copy_groups (id) -- its copy group": (
                "copy_group INTEGER NOT NULL REFERENCES copy_groups (id), -- its copy group\n"
                "  story INTEGER -- story of that copy group, kept in step by triggers; NULL: none "
                "yet"
            )
        },
    )
    _redefine(
        database,
        "article_overview",
        {
            "g.id AS copy_group": "m.copy_group",
            "g.story, -- articles": "m.story, -- articles",
            "\nLEFT JOIN copy_groups g ON g.id = m.copy_group": "",
        },
    )
    _run("m011_placed.sql", database)


def m012_limits(database: Database) -> None:
    """What each outlet takes in a day; articles whose time is doubtful, by outlet."""
    of_page = "what another statement of the page says of its time"
    _redefine(
        database,
        "articles",
        {
            f"published_doubt TEXT, -- {of_page}, or that a time it states cannot be; NULL where "
            "all agree": f"published_doubt TEXT, -- {of_page}, that a time it states cannot be, or "
            "that it is over a year before the outlet was first polled; NULL: no doubt"
        },
    )
    _redefine(
        database,
        "article_overview",
        {
            f"published_doubt -- {of_page}; NULL where all agree": (
                "published_doubt -- why its time is doubtful; NULL: no doubt"
            )
        },
    )
    _run("m012_limits.sql", database)


def _redefine(database: Database, table: str, changes: dict[str, str]) -> None:
    """Add columns at the end of a table, with comments: ALTER TABLE would lose those.

    The procedure that SQLite documents for changes that leave the rows as they are.
    """
    connection = database.conn
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    for old, new in changes.items():
        sql = sql.replace(old, new)
    version = connection.execute("PRAGMA schema_version").fetchone()[0]
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, table))
    connection.execute(f"PRAGMA schema_version = {version + 1}")
    connection.execute("PRAGMA writable_schema = RESET")


def _run(script: str, database: Database) -> None:
    text = resources.files("crawler.store").joinpath(script).read_text("utf-8")
    for statement in statements(text):
        database.conn.execute(statement)


def statements(script: str) -> list[str]:
    """Single statements of a script, comments inside them kept; `executescript` would commit."""
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        if current or (line.strip() and not line.startswith("--")):
            current += line
        if current and sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    return found
