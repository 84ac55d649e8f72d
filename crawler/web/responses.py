"""Pages of the desk, and the page that says why there is none."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils import sqlite3
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from crawler.errors import NewsloomError
from crawler.web.guards import LOG, request_line

# What Datasette does not catch when a query is wrong: a column or a number that is not there.
_WRONG_QUERY = (
    AssertionError, LookupError, OverflowError, TypeError, ValueError, QueryInterrupted,
    sqlite3.OperationalError, sqlite3.ProgrammingError,
)  # fmt: skip

Request = Any
Datasette = Any
View = Callable[[Request, Datasette], Awaitable[Any]]


STORE = "store"
"""Name of the store among Datasette's databases, whatever its file is called: links stay."""
_STARTED = secrets.token_hex(4)
_REFUSALS = {400: "Not understood", 404: "No such page"}
"""Headings of pages that say why there is no other."""


class Unanswerable(Exception):
    """A request that no page can answer: a sentence that says why, and the HTTP status."""

    def __init__(self, sentence: str, *, status: int = 404) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def store_version(datasette: Datasette) -> str:
    """A tag that is another whenever something was written to the store, or the desk restarted."""
    path = datasette.get_database(STORE).path
    parts = [_STARTED]
    for name in (path, f"{path}-wal"):
        with suppress(FileNotFoundError):
            found = Path(name).stat()
            parts.append(f"{found.st_mtime_ns:x}.{found.st_size:x}")
    return f'W/"{"-".join(parts)}"'


async def page(
    datasette: Datasette,
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> Response:
    """A page of the desk, with the version of the store that it is of."""
    # What was sent with a form is not asked for again.
    keeps_up = status == 200 and request.method != "POST"
    context = {**context, "version": request.scope["version"]} if keeps_up else context
    body = await datasette.render_template(f"desk/{template}.html", context, request)
    headers = {"etag": request.scope["version"], "cache-control": "no-cache"} if keeps_up else {}
    return Response.html(body, status=status, headers=headers)


async def refusal(
    datasette: Datasette, request: Request, sentence: str, *, status: int
) -> Response:
    """The page, or the JSON, that says why there is no other."""
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": sentence, "status": status}, status=status)
    title = _REFUSALS.get(status, "No answer")
    # What was searched for stays in the box, to be put right.
    context = {"title": title, "sentence": sentence, "words": request.args.get("words") or ""}
    body = await datasette.render_template("desk/refusal.html", context, request)
    return Response.html(body, status=status)


async def failure(datasette: Datasette, request: Request, error: Exception) -> Response:
    """The refusal for an exception of Datasette or of the desk.

    Under /store the request is at fault, since nobody can write there. Anything else is a bug, and
    its cause goes into the log.
    """
    if isinstance(error, (Base400, DatasetteError)):
        sentence = str(getattr(error, "message", error))
        status = error.status if error.status != 500 else 400
        plain = Markup(sentence).striptags()  # noqa: S704 - for taking tags out, not for trusting
        return await refusal(datasette, request, plain, status=status)
    if request.path.startswith("/store") and isinstance(error, _WRONG_QUERY):
        sentence = f"Datasette cannot answer this request: {type(error).__name__}: {error}"
        return await refusal(datasette, request, sentence, status=400)
    LOG.error("500 %s", request_line(request.scope), exc_info=error)
    # A NewsloomError says what happened and what to do, of a damaged file for one.
    unexpected = (
        "This page could not be made, which is a bug in Newsloom. Please report it with the line "
        "that `newsloom serve` has just written."
    )
    sentence = str(error) if isinstance(error, NewsloomError) else unexpected
    return await refusal(datasette, request, sentence, status=500)


def with_refusals(view: View) -> View:
    """A view whose Unanswerable becomes a page that says why.

    A browser that has the page of the store's present version gets 304, and it is not made again.
    """

    @functools.wraps(view)
    async def view_or_refusal(request: Request, datasette: Datasette) -> Any:
        # Looked at before the store is asked: a page is never older than it says.
        request.scope["version"] = store_version(datasette)
        if request.headers.get("if-none-match") == request.scope["version"]:
            return Response("", status=304, headers={"etag": request.scope["version"]})
        try:
            return await view(request, datasette)
        except Unanswerable as why:
            return await refusal(datasette, request, why.sentence, status=why.status)

    return view_or_refusal


@with_refusals
async def nowhere(request: Request, datasette: Datasette) -> Response:  # noqa: ARG001
    """Every address that leads to no page."""
    raise Unanswerable("There is no page at this address.")
