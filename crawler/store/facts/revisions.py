"""Articles and their revisions."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from crawler import clock
from crawler.parsing.texts import count_words
from crawler.store.facts.agency_credits import Credits
from crawler.store.facts.article_addresses import ArticleAddresses
from crawler.types import Article

FAR_BACK = "the time stated is over a year before the outlet was first polled"
"""How a doubt begins that the crawl has, and not the page."""


class Saved(StrEnum):
    """What came of saving an article."""

    NEW = "new"
    REVISED = "revised"
    SAME = "same"
    TWIN = "twin"
    """another page gave this article already"""


class Articles:
    """The `articles` and `revisions` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._credits = Credits(connection)
        self._addresses = ArticleAddresses(connection)

    def save(
        self, article: Article, *, outlet: int, run: int, now: str, ours: bool = False
    ) -> Saved:
        """Write an article: new, a revision of one we have, or the same again.

        An article is known by its page; by its address, where its text bears that out; and by its
        text, under another form of its address. With `ours` the outlet changed nothing: the same
        bytes were read again.
        """
        known, url = self._addresses.place(article)
        if known is None:
            self._insert(replace(article, url=url), outlet=outlet, run=run, now=now)
            return Saved.NEW
        if _is_twin(article, known):
            return Saved.TWIN
        if known["page"] is None and article.page is not None:
            self._connection.execute(
                "UPDATE articles SET page = ? WHERE id = ?", (article.page, known["id"])
            )
        if ours:
            self._addresses.correct(known, article)
        if not _is_better(article, known):
            return Saved.SAME
        if known["text_hash"] == _text_hash(article):
            if _says_more(article, known):
                self._update(known["id"], article)
            return Saved.SAME
        ours = ours or _is_our_change(article, known)
        self._revise(known["id"], article, run=run, now=now, ours=ours)
        return Saved.REVISED

    def twin_of(self, article: Article) -> str:
        """The address of the article that one is the twin of."""
        return self._addresses.place(article).url

    def is_newer(self, page: int, *, than: str) -> bool:
        """Whether a page's article was made of bytes fetched after a time."""
        row = self._connection.execute(
            "SELECT 1 FROM articles WHERE page = ? AND fetched_at > ?", (page, than)
        ).fetchone()
        return row is not None

    def has_text_since(self, url: str, at: str) -> bool:
        """Whether the article of an address has a text that was fetched at a time or later."""
        row = self._connection.execute(
            "SELECT 1 FROM articles WHERE url = ? AND fetched_at >= ?", (url, at)
        ).fetchone()
        return row is not None

    def _insert(self, article: Article, *, outlet: int, run: int, now: str) -> None:
        sighting = self._connection.execute(
            """
            SELECT seen_at, previous_poll_at FROM sightings WHERE page = ?
            ORDER BY seen_at LIMIT 1
            """,
            (article.page,),
        ).fetchone()
        values = _columns(article) | {
            "page": article.page,
            "outlet": outlet,
            "url": article.url,
            "first_seen_at": sighting["seen_at"] if sighting else now,
            "previous_poll_at": sighting["previous_poll_at"] if sighting else None,
            "run": run,
        }
        cursor = self._connection.execute(
            f"INSERT INTO articles ({', '.join(values)}) "
            f"VALUES ({', '.join(f':{column}' for column in values)})",
            values,
        )
        number = int(cursor.lastrowid or 0)
        self._credits.save(number, article.credits)
        self._queue(number)

    def _revise(self, number: int, article: Article, *, run: int, now: str, ours: bool) -> None:
        self._connection.execute(
            """
            INSERT INTO revisions (article, revision, title, text, words, authors, modified_at,
              fetched_at, replaced_at, text_hash, run, ours)
            SELECT id, revision, title, text, words, authors, modified_at, fetched_at,
              ?, text_hash, run, ? FROM articles WHERE id = ?
            """,
            (now if ours else article.fetched_at or now, int(ours), number),
        )
        self._connection.execute(
            "UPDATE articles SET revision = revision + 1, run = ? WHERE id = ?", (run, number)
        )
        self._update(number, article)
        self._queue(number)

    def _update(self, number: int, article: Article) -> None:
        # What the new text does not say (a date, a section) stays as it was known.
        values = {k: v for k, v in _columns(article).items() if v is not None}
        if article.text_from == "page":
            values["reserved"] = article.reserved
        if article.published is not None:
            # Of the old time no more.
            values["published_doubt"] = article.published_doubt or self._far_back(number, values)
        self._connection.execute(
            f"UPDATE articles SET {', '.join(f'{column} = :{column}' for column in values)} "
            "WHERE id = :id",
            values | {"id": number},
        )
        self._credits.save(number, article.credits)

    def _far_back(self, number: int, values: dict[str, Any]) -> str | None:
        """What the crawl doubted of an article, while its time stays what it was."""
        row = self._connection.execute(
            """
            SELECT published_doubt FROM articles
            WHERE id = ? AND published_at = ? AND published_doubt LIKE '%' || ? || '%'
            """,
            (number, values["published_at"], FAR_BACK),
        ).fetchone()
        return row["published_doubt"] if row else None

    def _queue(self, number: int) -> None:
        self._connection.execute("INSERT OR IGNORE INTO to_group (article) VALUES (?)", (number,))


def _is_twin(article: Article, known: sqlite3.Row) -> bool:
    """Whether another page gave an article already, or it was imported under another address."""
    if article.page is None:
        return known["url"] not in (article.url, article.address)
    return known["page"] not in (None, article.page)


def _is_better(article: Article, known: sqlite3.Row) -> bool:
    """Whether a text may take the place of the one that an article has."""
    if (
        article.fetched_at is not None
        and article.fetched_at < (known["fetched_at"] or "") <= clock.now()
    ):
        # An archive's capture, older than what we have. A time to come is a wrong clock's.
        return False
    # The page was read once, and that is the better text.
    return not (known["text_from"] == "page" and article.text_from == "feed")


def _says_more(article: Article, known: sqlite3.Row) -> bool:
    """Whether something else than the text is to be brought up to date."""
    read = (known["extraction"], known["reserved"]) != (article.extraction, article.reserved)
    # A clock that was behind took it for a time to come.
    dated = known["published_at"] is None and article.published is not None
    # Imported before imports were looked through for agencies.
    credited = article.page is None and known["page"] is None and bool(article.credits)
    return read or dated or credited or article.kind not in (None, known["kind"])


def _is_our_change(article: Article, known: sqlite3.Row) -> bool:
    """Whether a text differs from the one that an article has by no act of the outlet's."""
    if (known["text_from"], article.text_from) == ("feed", "page"):
        return True  # a page that can be read at last
    # The same capture, read by another extraction.
    return (
        article.fetched_at is not None
        and known["fetched_at"] == article.fetched_at
        and known["extraction"] != article.extraction
    )


def _columns(article: Article) -> dict[str, Any]:
    published = article.published
    return {
        "title": article.title,
        "text": article.text,
        "words": count_words(article.text),
        "authors": json.dumps(article.authors, ensure_ascii=False),
        "language": article.language,
        "section": article.section,
        "tags": json.dumps(article.tags, ensure_ascii=False),
        "image": article.image,
        "paywalled": None if article.paywalled is None else int(article.paywalled),
        "published_at": published.at if published else None,
        "published_precision": published.precision if published else None,
        "published_source": published.source if published else None,
        "published_raw": published.raw if published else None,
        "published_doubt": article.published_doubt,
        "modified_at": article.modified_at,
        "fetched_at": article.fetched_at,
        "extraction": article.extraction,
        "text_from": article.text_from,
        "kind": article.kind,
        "reserved": article.reserved,
        "text_hash": _text_hash(article),
    }


def _text_hash(article: Article) -> str:
    return blake2b(f"{article.title}\0{article.text}".encode(), digest_size=16).hexdigest()
