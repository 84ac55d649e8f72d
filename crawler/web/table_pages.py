"""Pages of tables, which Datasette fills: what the codebook says, and links to the desk."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from crawler.store import Store
from crawler.web.database import ask
from crawler.web.responses import Datasette

_PAGES: dict[str, tuple[type, str]] = {
    "article": (int, "/article/"),
    "story": (int, "/story/"),
    "outlet": (str, "/outlet/"),
    "earlier": (str, "/outlet/"),
    "later": (str, "/outlet/"),
}
"""Columns whose values have a page on the desk: their type, and where that is."""


def codebook(
    datasette: Datasette, view_name: str, table: str | None
) -> dict[str, object] | Callable[[], Awaitable[dict[str, object]]]:
    """Variables of a page of Datasette's: all that is described, or one table or view."""
    if view_name not in ("database", "table", "row"):
        return {}

    def question(store: Store) -> dict[str, object]:
        book = store.queries.codebook
        if table is None:
            return {"codebook": {name: book.describe(name) for name in book.names()}}
        described = book.describe(table)
        columns = described.columns if described else ()
        meanings = {column.name: column.comment for column in columns}
        return {"described": described, "meanings": meanings}

    async def answer() -> dict[str, object]:
        return await ask(datasette, question)

    return answer


def cell(value: Any, column: str) -> Markup | None:
    """A link to the page of what a cell names; None: it names nothing that has one."""
    kind, address = _PAGES.get(column, (None, ""))
    if kind is None or type(value) is not kind:
        return None
    return Markup('<a href="{}{}">{}</a>').format(address, quote(str(value), safe=""), value)


def sentence(comment: str) -> Markup:
    """A comment of the codebook as a sentence; names in backticks are code."""
    text = f"{comment[:1].upper()}{comment[1:]}{'' if comment[-1:] in '.?' else '.'}"
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S704 - escaped
