"""Pages that are no articles, known by what they state, where they lead and what they say."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from urllib.parse import urlsplit

from crawler.errors import ExtractError
from crawler.parsing.page.body import Body
from crawler.parsing.page.jsonld import kinds
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.texts import count_words

LITTLE = 120
"""Words of a body below which the page may be a wall, a film or a gallery."""
LINKED = 0.7
"""Share of the extracted text that stands in links, from which on a page lists others."""
_WALLS = {
    "consent-wall": re.compile(
        r"^([^/]+\.)?consent\.|/(consent|privacy-gate|cookie-?wall)(/|\.\w+)?$"
    ),
    "login-wall": re.compile(
        r"/(log-?in|sign-?in|anmelden|connexion|signup|register|paywall)(/|\.\w+)?$"
    ),
}
_TITLE_PARTS = re.compile(r"\s+[|–—:·-]+\s+")
_PICTURES = re.compile("gallery", re.IGNORECASE)


def refuse_address(url: str, *, asked: str) -> None:
    """Raise ExtractError when a page was redirected to a consent or login page."""
    if url == asked:
        return
    parts = urlsplit(url)
    for reason, pattern in _WALLS.items():
        if pattern.search(f"{parts.netloc}{parts.path}".lower()):
            raise ExtractError(reason, f"redirected to {url[:200]}")


def refuse_kind(statements: PageStatements, body: Body, *, title: str) -> None:
    """Raise ExtractError, saying what was seen, when a page is something else than an article.

    Reasons: `live-blog`, `video`, `gallery`, `section-page`, `consent-wall`, `login-wall`,
    `error-page`.
    """
    if kinds(statements.node) == ["LiveBlogPosting"]:
        raise ExtractError("live-blog", "its JSON-LD calls it a LiveBlogPosting")
    og = (statements.first("og:type") or "").lower()
    if _lists_others(statements, body, og):
        raise ExtractError(
            "section-page", f"{body.linked:.0%} of its text are links, and it states no article"
        )
    words = count_words(body.text)
    if words >= LITTLE:
        return
    if og.startswith("video") or ("VideoObject" in statements.kinds and not statements.node):
        raise ExtractError("video", f"a film with {words} words of text")
    if any(map(_PICTURES.search, statements.kinds)) and not statements.node:
        raise ExtractError("gallery", f"pictures with {words} words of text")
    for reason, phrase in _phrases_in(f"{title}\n{statements.visible()}"):
        raise ExtractError(reason, f"{words} words of text, and the page says {phrase!r}")


def _lists_others(statements: PageStatements, body: Body, og: str) -> bool:
    return (
        not statements.node
        and og != "article"
        and statements.first("article:published_time") is None
        and len(body.lines) >= 10
        and body.linked >= LINKED
    )


def _phrases_in(text: str) -> Iterator[tuple[str, str]]:
    """The reason whose phrases a page shows; two of them, or one that its headline consists of."""
    folded = text.casefold()
    # `Page not found | The Gazette`, but not `The Forbidden City opens again`.
    parts = _TITLE_PARTS.split(folded.partition("\n")[0])
    for reason, phrases in _walls().items():
        found = [phrase for phrase in phrases if phrase in folded]
        in_title = [
            p for p in found if any(p in part and 2 * len(p) >= len(part) for part in parts)
        ]
        if in_title or (len(found) > 1 and reason != "error-page"):
            yield reason, (in_title or found)[0]
            return


@functools.cache
def _walls() -> dict[str, list[str]]:
    data = resources.files("crawler.parsing.page").joinpath("walls.toml").read_text("utf-8")
    return tomllib.loads(data)
