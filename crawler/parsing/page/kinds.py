"""Pages that are no articles, known by what they state, where they lead and what they say."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from importlib import resources

from crawler.errors import ExtractError
from crawler.parsing.page.body import Body
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.texts import count_words
from crawler.parsing.urls import is_front_page, wall_at

LITTLE = 120
"""Words of a body below which the page may be a wall, a film or a gallery."""
LINKED = 0.7
"""Share of the extracted text that stands in links, from which on a page lists others."""
_TITLE_PARTS = re.compile(r"\s+[|–—:·-]+\s+")
_PICTURES = re.compile("gallery", re.IGNORECASE)


def refuse_address(url: str, *, asked: str) -> None:
    """Raise ExtractError when a page was redirected to the front, a consent or a login page."""
    if url == asked:
        return
    if is_front_page(url) and not is_front_page(asked):
        raise ExtractError("front-page", f"redirected to {url}")
    wall = wall_at(url)
    if wall is not None:
        raise ExtractError(wall, f"redirected to {url[:200]}")


def refuse_kind(statements: PageStatements, body: Body, *, title: str) -> None:
    """Raise ExtractError, saying what was seen, when a page is something else than an article.

    Reasons: `video`, `gallery`, `section-page`, `consent-wall`, `login-wall`,
    `error-page`.
    """
    og = (statements.first("og:type") or "").lower()
    if _lists_others(statements, body, og):
        raise ExtractError(
            "section-page", f"{body.linked:.0%} of its text are links, and it states no article"
        )
    words = count_words(body.text)
    # With a text that long, it is an article about its film, or one that mentions a login.
    if words < LITTLE:
        _refuse_film_or_pictures(statements, og, words)
        _refuse_wall(f"{title}\n{statements.visible()}", words)


def _refuse_film_or_pictures(statements: PageStatements, og: str, words: int) -> None:
    if og.startswith("video") or ("VideoObject" in statements.kinds and not statements.node):
        raise ExtractError("video", f"a film with {words} words of text")
    if any(map(_PICTURES.search, statements.kinds)) and not statements.node:
        raise ExtractError("gallery", f"pictures with {words} words of text")


def _lists_others(statements: PageStatements, body: Body, og: str) -> bool:
    return (
        not statements.node
        and og != "article"
        and statements.first("article:published_time") is None
        and len(body.lines) >= 10
        and body.linked >= LINKED
    )


def _refuse_wall(text: str, words: int) -> None:
    """Refuse a page that shows two phrases of a wall, or one that its headline consists of.

    `text` is its headline, and in the next line the words that it shows.
    """
    folded = text.casefold()
    title_parts = _TITLE_PARTS.split(folded.partition("\n")[0])
    for reason, phrases in _walls().items():
        found = [phrase for phrase in phrases if phrase in folded]
        in_title = [phrase for phrase in found if _fills_one(phrase, title_parts)]
        # Those of errors are common words: `404`, `forbidden`, `not found`.
        if in_title or (len(found) > 1 and reason != "error-page"):
            phrase = (in_title or found)[0]
            raise ExtractError(reason, f"{words} words of text, and the page says {phrase!r}")


def _fills_one(phrase: str, parts: Iterable[str]) -> bool:
    """Whether a phrase is half of one of these parts, or more.

    It is in `Page not found | The Gazette`, but not in `The Forbidden City opens again`.
    """
    return any(phrase in part and 2 * len(phrase) >= len(part) for part in parts)


@functools.cache
def _walls() -> dict[str, list[str]]:
    data = resources.files("crawler.parsing.page").joinpath("walls.toml").read_text("utf-8")
    return tomllib.loads(data)
