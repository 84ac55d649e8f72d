"""The pages themselves, in a file beside the store, for a later extraction to read."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from crawler.errors import NoSuchDatabase
from crawler.store.file.connection import explained, refuse_newer, require_wal
from crawler.types import Fetched, Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 9
"""Of zstd: news pages come out at a sixth, at the speed they arrive."""
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept_pages ( -- what servers answered, the last answer of each page
  page INTEGER PRIMARY KEY, -- number of the page in the store
  url TEXT NOT NULL, -- address after redirects
  content_type TEXT NOT NULL, -- as the server said
  headers TEXT NOT NULL, -- JSON object of its headers
  fetched_at TEXT NOT NULL, -- when it was fetched
  body BLOB NOT NULL, -- the bytes, zstd
  extraction INTEGER NOT NULL -- version of the extraction that read them last
) STRICT
"""


class Kept(NamedTuple):
    """A page as it was fetched."""

    page: int
    url: str
    content_type: str
    headers: dict[str, str]
    at: str
    body: bytes
    extraction: int

    def fetched(self, page: Page) -> Fetched:
        """What the server said of the page, as it was said."""
        return Fetched(
            page=page,
            url=self.url,
            status=200,
            content_type=self.content_type,
            body=self.body,
            at=self.at,
            headers=self.headers,
        )


class KeptPages:
    """The file of pages of a store: `news.pages.db` for `news.db`."""

    def __init__(self, path: Path, *, make: bool) -> None:
        """Open it; raises NoSuchDatabase when there is none and it is not to be made."""
        self.path = pages_path(path)
        if not make and not self.path.is_file():
            raise NoSuchDatabase(self.path)
        with explained(self.path):
            self._connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
            try:
                refuse_newer(self._connection, self.path, _VERSION)
                require_wal(self._connection, self.path)
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.execute(_SCHEMA)
                self._connection.execute(f"PRAGMA user_version = {_VERSION}")
            except BaseException:
                self._connection.close()
                raise

    def save(self, fetched: Fetched, *, extraction: int) -> None:
        """Keep a page that is about to be read, in place of an earlier answer.

        StoreError says what SQLite refused.
        """
        with explained(self.path):
            self._connection.execute(
                """
                INSERT INTO kept_pages
                  (page, url, content_type, headers, fetched_at, body, extraction)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (page) DO UPDATE SET url = excluded.url, body = excluded.body,
                  content_type = excluded.content_type, headers = excluded.headers,
                  fetched_at = excluded.fetched_at, extraction = excluded.extraction
                """,
                (
                    fetched.page.id,
                    fetched.url,
                    fetched.content_type,
                    json.dumps(dict(fetched.headers)),
                    fetched.at,
                    zstd.compress(fetched.body, LEVEL),
                    extraction,
                ),
            )

    def mark_read(self, pages: Iterable[int], *, extraction: int) -> None:
        """Note that an extraction has read these pages."""
        with explained(self.path):
            self._connection.executemany(
                "UPDATE kept_pages SET extraction = ? WHERE page = ?",
                [(extraction, page) for page in pages],
            )

    def __len__(self) -> int:
        """Number of pages."""
        return int(self._connection.execute("SELECT count(*) FROM kept_pages").fetchone()[0])

    def __iter__(self) -> Iterator[Kept]:
        """Every page, by number."""
        rows = self._connection.execute(
            "SELECT page, url, content_type, headers, fetched_at, body, extraction "
            "FROM kept_pages ORDER BY page"
        )
        for page, url, kind, headers, at, body, extraction in rows:
            yield Kept(page, url, kind, json.loads(headers), at, zstd.decompress(body), extraction)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def pages_path(store: Path) -> Path:
    """Where the pages of a store are kept."""
    return store.with_name(f"{store.name.removesuffix('.db')}.pages.db")
