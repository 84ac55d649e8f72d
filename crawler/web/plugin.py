"""Datasette's hooks: our routes, what every answer says to a browser, filters of the templates."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from w3lib.url import safe_url_string

from crawler.reasons import meaning
from crawler.visible import clock, length, visible_in_pages
from crawler.web import downloads, feeds, pages

# Nothing from elsewhere and no script in a page. Plots bring a style element of their own.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Datasette's own pages have scripts in them.
_OF_DATASETTE = _POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
_HOSTS = ("127.0.0.1", "localhost", "[::1]")

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Our pages, in front of Datasette's."""
    return [
        (r"^/$", pages.front),
        (r"^/stories$", pages.stories),
        (r"^/stories\.(?P<form>atom|json|csv)$", feeds.stories),
        (r"^/story/(?P<number>\d{1,15})$", pages.story),
        (r"^/article/(?P<number>\d{1,15})$", pages.article),
        (r"^/compare/(?P<one>\d{1,15})/(?P<two>\d{1,15})$", pages.compare),
        (r"^/compare$", pages.compare_form),
        (r"^/outlets$", pages.outlets),
        (r"^/outlet/(?P<slug>[^/]+)$", pages.outlet),
        (r"^/network$", pages.network),
        (r"^/search$", pages.search),
        (r"^/download/(?P<what>\w+)\.(?P<form>\w+)$", downloads.download),
        # Datasette would look for a database of that name.
        (r"^/(?!(store|-|desk)([/.]|$)).*$", pages.nowhere),
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
def asgi_wrapper() -> Callable[[Asgi], Asgi]:
    """Guards around every answer."""
    return _guarded


def _guarded(app: Asgi) -> Asgi:
    @functools.wraps(app)
    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        policy = _POLICY if _is_ours(scope["path"]) else _OF_DATASETTE

        async def say(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", policy.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        # A page elsewhere may make its own name point to this machine and read on.
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host.rpartition(":")[0] not in _HOSTS and host not in _HOSTS:
            await say({"type": "http.response.start", "status": 421,
                       "headers": [(b"content-type", b"text/plain")]})  # fmt: skip
            await say({"type": "http.response.body", "body": b"This desk is at 127.0.0.1 only.\n"})
            return
        await app(scope, receive, say)

    return guarded


def _is_ours(path: str) -> bool:
    return any(re.match(pattern, path) for pattern, _ in register_routes())


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
