"""The texts of articles that two files have: one history of each, as if one file had seen all."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from crawler.store.file.other_file import RUN, common_columns

_TEXTS = (
    "title", "text", "words", "authors", "modified_at", "fetched_at", "text_hash",
)  # fmt: skip
"""What makes a text of an article: columns of `articles` and of `revisions`."""


class KeptText(NamedTuple):
    """A text of an article, as one of the two files has it."""

    title: str
    text: str
    words: int
    authors: str
    modified_at: str | None
    fetched_at: str | None
    text_hash: str
    replaced_at: str | None
    """None of the newest text"""
    ours: int
    revision: int
    """in its own file"""
    run: int
    """as this file numbers it"""
    text_from: str
    file: str
    """main or other"""

    def row(self) -> tuple[str | int | None, ...]:
        """Values of `_TEXTS`."""
        return self[: len(_TEXTS)]


class TextHistories:
    """Joins the texts that this file and the attached one have of one article."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def join(self, now: str) -> int:
        """Join the histories of the articles in `same`; how many articles changed by it."""
        rows = self._connection.execute(
            """
            SELECT s.theirs, s.ours FROM same s JOIN other.articles o ON o.id = s.theirs
            JOIN articles a ON a.id = s.ours
            WHERE o.text_hash <> a.text_hash OR o.revision > 0
            """
        ).fetchall()
        changed = [ours for theirs, ours in rows if self._join(theirs, ours, now)]
        self._learn_kinds()
        return len(changed)

    def _join(self, theirs: int, ours: int, now: str) -> bool:
        """Whether anything of an article changed."""
        before = self._texts("main", ours)
        texts = one_history(before, self._texts("other", theirs))
        if [text.text_hash for text in texts] == [text.text_hash for text in before]:
            return False
        if texts[-1].file == "other":
            self._take_over(theirs, ours)
        self._connection.execute("DELETE FROM revisions WHERE article = ?", (ours,))
        columns = ("article", "revision", "replaced_at", "ours", "run", *_TEXTS)
        self._connection.executemany(
            f"""
            INSERT INTO revisions ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})
            """,
            [
                (
                    ours, number, texts[number + 1].fetched_at or text.replaced_at or now,
                    text.ours, text.run, *text.row(),
                )
                for number, text in enumerate(texts[:-1])
            ],
        )  # fmt: skip
        self._connection.execute(
            "UPDATE articles SET revision = ?, run = ? WHERE id = ?",
            (len(texts) - 1, texts[-1].run, ours),
        )
        self._connection.execute("INSERT OR IGNORE INTO to_group (article) VALUES (?)", (ours,))
        return True

    def _learn_kinds(self) -> None:
        """Kinds that only the other file knows: versions of the schema before 14 had none."""
        self._connection.execute(
            """
            UPDATE articles SET kind = o.kind FROM same s JOIN other.articles o ON o.id = s.theirs
            WHERE s.ours = articles.id AND articles.kind IS NULL AND o.kind IS NOT NULL
            """
        )

    def _take_over(self, theirs: int, ours: int) -> None:
        """The other file's newest text; what it does not say stays as it was known."""
        columns = common_columns(
            self._connection,
            "articles",
            without=("page", "outlet", "url", "run", "revision", "first_seen_at",
                     "previous_poll_at"),
        )  # fmt: skip
        said = ", ".join(f"{name} = coalesce(o.{name}, articles.{name})" for name in columns)
        self._connection.execute(
            f"UPDATE articles SET {said} FROM other.articles o WHERE o.id = ? AND articles.id = ?",
            (theirs, ours),
        )
        self._connection.execute("DELETE FROM credits WHERE article = ? AND via <> 'copy'", (ours,))
        self._connection.execute(
            """
            INSERT INTO credits (article, agency, via, evidence, confidence)
            SELECT ?, agency, via, evidence, confidence FROM other.credits
            WHERE article = ? AND via <> 'copy'
            """,
            (ours, theirs),
        )

    def _texts(self, file: str, article: int) -> list[KeptText]:
        """Texts of an article of a file, the newest last, with the runs that this file knows."""
        columns = ", ".join(_TEXTS)
        run = RUN.format("run") if file == "other" else "run"
        rows = self._connection.execute(
            f"""
            SELECT {columns}, replaced_at, ours, revision, {run} AS run, 'page' AS text_from,
              '{file}' AS file
            FROM {file}.revisions WHERE article = :id
            UNION ALL SELECT {columns}, NULL, 0, revision, {run}, text_from, '{file}'
            FROM {file}.articles WHERE id = :id ORDER BY revision
            """,
            {"id": article},
        )
        return [KeptText(*row) for row in rows]


def one_history(ours: Sequence[KeptText], theirs: Sequence[KeptText]) -> list[KeptText]:
    """The texts of both files in the order in which they were fetched, each change once.

    By the rules of Articles.save().
    """
    mine, other = [*ours], [*theirs]
    # Where the page was read once, the text of a feed is no better and no news.
    if mine[-1].text_from != other[-1].text_from:
        (mine if mine[-1].text_from == "feed" else other).pop()
    # A text that both have, of one time or of none, came from a file that both were made of.
    known = Counter((text.text_hash, text.fetched_at) for text in mine)
    known.subtract((text.text_hash, text.fetched_at) for text in other)
    new: list[KeptText] = []
    for text in reversed(other):
        left = known[text.text_hash, text.fetched_at]
        if left < 0:
            new.insert(0, text)
            known[text.text_hash, text.fetched_at] += 1
    order = sorted([*mine, *new], key=lambda text: text.fetched_at or "")
    return [next(same) for _, same in groupby(order, key=lambda text: text.text_hash)]
