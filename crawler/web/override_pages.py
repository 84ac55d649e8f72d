"""The page of overrides: what people decided on stories and events."""

from __future__ import annotations

from urllib.parse import urlencode

from datasette.utils.asgi import Response

from crawler.store import Store
from crawler.store.facts.overrides import Override
from crawler.web.database import ask
from crawler.web.decisions import form_context, posted
from crawler.web.query_string import number_value, query_values
from crawler.web.responses import Datasette, Request, page, with_refusals

ROWS = 50
"""Overrides before the next page."""


@with_refusals
async def overrides(request: Request, datasette: Datasette) -> Response:
    """Overrides, the newest first; a form of each undoes it, where the desk takes decisions."""
    refused = await posted(request, datasette)
    if isinstance(refused, Response):
        return refused
    first = number_value(query_values(request), "from", 0)

    def question(store: Store) -> list[Override]:
        return store.overrides.newest(ROWS + 1, offset=first)

    rows = await ask(datasette, question)
    return await page(
        datasette,
        request,
        "overrides",
        {
            "title": "Overrides",
            "overrides": rows[:ROWS],
            "more": urlencode({"from": first + ROWS}) if len(rows) > ROWS else None,
            **form_context(datasette, refused),
        },
        status=refused.status if refused else 200,
    )
