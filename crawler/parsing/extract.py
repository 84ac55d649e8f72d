"""From a fetched page to an article: one parse, then metadata, body, language."""

from __future__ import annotations

from lxml import etree
from trafilatura import load_html

from crawler.errors import ExtractError
from crawler.parsing.body import body_text
from crawler.parsing.languages import language_of
from crawler.parsing.metadata import Metadata, read_metadata, search_date
from crawler.parsing.texts import count_words
from crawler.parsing.urls import canonical, is_front_page
from crawler.types import Article, Fetched, Moment, Outlet

MAX_BYTES = 5 * 1024 * 1024
"""Larger pages cost tens of seconds and hold no more text."""
MIN_WORDS = 20
"""Shorter bodies are captions, teasers and error messages."""


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
    `unreadable`, `amp-twin`, `no-title`, `no-text`.
    """
    tree = _tree(fetched)
    meta = read_metadata(tree, url=fetched.url, listing=fetched.page.listing, now=fetched.at)
    address = canonical(fetched.url)
    # One step only: a chain of AMP pages that name each other would have no end.
    if meta.amp and meta.canonical not in (None, address) and fetched.page.stands_for is None:
        raise TwinPage(str(meta.canonical))
    if meta.title is None:
        raise ExtractError("no-title", "no headline in the page or its listing")
    stated = meta.language or outlet.language
    text = body_text(tree, url=fetched.url, title=meta.title, language=stated)
    words = count_words(text)
    if words < MIN_WORDS:
        raise ExtractError("no-text", f"{words} words of body text")
    return Article(
        url=meta.canonical or address,
        outlet=outlet.slug,
        title=meta.title,
        text=text,
        authors=meta.authors,
        language=language_of(text, stated=stated),
        published=_published(tree, meta, fetched),
        modified_at=meta.modified_at,
        section=meta.section,
        image=meta.image,
        paywalled=meta.paywalled,
        fetched_at=fetched.at,
        page=fetched.page.id,
    )


def _published(tree: etree._Element, meta: Metadata, fetched: Fetched) -> Moment | None:
    # A page that states an impossible time is not searched for a better one: that finds the year
    # of the copyright line.
    if meta.published is not None or meta.dated:
        return meta.published
    return search_date(tree, url=fetched.url, now=fetched.at)


def _tree(fetched: Fetched) -> etree._Element:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        raise ExtractError("not-html", kind[:80])
    if len(fetched.body) > MAX_BYTES:
        raise ExtractError("too-large", f"{len(fetched.body)} bytes, at most {MAX_BYTES} are read")
    if is_front_page(fetched.url) and not is_front_page(fetched.page.url):
        raise ExtractError("front-page", f"redirected to {fetched.url}")
    tree = load_html(fetched.body)
    if tree is None:
        raise ExtractError("unreadable", f"no HTML in {len(fetched.body)} bytes")
    return tree
