"""Small duties on text from the web."""

from __future__ import annotations

import html
import re

from crawler.types import limits

_TAG = re.compile(r"<[^<>]{1,300}>")
# A single no-break or ideographic space is how the outlet writes it, and stays.
_SPACE = re.compile(r"\s{2,}|[ \t\n\r\f\v]")
# NUL ends a string in C programs that read the store; a lone surrogate cannot be stored at all.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TOKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)


def storable(text: str) -> str:
    """Without control characters and lone surrogates; newlines and tabs stay."""
    return _UNSTORABLE.sub("", text)


def plain_line(text: str | None) -> str | None:
    """A headline on one line, without tags and entities; None when nothing is left."""
    plain = _SPACE.sub(" ", storable(html.unescape(_TAG.sub(" ", text or "")))).strip()
    return plain[: limits.LINE] or None


def count_words(text: str) -> int:
    """Words of a text; characters in scripts written without spaces."""
    return len(_TOKEN.findall(text))
