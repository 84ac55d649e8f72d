"""The body text of a page: trafilatura's extraction, and the lines of it that are the article's."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from configparser import ConfigParser
from typing import NamedTuple

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, use_config

from crawler.parsing.blocks.judge import Candidates, judge
from crawler.parsing.page.clutter import PageChrome, clean, is_link, is_title, once
from crawler.parsing.page.layout import drop as drop_elements
from crawler.parsing.page.layout import narrow, prepare
from crawler.parsing.page.other_articles import other_articles
from crawler.parsing.page.phrases import is_phrase
from crawler.parsing.page.quick_paths import quicken
from crawler.parsing.texts import storable

_DENSE = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})
MAX_LINK = 300
"""Characters; a longer link is a paragraph that can be clicked on."""

quicken()

CLEANED, JUDGED = "trafilatura, cleaned", "blocks of the page, judged"
"""Where a text was found."""


class Body(NamedTuple):
    """What was extracted of a page."""

    text: str
    """paragraphs of the article, one a line; empty when there is none"""
    lines: tuple[str, ...]
    """all lines as extracted, also those that are not the article's"""
    linked: float
    """share of their characters that stand in lines which are only a link"""
    source: str = CLEANED
    """where the text was found"""


def read_body(
    tree: etree._Element,
    *,
    url: str,
    titles: Iterable[str],
    authors: Iterable[str] = (),
    language: str | None = None,
    drop: Iterable[str] = (),
    body: str | None = None,
) -> Body:
    """The body of a page. Changes the tree.

    `titles` are the page's headlines in every form, `language` is what the page or its outlet
    states, in BCP 47. `drop` and `body` are CSS selectors of its description.
    """
    titles = list(titles)
    chrome = PageChrome.of(titles=titles, links=_links(tree), authors=authors)
    tree = narrow(tree, unwanted=drop, body=body)
    drop_elements(tree, other_articles(tree, titles=titles, url=url))
    prepare(tree)
    dense = (language or "").partition("-")[0].lower() in _DENSE
    document = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=False,
        config=_dense_config() if dense else DEFAULT_CONFIG,
    )
    extracted = storable((document.text or "") if document is not None else "")
    lines = tuple(line.strip() for line in extracted.splitlines() if line.strip())
    links = sum(len(line) for line in lines if is_link(line, chrome))
    text = clean(extracted, chrome)
    # Where an outlet's description points at the body, a person has judged.
    judged = None if body else _judged(tree, lines, text, chrome)
    linked = links / max(sum(map(len, lines)), 1)
    if judged is None:
        return Body(text, lines, linked)
    return Body(judged, lines, linked, JUDGED)


def _judged(
    tree: etree._Element, lines: Sequence[str], text: str, chrome: PageChrome
) -> str | None:
    candidates = Candidates.of(tree, lines, _are_in(lines, text.splitlines()))
    judged = judge(candidates) if candidates else None
    if judged is None:
        return None
    # What outlets say in every text is none of it, however likely its place.
    return "\n".join(
        once([line for line in judged if not (is_title(line, chrome) or is_phrase(line))])
    )


def _are_in(lines: Sequence[str], some: Sequence[str]) -> list[bool]:
    """Whether each line is among `some` of them, which are in the same order."""
    rest = iter(some)
    wanted = next(rest, None)
    found = []
    for line in lines:
        found.append(line == wanted)
        if line == wanted:
            wanted = next(rest, None)
    return found


def _links(tree: etree._Element) -> list[str]:
    texts = (" ".join(link.itertext()) for link in tree.iter("a"))
    return [text for text in texts if len(text) <= MAX_LINK]


@functools.cache
def _dense_config() -> ConfigParser:
    # trafilatura takes less than 250 characters for a failure and falls back to whole elements,
    # byline and all; in these scripts 80 characters say as much.
    config: ConfigParser = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")
    return config
