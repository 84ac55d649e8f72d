"""Which article a text is, and under which address: different texts are never one article.

A page's canonical link may name its section, or the newest article, and a page stands under
several addresses. So an address that a page only claims counts where the texts bear it out, and the
forms of one (slash, `www.`, `/amp`, a campaign) are one article where they have one text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from crawler.parsing.address_forms import address_form, lies_below, may_be_form_of, spellings
from crawler.store.facts.text_identity import Text, are_one_article
from crawler.types import Article

MAX_FORMS = 100
"""Articles under forms of one address that are compared."""
_COLUMNS = """
  a.id, a.page, a.url, a.title, a.text, a.text_hash, a.extraction, a.text_from, a.fetched_at,
  a.reserved, a.kind, a.published_at, p.url AS page_url
"""
_FROM = "articles a LEFT JOIN pages p ON p.id = a.page"


class Place(NamedTuple):
    """Where a text belongs."""

    known: sqlite3.Row | None
    """the article that it is a text of; None: it is new"""
    url: str
    """the address of its article"""


class ArticleAddresses:
    """The addresses of `articles`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def place(self, article: Article) -> Place:
        """Which article this is; it may move another to the address of its own page."""
        known = self._one("a.page = ?", article.page) if article.page is not None else None
        if known is not None:
            return Place(known, known["url"])
        own = self._own_addresses(article)
        holder = None
        for url in dict.fromkeys((article.url, *own)):
            holder = self._one("a.url = ?", url)
            if holder is None:
                if own and url not in own and self._is_section(url, own[0]):
                    continue
                known = self._other_form(article)
                return Place(known, known["url"] if known else url)
            if _is_one(article, holder, own):
                return Place(holder, url)
            self._move_away(holder, url, own)
            if url in own and self.is_free(url):
                return Place(None, url)
        # Nowhere else is left: both are texts of what is at the last of these addresses.
        return Place(holder, url)

    def is_free(self, url: str) -> bool:
        """Whether no article has an address."""
        found = self._connection.execute("SELECT 1 FROM articles WHERE url = ?", (url,)).fetchone()
        return found is None

    def correct(self, known: sqlite3.Row, article: Article) -> None:
        """Give an article the address that its page has now been understood to state."""
        own = self._own_addresses(article)
        if known["url"] == article.url or not self.is_free(article.url):
            return
        if article.url in own or not (own and self._is_section(article.url, own[0])):
            self._rename(known["id"], article.url)

    def _own_addresses(self, article: Article) -> tuple[str, ...]:
        """Where an article's page was found; empty for an article that was imported without one."""
        row = self._connection.execute(
            "SELECT url FROM pages WHERE id = ?", (article.page,)
        ).fetchone()
        found = (article.address, row["url"] if row else None)
        return tuple(dict.fromkeys(filter(None, found)))

    def _move_away(self, holder: sqlite3.Row, url: str, own: tuple[str, ...]) -> None:
        """Move the article at an address to that of its page, where it had no right to it.

        It has none to the address of another page, nor to that of a section.
        """
        page = holder["page_url"]
        if page is None or page == url or not self.is_free(page):
            return
        if url in own or (lies_below(page, url) and lies_below(own[0], url)):
            self._rename(holder["id"], page)

    def _rename(self, number: int, url: str) -> None:
        self._connection.execute("UPDATE articles SET url = ? WHERE id = ?", (url, number))

    def _is_section(self, url: str, own: str) -> bool:
        """Whether an address that a page claims is that of a section: other articles lie below."""
        if not lies_below(own, url):
            return False
        above = url.rstrip("/")
        row = self._connection.execute(
            "SELECT 1 FROM articles WHERE url > ? AND url < ? LIMIT 1", (f"{above}/", f"{above}0")
        ).fetchone()
        return row is not None

    def _other_form(self, article: Article) -> sqlite3.Row | None:
        """The article with the same text under another form of an address."""
        address = article.address or article.url
        for row in self._forms(address):
            if not may_be_form_of(row["url"], address):
                continue
            stated = {row["published_at"], article.published and article.published.at} - {None}
            if len(stated) < 2 and are_one_article(Text(row["title"], row["text"]), _text(article)):
                return row
        return None

    def _forms(self, address: str) -> Iterator[sqlite3.Row]:
        """Articles at addresses that begin as an address's other forms do."""
        form = address_form(address)
        if not form.path:
            return
        starts = list(spellings(form))
        # Behind the form comes nothing, or one of . / ?; 0 and @ follow these.
        begins = "a.url = ? OR a.url >= ? AND a.url < ? OR a.url >= ? AND a.url < ?"
        yield from self._connection.execute(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE {' OR '.join([begins] * len(starts))} LIMIT ?",
            (
                *(f"{start}{end}" for start in starts for end in ("", ".", "0", "?", "@")),
                MAX_FORMS,
            ),
        )

    def _one(self, condition: str, value: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE {condition}", (value,)
        ).fetchone()
        return row


def _is_one(article: Article, holder: sqlite3.Row, own: tuple[str, ...]) -> bool:
    """Whether a text is one of the article that has its address."""
    url, page = holder["url"], holder["page_url"]
    # Both were found there: the text has changed, whatever it is now.
    if not own or (url in own and page in (None, url)):
        return True
    return are_one_article(Text(holder["title"], holder["text"]), _text(article))


def _text(article: Article) -> Text:
    return Text(article.title, article.text)
