"""The body text of a page: trafilatura's extraction, then the lines that are not the article's."""

from __future__ import annotations

import functools
import re
import tomllib
from configparser import ConfigParser
from importlib import resources

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, use_config

from crawler.parsing.texts import storable

# `Protesters in Almaty. Source: A. Person /AFP via Getty Images. |` and its kin.
_CREDIT = re.compile(
    r"^.{0,200}\b(source|photo|image|picture|credit|foto|bild|quelle|фото|图源|来源)\s?[:：]"
    r".{1,120}(\||getty images|/afp|/ap|reuters)\.?\s*\|?$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"^(©|\(c\)|copyright\b).{0,160}$", re.IGNORECASE)
_DENSE = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})
_TRAILING = " \t.:!?…|»›>-–—"


def body_text(
    tree: etree._Element, *, url: str, title: str | None, language: str | None = None
) -> str:
    """Paragraphs of the article, one a line; empty when there is none.

    `language` is what the page or its outlet states, in BCP 47.
    """
    dense = (language or "").partition("-")[0].lower() in _DENSE
    document = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=False,
        config=_dense_config() if dense else DEFAULT_CONFIG,
    )
    return clean(document.text or "", title=title) if document is not None else ""


def clean(text: str, *, title: str | None) -> str:
    """Drop a leading headline, boilerplate lines, picture credits and copyright lines."""
    lines = [line.strip() for line in storable(text).splitlines()]
    lines = [line for line in lines if line and not _is_clutter(line)]
    while lines and title and _fold(lines[0]) == _fold(title):
        lines = lines[1:]
    return "\n".join(lines)


def _is_clutter(line: str) -> bool:
    if len(line) > 320:
        return False
    bare = _fold(line.lstrip("-*• "))
    return (
        bare in _boilerplate()
        or _all_boilerplate(line)
        or bool(_CREDIT.match(line))
        or bool(_COPYRIGHT.match(line))
    )


def _all_boilerplate(line: str) -> bool:
    """`Comments / Post a Comment`: nothing but boilerplate between separators."""
    parts = [part for part in re.split(r"[/|·•]", line) if part.strip()]
    return len(parts) > 1 and all(_fold(part) in _boilerplate() for part in parts)


def _fold(line: str) -> str:
    return " ".join(line.split()).strip(_TRAILING).casefold()


@functools.cache
def _dense_config() -> ConfigParser:
    # trafilatura takes less than 250 characters for a failure and falls back to whole elements,
    # byline and all; in these scripts 80 characters say as much.
    config: ConfigParser = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")
    return config


@functools.cache
def _boilerplate() -> frozenset[str]:
    data = resources.files("crawler.parsing").joinpath("boilerplate.toml").read_text("utf-8")
    return frozenset(_fold(line) for lines in tomllib.loads(data).values() for line in lines)
