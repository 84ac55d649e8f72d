"""Articles from JSONL, JSON and CSV files: other people's collections, other tools' output."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from crawler.errors import UsageError
from crawler.ingest.row_files import Damaged, Row, read_rows
from crawler.parsing.dates import DateStyle, moment
from crawler.parsing.languages import language_of, language_tag
from crawler.parsing.page.agencies import known_agencies
from crawler.parsing.page.authors import split_names
from crawler.parsing.page.credits import read_credits
from crawler.parsing.page.jsonld import names_in
from crawler.parsing.texts import plain_line, storable
from crawler.parsing.urls import canonical, host
from crawler.store import Store
from crawler.types import Agency, Article, ArticleKind, Moment, limits

BATCH = 500
"""Articles in one transaction."""
_LIMITS = {
    "url": limits.URL, "text": limits.TEXT, "title": limits.LINE, "outlet": limits.OUTLET,
    "authors": limits.AUTHORS, "language": limits.LANGUAGE, "published_at": limits.TIME,
    "fetched_at": limits.TIME, "kind": limits.LINE,
}  # fmt: skip
"""Characters at most, by key; other keys are left out."""
MOST_KEYS = 100
"""Unknown keys that are kept; a file may have a new one on each line."""


class BadLine(NamedTuple):
    """A line that was left out."""

    file: str
    line: int
    reason: str


@dataclass
class Unused:
    """Values and keys of saved lines that were not taken as they stand."""

    unread: Counter[str] = field(default_factory=Counter)
    """times and kinds that could not be read, by key"""
    future: Counter[str] = field(default_factory=Counter)
    """times that lie in the future, by key; they are not saved either"""
    keys: set[str] = field(default_factory=set)
    """unknown keys; at most MOST_KEYS"""

    def note(self, row: dict[str, Any], article: Article) -> None:
        """Count the values and keys of a line, given the article that was made of it."""
        for key, read in (("published_at", article.published), ("fetched_at", article.fetched_at)):
            if read is None and _time(row, key) is not None:
                is_time = _moment(row, key) is not None
                (self.future if is_time else self.unread)[key] += 1
        if article.kind is None and row.get("kind") not in (None, ""):
            self.unread["kind"] += 1
        self.keys.update(islice(row.keys() - _LIMITS.keys(), MOST_KEYS - len(self.keys)))


class Imported(NamedTuple):
    """What an import did."""

    counts: dict[str, int]
    bad: list[BadLine]
    unused: Unused
    broken: dict[Path, str]
    """files that could not be read to their end, and why"""


def import_articles(store: Store, files: list[Path], *, run: int, now: str) -> Imported:
    """Save the articles of JSONL and CSV files, one a row; `-` reads standard input.

    A row that is not an article, or too long for one, is left out and reported; of a damaged file
    the part before the damage is saved. Raises UsageError for a file that cannot be opened or
    begins as neither form, before anything of it is saved.
    """
    counts: Counter[str] = Counter()
    bad: list[BadLine] = []
    unused = Unused()
    agencies = store.outlets.agencies()
    broken: dict[Path, str] = {}
    batch: list[Article] = []
    for file in files:
        try:
            for row in read_rows(file):
                try:
                    batch.append(_article(_readable(row), agencies, now=now))
                    unused.note(row.values, batch[-1])
                except ValueError as error:
                    bad.append(BadLine(str(file), row.line, _reason(error, row)))
                if len(batch) >= BATCH:
                    _save(store, batch, agencies, counts, run=run, now=now)
        except Damaged as error:
            broken[file] = str(error)
    _save(store, batch, agencies, counts, run=run, now=now)
    return Imported(dict(counts), bad, unused, broken)


def _readable(row: Row) -> dict[str, Any]:
    """The values of a row; ValueError says why it has none."""
    if row.wrong is not None:
        raise ValueError(row.wrong)
    return row.values


def _reason(error: ValueError, row: Row) -> str:
    """Why a row was left out, with the column of a CSV file that has the value."""
    column = row.columns.get(error.key) if isinstance(error, BadValue) else None
    return str(error) if column is None else f"column '{column}': {error}"


class BadValue(ValueError):
    """A value cannot be taken."""

    def __init__(self, key: str, says: str) -> None:
        super().__init__(says)
        self.key = key


def _save(
    store: Store,
    batch: list[Article],
    agencies: tuple[Agency, ...],
    counts: Counter[str],
    *,
    run: int,
    now: str,
) -> None:
    known = known_agencies(agencies)
    with store.batch():
        for article in batch:
            agency = known.of_outlet(article.outlet, article.url)
            outlet = store.outlets.ensure(article.outlet, agency=agency)
            counts[str(store.articles.save(article, outlet=outlet, run=run, now=now))] += 1
    batch.clear()


def _article(row: dict[str, Any], agencies: tuple[Agency, ...], *, now: str) -> Article:
    """The article of an object; ValueError says what is wrong with it."""
    row = _known_values(row)
    url, title, text = (_string(row, key) for key in ("url", "title", "text"))
    if not url:
        raise BadValue("url", "no 'url'")
    text = (text or "").strip()
    title = plain_line(title) or ""
    if not (title or text):
        raise ValueError("neither 'title' nor 'text'")
    address = _canonical(url)
    stated = _string(row, "language")
    fetched = _moment(row, "fetched_at", now=now)
    outlet = plain_line(_string(row, "outlet")) or host(address)
    authors = _authors(row.get("authors"))
    return Article(
        url=address,
        outlet=outlet,
        title=title,
        text=text,
        authors=authors,
        credits=read_credits(
            lines=[line for line in text.splitlines() if line.strip()],
            bylines=authors,
            url=address,
            outlet=outlet,
            more=agencies,
        ),
        language=language_tag(stated) or language_of(text, stated=None),
        published=_moment(row, "published_at", now=now),
        fetched_at=fetched.at if fetched else None,
        kind=_kind(row),
    )


def _known_values(row: dict[str, Any]) -> dict[str, Any]:
    """The values that are read and not empty; ValueError for one that is too long."""
    known = {key: value for key, value in row.items() if key in _LIMITS and value not in (None, "")}
    for key, value in known.items():
        _check_length(key, value)
    return known


def _canonical(url: str) -> str:
    try:
        return canonical(url)
    except UsageError as error:
        raise BadValue("url", str(error)) from error


def _moment(row: dict[str, Any], key: str, *, now: str | None = None) -> Moment | None:
    """A time of an article, read in its language; None also for one that lies in the future."""
    style = DateStyle.of(language=_string(row, "language"), url=_string(row, "url") or "")
    return moment(_time(row, key), source="import", now=now, style=style)


def _time(row: dict[str, Any], key: str) -> str | None:
    """A time as text; what pandas writes is a number, milliseconds since 1970."""
    value = row.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _string(row, key)


def _kind(row: dict[str, Any]) -> ArticleKind | None:
    """What an article is; None for what other programs call kind."""
    value = row.get("kind")
    return ArticleKind(value) if value in tuple(ArticleKind) else None


def _check_length(key: str, value: Any) -> None:
    parts = value if isinstance(value, list) else [value]
    length = sum(len(part) for part in parts if isinstance(part, str))
    if length > _LIMITS[key]:
        raise BadValue(
            key, f"'{key}' has {length:,} characters; at most {_LIMITS[key]:,} are taken"
        )


def _string(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise BadValue(key, f"'{key}' is not a string")
    return storable(value) if value else None


def _authors(value: Any) -> tuple[str, ...]:
    """Names of a list, which may have objects with a name; of a byline those that it names."""
    if isinstance(value, str):
        names = split_names(value) or [value]
    elif value is None or isinstance(value, list | dict):
        names = list(names_in(value, {}))
    else:
        raise BadValue("authors", "'authors' is not a list of names")
    return tuple(name for raw in names if (name := plain_line(raw)))
