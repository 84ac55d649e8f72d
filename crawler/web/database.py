"""Asking the store from Datasette's threads, and saying so when an answer cannot be given."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from datasette.database import QueryInterrupted
from datasette.utils import sqlite3
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from crawler.errors import NewsloomError, TookTooLong
from crawler.store import Store
from crawler.store.queries.exports import RowFilter
from crawler.web.guards import LOG, requested

STORE = "store"
"""Name of the store among Datasette's databases, whatever its file is called: links stay."""
PATIENCE = 3
"""Seconds after which a question is broken off: others wait for its thread."""
# What Datasette does not catch of a question that makes no sense, a wrong column or number, say.
_OF_THE_QUESTION = (
    AssertionError, LookupError, OverflowError, TypeError, ValueError, QueryInterrupted,
    sqlite3.OperationalError, sqlite3.ProgrammingError,
)  # fmt: skip

Answer = TypeVar("Answer")
Request = Any
Datasette = Any
View = Callable[[Request, Datasette], Awaitable[Any]]


_remembered: WeakKeyDictionary[Datasette, dict[str, tuple[Any, Any]]] = WeakKeyDictionary()


class Unanswerable(Exception):
    """What was asked for is not there, or asked wrongly: a sentence for a person, and a status."""

    def __init__(self, sentence: str, *, status: int = 404) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


async def ask(datasette: Datasette, question: Callable[[Store], Answer]) -> Answer:
    """Put a question to the store. Raises Unanswerable when it takes too long."""
    database = datasette.get_database(STORE)

    def asked(connection: Any) -> Answer:
        store = Store(connection, database.path)
        with store.within(PATIENCE):
            return question(store)

    try:
        answer: Answer = await database.execute_fn(asked)
    except TookTooLong as error:
        raise Unanswerable(
            "This takes too long to look up here. Narrow it down, or ask on the command line.",
            status=503,
        ) from error
    return answer


async def ask_once(datasette: Datasette, name: str, question: Callable[[Store], Answer]) -> Answer:
    """Put a question about the whole store once for each run that ends; then it is remembered."""
    kept = _remembered.setdefault(datasette, {})

    def asked(store: Store) -> tuple[Any, Answer]:
        state = store.queries.front.last_run()
        if name in kept and kept[name][0] == state:
            return kept[name]
        return state, question(store)

    kept[name] = await ask(datasette, asked)
    answer: Answer = kept[name][1]
    return answer


def wishes(request: Request) -> dict[str, str]:
    """What a form or a link asks for: the last value of each name that is not empty."""
    pairs = parse_qsl(request.query_string, keep_blank_values=False, errors="replace")
    return {key: value.strip()[:200] for key, value in pairs if value.strip()}


def day(wished: dict[str, str], name: str) -> str | None:
    """A time that was wished for, or None; raises Unanswerable when it is none."""
    from crawler.parsing.dates import requested_time

    if name not in wished:
        return None
    found = requested_time(wished[name], to_end=name == "until")
    if found is None:
        raise Unanswerable(f"{wished[name]!r} is no clear day; write 2022-01-05", status=400)
    since = day(wished, "since") if name == "until" else None
    if since is not None and since > found:
        raise Unanswerable("The first day is later than the last: nothing lies between", status=400)
    return found


def number(wished: dict[str, str], name: str, least: int) -> int:
    """A number that was wished for, or the least; raises Unanswerable for what is none."""
    found = wished.get(name, str(least))
    if not found.isascii() or not found.isdecimal() or len(found) > 15 or int(found) < least:
        raise Unanswerable(f"{found!r} is no number from {least} upwards.", status=400)
    return int(found)


def row_filter(store: Store, what: str, wished: dict[str, str]) -> RowFilter:
    """Which rows of an export a form or a link asks for: of a story, an outlet, some days.

    Of a story that was merged those of the one it is part of now. Raises Unanswerable.
    """
    found = RowFilter(
        since=day(wished, "since"),
        until=day(wished, "until"),
        story=number(wished, "story", 1) if "story" in wished else None,
        outlet=wished.get("outlet"),
    )
    if found.outlet is not None and found.outlet not in store.queries.outlets.names():
        raise Unanswerable(f"There is no outlet {found.outlet} in this file.")
    if found.story is not None:
        living = store.stories.resolve(found.story)
        if living is None:
            raise Unanswerable(f"There is no story {found.story}.")
        found = found._replace(story=living)
    try:
        store.queries.exports.check(what, found)
    except ValueError as error:
        raise Unanswerable(f"{error}.", status=400) from error
    return found


async def page(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any]
) -> Response:
    """A page of ours."""
    body = await datasette.render_template(f"desk/{template}.html", context, request)
    return Response.html(body)


async def refusal(
    datasette: Datasette, request: Request, sentence: str, *, status: int
) -> Response:
    """A page of ours that says why there is no other; JSON where JSON was asked for."""
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": sentence, "status": status}, status=status)
    context = {"title": "Not here", "sentence": sentence}
    body = await datasette.render_template("desk/refusal.html", context, request)
    return Response.html(body, status=status)


async def failure(datasette: Datasette, request: Request, error: Exception) -> Response:
    """What Datasette or one of our pages ended with, as a refusal.

    What trips Datasette under /store is what it was asked: nobody can write there. The rest is a
    fault of ours, with its cause in the log.
    """
    if isinstance(error, (Base400, DatasetteError)):
        sentence = str(getattr(error, "message", error))
        status = error.status if error.status != 500 else 400
        plain = Markup(sentence).striptags()  # noqa: S704 - for taking tags out, not for trusting
        return await refusal(datasette, request, plain, status=status)
    if request.path.startswith("/store") and isinstance(error, _OF_THE_QUESTION):
        sentence = f"Datasette cannot answer this: {type(error).__name__}: {error}"
        return await refusal(datasette, request, sentence, status=400)
    LOG.error("500 %s", requested(request.scope), exc_info=error)
    # An error of ours says itself what happened and what to do, of a damaged file for one.
    unexpected = (
        "This page could not be made, which is a bug in Newsloom. Please report it with the line "
        "that `newsloom serve` has just written."
    )
    sentence = str(error) if isinstance(error, NewsloomError) else unexpected
    return await refusal(datasette, request, sentence, status=500)


def answered(view: View) -> View:
    """A view whose Unanswerable becomes a page that says why."""

    @functools.wraps(view)
    async def view_or_refusal(request: Request, datasette: Datasette) -> Any:
        try:
            return await view(request, datasette)
        except Unanswerable as why:
            return await refusal(datasette, request, why.sentence, status=why.status)

    return view_or_refusal
