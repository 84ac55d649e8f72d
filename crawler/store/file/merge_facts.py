"""Another file's facts taken into this one: by canonical address, the earliest sighting kept.

What is found of them (copies, stories) is not taken: grouping finds it again, over both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crawler.store.file.connection import explained, for_reading, quoted
from crawler.store.file.merge_shared import SharedArticles
from crawler.store.file.merge_texts import TextHistories
from crawler.store.file.other_file import OUTLET, PAGE, RUN, SOURCE, common_columns, of

_CAME = """
  other.articles o LEFT JOIN moved ON moved.theirs = o.id
  JOIN articles a ON a.url = coalesce(moved.url, o.url)
"""
"""Articles of the other file, `o`, with what they are in this one, `a`: by their addresses."""


class TakenIn(NamedTuple):
    """What another file brought."""

    new: int
    """articles that this file did not have"""
    both: int
    """articles that both had"""
    changed: int
    """of these, articles whose texts are no longer those that this file had"""


class OtherOverride(NamedTuple):
    """An override of another file; articles by the numbers that they have in this one."""

    at: str
    who: str
    why: str
    kind: str
    together: list[int]
    apart: list[int]


class Merging:
    """Takes in the facts of another store of the same schema."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._histories = TextHistories(connection)
        self._shared = SharedArticles(connection)

    @contextmanager
    def other(self, path: Path) -> Iterator[None]:
        """The other file at hand. Not within a transaction: SQLite attaches none there."""
        with explained(path):
            self._connection.execute("ATTACH ? AS other", (for_reading(path),))
            self._connection.execute("SELECT count(*) FROM other.sqlite_schema").fetchone()
        try:
            yield
        finally:
            self._connection.execute("DETACH other")

    def take_in(self, *, now: str) -> TakenIn:
        """Outlets, sources, runs, fetches, pages, sightings and articles of the other file."""
        self._outlets()
        self._sources()
        self._runs()
        self._pages()
        self._sightings()
        self._shared.find()
        new = self._new_articles()
        self._earliest()
        changed = self._histories.join(now)
        self._sites()
        self._usage()
        self._topics()
        self._watches()
        (both,) = self._connection.execute("SELECT count(*) FROM same").fetchone()
        return TakenIn(new, both, changed)

    def overrides(self) -> list[OtherOverride]:
        """Overrides that hold in the other file, with the numbers that articles have in this."""
        numbers = dict(
            self._connection.execute(
                f"SELECT o.id, a.id FROM {_CAME} WHERE o.id NOT IN (SELECT theirs FROM same)"
                " UNION ALL SELECT theirs, ours FROM same"
            ).fetchall()
        )
        rows = self._connection.execute(
            "SELECT at, who, why, kind, together, apart FROM other.overrides"
            " WHERE undone_at IS NULL ORDER BY id"
        )

        def here(articles: str) -> list[int]:
            return [numbers[n] for n in json.loads(articles) if n in numbers]

        return [
            OtherOverride(at, who, why, kind, here(together), here(apart))
            for at, who, why, kind, together, apart in rows
        ]

    def _outlets(self) -> None:
        self._connection.execute(
            """
            INSERT INTO outlets (slug, name, home, country, language, agency)
            SELECT slug, name, home, country, language, agency FROM other.outlets WHERE true
            ON CONFLICT (slug) DO UPDATE SET home = coalesce(home, excluded.home),
              name = iif(name = slug, excluded.name, name),
              country = coalesce(country, excluded.country),
              language = coalesce(language, excluded.language),
              agency = max(agency, excluded.agency)
            """
        )

    def _sources(self) -> None:
        """What is known of a source is what was learned last."""
        columns = self._common("sources", without=("outlet", "same_as"))
        taken = [column for column in columns if column != quoted("url")]
        self._connection.execute(
            f"""
            INSERT INTO sources (outlet, {", ".join(columns)})
            SELECT {OUTLET.format("s.outlet")}, {", ".join(columns)}
            FROM other.sources s WHERE true
            ON CONFLICT (url) DO UPDATE SET
              {", ".join(f"{column} = excluded.{column}" for column in taken)}
            WHERE coalesce(excluded.polled_at, '') > coalesce(polled_at, '')
            """
        )
        self._connection.execute(
            f"""
            UPDATE sources SET same_as = {SOURCE.format("o.same_as")} FROM other.sources o
            WHERE o.url = sources.url AND o.same_as IS NOT NULL AND sources.same_as IS NULL
            """
        )

    def _runs(self) -> None:
        """Runs that this file does not know, and what they fetched, numbered on from here.

        A run that both know came from a file that both were made of: its polls count once.
        """
        self._connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS run_of (theirs PRIMARY KEY, ours, new)"
        )
        self._connection.execute("DELETE FROM run_of")
        self._connection.execute(
            """
            INSERT OR IGNORE INTO run_of SELECT o.id, r.id, 0
            FROM other.runs o JOIN runs r USING (command, started_at, pid) ORDER BY r.id
            """
        )
        self._connection.execute(
            """
            INSERT INTO run_of SELECT id,
              (SELECT coalesce(max(id), 0) FROM runs) + row_number() OVER (ORDER BY id), 1
            FROM other.runs WHERE id NOT IN (SELECT theirs FROM run_of)
            """
        )
        columns = self._common("runs")
        self._connection.execute(
            f"INSERT INTO runs (id, {', '.join(columns)}) SELECT m.ours, {of('o', columns)}"
            " FROM run_of m JOIN other.runs o ON o.id = m.theirs WHERE m.new ORDER BY m.ours"
        )
        columns = self._common("fetches", without=("run", "source"))
        self._connection.execute(
            f"""
            INSERT INTO fetches (run, source, {", ".join(columns)})
            SELECT m.ours, {SOURCE.format("f.source")}, {of("f", columns)}
            FROM other.fetches f JOIN run_of m ON m.theirs = f.run WHERE m.new ORDER BY f.id
            """
        )

    def _pages(self) -> None:
        """A page that one file settled is settled; an article is more than a rejection."""
        columns = self._common("pages", without=("outlet", "stands_for"))
        taken = [column for column in columns if column != quoted("url")]
        self._connection.execute(
            f"""
            INSERT INTO pages (outlet, {", ".join(columns)})
            SELECT {OUTLET.format("p.outlet")}, {", ".join(columns)}
            FROM other.pages p WHERE true ORDER BY p.id
            ON CONFLICT (url) DO UPDATE SET
              {", ".join(f"{column} = excluded.{column}" for column in taken)}
            WHERE state = 'pending' AND excluded.state <> 'pending'
              OR state = 'rejected' AND excluded.state = 'article'
            """
        )
        self._connection.execute(
            f"""
            UPDATE pages SET stands_for = {PAGE.format("o.stands_for")} FROM other.pages o
            WHERE o.url = pages.url AND o.stands_for IS NOT NULL AND pages.stands_for IS NULL
            """
        )

    def _sightings(self) -> None:
        self._connection.execute(
            f"""
            INSERT INTO sightings (page, source, seen_at, previous_poll_at, title, modified_at, run)
            SELECT {PAGE.format("s.page")}, {SOURCE.format("s.source")}, seen_at,
              previous_poll_at, title, modified_at, {RUN.format("s.run")}
            FROM other.sightings s WHERE true
            ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at,
              previous_poll_at = excluded.previous_poll_at, run = excluded.run
            WHERE excluded.seen_at < seen_at
            """
        )

    def _usage(self) -> None:
        """Of a day that both know the larger figures: they may come from one file."""
        self._connection.execute(
            f"""
            INSERT INTO outlet_usage (outlet, day, articles, bytes, parser_seconds, met)
            SELECT {OUTLET.format("u.outlet")}, day, articles, bytes, parser_seconds, met
            FROM other.outlet_usage u WHERE true
            ON CONFLICT DO UPDATE SET articles = max(articles, excluded.articles),
              bytes = max(bytes, excluded.bytes),
              parser_seconds = max(parser_seconds, excluded.parser_seconds),
              met = coalesce(met, excluded.met)
            """
        )

    def _topics(self) -> None:
        """Of two topics with one name, that of this file: what people cited stays."""
        self._connection.execute(
            "INSERT INTO topics (name, filter, at, why)"
            " SELECT name, filter, at, why FROM other.topics WHERE true ON CONFLICT DO NOTHING"
        )

    def _watches(self) -> None:
        """This file's watches stay, and what the other file brings is no news to them."""
        self._connection.execute(
            "UPDATE watches SET first_article = last, last_article = last"
            " FROM (SELECT coalesce(max(id), 0) AS last FROM articles)"
        )

    def _new_articles(self) -> int:
        columns = self._common("articles", without=("page", "outlet", "run", "url"))
        (before,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()
        added = self._connection.execute(
            f"""
            INSERT INTO articles (page, outlet, run, url, {", ".join(columns)})
            SELECT {PAGE.format("a.page")}, {OUTLET.format("a.outlet")}, {RUN.format("a.run")},
              coalesce((SELECT url FROM moved WHERE theirs = a.id), a.url), {of("a", columns)}
            FROM other.articles a WHERE a.id NOT IN (SELECT theirs FROM same) ORDER BY a.id
            """
        ).rowcount
        columns = self._common("revisions", without=("article", "run"))
        self._connection.execute(
            f"""
            INSERT INTO revisions (article, run, {", ".join(columns)})
            SELECT a.id, {RUN.format("r.run")}, {of("r", columns)}
            FROM {_CAME} JOIN other.revisions r ON r.article = o.id WHERE a.id > ?
            """,
            (before,),
        )
        self._connection.execute(
            f"""
            INSERT INTO credits (article, agency, via, evidence, confidence)
            SELECT a.id, c.agency, c.via, c.evidence, c.confidence
            FROM {_CAME} JOIN other.credits c ON c.article = o.id
            WHERE a.id > ? AND c.via <> 'copy'
            """,
            (before,),
        )
        self._connection.execute(
            "INSERT INTO to_group (article) SELECT id FROM articles WHERE id > ?", (before,)
        )
        return added

    def _earliest(self) -> None:
        """Who saw an article first; of two at the same time, the one who had looked last."""
        self._connection.execute(
            """
            UPDATE articles SET first_seen_at = o.first_seen_at,
              previous_poll_at = o.previous_poll_at
            FROM same s JOIN other.articles o ON o.id = s.theirs
            WHERE s.ours = articles.id AND (o.first_seen_at < articles.first_seen_at
              OR o.first_seen_at = articles.first_seen_at
                AND coalesce(o.previous_poll_at, '') > coalesce(articles.previous_poll_at, ''))
            """
        )
        self._connection.execute(
            """
            UPDATE articles SET page = m.id
            FROM same s JOIN other.articles o ON o.id = s.theirs
            JOIN other.pages x ON x.id = o.page JOIN pages m ON m.url = x.url
            WHERE s.ours = articles.id AND articles.page IS NULL
              AND NOT EXISTS (SELECT 1 FROM articles t WHERE t.page = m.id)
            """
        )

    def _sites(self) -> None:
        self._connection.execute(
            """
            INSERT INTO robots (site, fetched_at, rules)
            SELECT site, fetched_at, rules FROM other.robots WHERE true
            ON CONFLICT (site) DO UPDATE
            SET fetched_at = excluded.fetched_at, rules = excluded.rules
            WHERE excluded.fetched_at > fetched_at
            """
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO archives (file, bytes, read_to, at)"
            " SELECT file, bytes, read_to, at FROM other.archives"
        )
        # Two pages of one article: each file knew one of them.
        self._connection.execute(
            """
            UPDATE pages SET state = 'rejected', reason = 'twin',
              detail = 'another page gave this article already'
            WHERE state = 'article'
              AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.page = pages.id)
            """
        )

    def _common(self, table: str, *, without: tuple[str, ...] = ()) -> list[str]:
        return common_columns(self._connection, table, without=without)
