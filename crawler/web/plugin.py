"""Datasette's hooks: routes of the desk in front of its own, errors, filters for templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from markupsafe import Markup, escape
from w3lib.url import safe_url_string

from crawler.output.reasons import meaning
from crawler.output.visible import clock, kind_label, length, visible_in_pages
from crawler.web import (
    article_pages,
    downloads,
    outlet_pages,
    override_pages,
    responses,
    story_pages,
    syndication,
    table_pages,
    topic_pages,
    watch_pages,
)
from crawler.web.guards import NOT_OF_DATASETTE


@hookimpl(tryfirst=True)
def register_routes() -> list[tuple[Any, Any]]:
    """The pages of the desk, in front of Datasette's."""
    return [
        (r"^/$", story_pages.front),
        (r"^/stories$", story_pages.stories),
        (r"^/stories\.(?P<form>atom|json|csv)$", syndication.stories),
        (r"^/story/(?P<number>\d{1,15})$", story_pages.story),
        (r"^/article/(?P<number>\d{1,15})$", article_pages.article),
        (r"^/compare/(?P<one>\d{1,15})/(?P<two>\d{1,15})$", article_pages.compare),
        (r"^/compare$", article_pages.compare_form),
        (r"^/outlets$", outlet_pages.outlets),
        (r"^/outlet/(?P<slug>[^/]+)$", outlet_pages.outlet),
        (r"^/network$", outlet_pages.network),
        (r"^/topics$", topic_pages.topics),
        (r"^/topic/(?P<name>[^/]+)$", topic_pages.topic),
        (r"^/topic/(?P<name>[^/]+)/beside$", topic_pages.beside),
        (r"^/watches$", watch_pages.watches),
        (r"^/watches/(?P<name>[^/]+)\.atom$", watch_pages.feed),
        (r"^/overrides$", override_pages.overrides),
        (r"^/search$", article_pages.search),
        (r"^/download/(?P<what>[\w-]+)\.(?P<form>\w+)$", downloads.download),
        # Datasette's other routes come after this one, so no request reaches them.
        (NOT_OF_DATASETTE, responses.nowhere),
    ]


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Filters that the templates use."""
    env.filters["seen"] = lambda text: visible_in_pages(str(text))
    env.filters["clock"] = clock
    env.filters["period"] = _period
    env.filters["span"] = length
    env.filters["kind"] = kind_label
    env.filters["marked"] = _marked
    env.filters["cell"] = _cell
    env.filters["sentence"] = table_pages.sentence
    env.filters["web"] = _web
    env.filters["meaning"] = meaning


@hookimpl
def extra_template_vars(datasette: Any, view_name: str, table: str | None) -> Any:
    """What the codebook says, for the pages of tables."""
    return table_pages.codebook(datasette, view_name, table)


@hookimpl
def render_cell(value: Any, column: str) -> Markup | None:
    """Articles, stories and outlets of a table lead to their pages on the desk."""
    return table_pages.cell(value, column)


@hookimpl
def forbidden(datasette: Any, request: Any, message: str) -> Any:
    """What Datasette does not allow, refused on a page of the desk."""
    return responses.refusal(datasette, request, message, status=403)


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """An exception of a page: a page of the desk says so, and one line of the log."""
    return responses.failure(datasette, request, exception)


def _web(url: str) -> str | None:
    """An address that a link may lead to, escaped; None for anything but http and https."""
    return safe_url_string(url) if urlsplit(url).scheme in ("http", "https") else None


def _period(first: str, last: str) -> str:
    """From one time to another, the day once."""
    one, two = clock(first), clock(last)
    same_day = one[:10] == two[:10]
    return one if one == two else f"{one} – {two[11:] if same_day else two}"


def _cell(value: Any) -> Markup:
    """A cell of a table as Datasette gives it, a link or a text, made visible."""
    return Markup(visible_in_pages(escape(value)))  # noqa: S704 - escaped just now


def _marked(passage: str) -> list[tuple[bool, str]]:
    """Pieces of a passage in which the search put 02 and 03 around what it found."""
    found = []
    for n, part in enumerate(passage.split("\x02")):
        inside, _, outside = part.partition("\x03") if n else ("", "", part)
        found += [(True, inside)] if inside else []
        found += [(False, outside)] if outside else []
    return found
