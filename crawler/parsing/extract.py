"""From a fetched page to an article: one parse, then metadata, body, language."""

from __future__ import annotations

import re
from textwrap import shorten

from lxml import etree
from trafilatura import load_html

from crawler.errors import ExtractError
from crawler.parsing.agencies import read_credits
from crawler.parsing.body import read_body
from crawler.parsing.kinds import refuse_address, refuse_kind
from crawler.parsing.languages import language_of
from crawler.parsing.metadata import read_metadata
from crawler.parsing.stated import Stated
from crawler.parsing.texts import count_words
from crawler.parsing.urls import canonical, is_front_page
from crawler.types import Article, Fetched, Outlet

EXTRACTION = 1
"""Version of what `extract` makes of a page; raised when the same bytes give something better."""
MAX_BYTES = 5 * 1024 * 1024
"""Larger pages cost tens of seconds and hold no more text."""
MIN_WORDS = 20
"""Shorter bodies are captions, teasers and error messages."""
# A title that is never closed swallows the page. Bytes, because the encoding is not known yet.
_OPEN_TITLE = re.compile(
    rb"(<title[^>]{0,200}>[^<]{0,400})(?=<(?!/title))(?!.{0,2000}</title)",
    re.IGNORECASE | re.DOTALL,
)


class TwinPage(ExtractError):
    """An AMP page: its ordinary twin at `url` is the one to read."""

    def __init__(self, url: str) -> None:
        super().__init__("amp-twin", url)
        self.url = url

    def __reduce__(self) -> tuple[type[TwinPage], tuple[str]]:  # type: ignore[override]
        return type(self), (self.url,)


def extract(fetched: Fetched, outlet: Outlet) -> Article:
    """Understand a page.

    Raises ExtractError with the rejection's name: `not-html`, `too-large`, `front-page`,
    `unreadable`, `amp-twin`, `no-text`, or one of crawler.parsing.kinds.
    """
    tree = _tree(fetched)
    stated = Stated.read(tree)
    meta = read_metadata(stated, fetched, outlet)
    address = canonical(fetched.url)
    # One step only: a chain of AMP pages that name each other would have no end.
    if meta.amp and meta.canonical not in (None, address) and fetched.page.stands_for is None:
        raise TwinPage(str(meta.canonical))
    language = meta.language or outlet.language
    body = read_body(
        tree, url=fetched.url, titles=meta.titles, authors=meta.bylines.people, language=language
    )
    title = meta.title or shorten(body.text, width=100, placeholder="…")
    refuse_kind(stated, body, title=title)
    words = count_words(body.text)
    if words < MIN_WORDS:
        raise ExtractError("no-text", f"{words} words of body text")
    return Article(
        url=meta.canonical or address,
        outlet=outlet.slug,
        title=title,
        text=body.text,
        authors=meta.bylines.people,
        language=language_of(body.text, stated=language),
        published=meta.times.published,
        published_doubt=meta.times.doubt,
        modified_at=meta.times.modified_at,
        section=meta.section,
        tags=meta.tags,
        image=meta.image,
        paywalled=meta.paywalled,
        credits=read_credits(
            lines=body.lines,
            bylines=meta.bylines.entries,
            stated=stated,
            url=fetched.url,
            more=outlet.agencies,
        ),
        extraction=EXTRACTION,
        fetched_at=fetched.at,
        page=fetched.page.id,
    )


def _tree(fetched: Fetched) -> etree._Element:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        raise ExtractError("not-html", kind[:80])
    if len(fetched.body) > MAX_BYTES:
        raise ExtractError("too-large", f"{len(fetched.body)} bytes, at most {MAX_BYTES} are read")
    if is_front_page(fetched.url) and not is_front_page(fetched.page.url):
        raise ExtractError("front-page", f"redirected to {fetched.url}")
    refuse_address(fetched.url, asked=fetched.page.url)
    tree = load_html(_OPEN_TITLE.sub(rb"\1</title>", fetched.body, count=1))
    if tree is None:
        raise ExtractError("unreadable", f"no HTML in {len(fetched.body)} bytes")
    return tree
