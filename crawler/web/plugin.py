"""Datasette's hooks: our routes in front of its own, errors, filters of the templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from w3lib.url import safe_url_string

from crawler.output.visible import clock, length, visible_in_pages
from crawler.reasons import meaning
from crawler.web import database, downloads, handlers, syndication
from crawler.web.guards import NOT_OF_DATASETTE


@hookimpl(tryfirst=True)
def register_routes() -> list[tuple[Any, Any]]:
    """Our pages, in front of Datasette's."""
    return [
        (r"^/$", handlers.front),
        (r"^/stories$", handlers.stories),
        (r"^/stories\.(?P<form>atom|json|csv)$", syndication.stories),
        (r"^/story/(?P<number>\d{1,15})$", handlers.story),
        (r"^/article/(?P<number>\d{1,15})$", handlers.article),
        (r"^/compare/(?P<one>\d{1,15})/(?P<two>\d{1,15})$", handlers.compare),
        (r"^/compare$", handlers.compare_form),
        (r"^/outlets$", handlers.outlets),
        (r"^/outlet/(?P<slug>[^/]+)$", handlers.outlet),
        (r"^/network$", handlers.network),
        (r"^/search$", handlers.search),
        (r"^/download/(?P<what>\w+)\.(?P<form>\w+)$", downloads.download),
        # The rest of Datasette's routes stand behind this one, and are reached by nobody.
        (NOT_OF_DATASETTE, handlers.nowhere),
    ]


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Filters that our templates use."""
    env.filters["seen"] = lambda text: visible_in_pages(str(text))
    env.filters["clock"] = clock
    env.filters["span"] = length
    env.filters["marked"] = _marked
    env.filters["web"] = _web
    env.filters["meaning"] = meaning


@hookimpl
def forbidden(datasette: Any, request: Any, message: str) -> Any:
    """What Datasette does not allow is refused on a page of ours."""
    return database.refusal(datasette, request, message, status=403)


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """What went wrong in a page, said on a page of ours and in one line of the log."""
    return database.failure(datasette, request, exception)


def _web(url: str) -> str | None:
    """An address that a link may lead to, escaped; None for all that is not of the web."""
    return safe_url_string(url) if urlsplit(url).scheme in ("http", "https") else None


def _marked(passage: str) -> list[tuple[bool, str]]:
    """Pieces of a passage in which the search put 02 and 03 around what it found."""
    found = []
    for n, part in enumerate(passage.split("\x02")):
        inside, _, outside = part.partition("\x03") if n else ("", "", part)
        found += [(True, inside)] if inside else []
        found += [(False, outside)] if outside else []
    return found
