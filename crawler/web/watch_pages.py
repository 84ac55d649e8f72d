"""The page of watches, and the feed of each."""

from __future__ import annotations

from urllib.parse import quote, unquote

from datasette.utils.asgi import Response

from crawler.store import Store
from crawler.store.facts.watches import OutboxEvent, WatchFigures
from crawler.types import Watch
from crawler.watching.messages import Message, read_message
from crawler.web.database import ask
from crawler.web.responses import Datasette, Request, page, with_refusals
from crawler.web.syndication import ENTRIES, AtomEntry, atom, origin

LAST = 5
"""Events of each watch on the page."""


@with_refusals
async def watches(request: Request, datasette: Datasette) -> Response:
    """Every watch with its last events."""

    def question(store: Store) -> list[tuple[Watch, WatchFigures, list[Message]]]:
        return [
            (
                watch,
                store.watches.figures(watch),
                [read_message(one.message) for one in store.watches.events(watch, limit=LAST)],
            )
            for watch in store.watches.all()
        ]

    rows = await ask(datasette, question)
    return await page(datasette, request, "watches", {"title": "Watches", "rows": rows})


@with_refusals
async def feed(request: Request, datasette: Datasette) -> Response:
    """The events of a watch as Atom."""
    name = unquote(request.url_vars["name"])

    def question(store: Store) -> list[OutboxEvent]:
        return store.watches.events(store.watches.get(name), limit=ENTRIES)

    events = await ask(datasette, question)
    here = origin(request)
    body = atom(
        [_entry(read_message(one.message), here) for one in events],
        title=f"Newsloom: watch {name}",
        itself=f"{here}/watches/{quote(name)}.atom",
        page=f"{here}/watches",
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _entry(message: Message, here: str) -> AtomEntry:
    return AtomEntry(
        id=f"urn:uuid:{message.key}",
        title=message.text,
        link=_address(message, here),
        published=message.at,
        updated=message.at,
        summary=message.as_text(),
    )


def _address(message: Message, here: str) -> str:
    """The page of the desk that shows most of an event."""
    if message.story is not None:
        return f"{here}/story/{message.story.story}"
    if message.articles:
        return f"{here}/article/{message.articles[0].article}"
    return f"{here}/outlet/{quote(message.outlet or '')}"
