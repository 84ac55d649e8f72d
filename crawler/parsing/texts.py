"""Small duties on text from the web."""

from __future__ import annotations

import html
import re

from crawler.types import limits

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]{0,30})(?P<more>\s*/|\s[^<>]{1,300})?>")
_COMMENT = re.compile(r"<[!?][^<>]{0,300}>")
_ALONE = frozenset({"br", "wbr", "hr", "img"})
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
    plain = _SPACE.sub(" ", storable(html.unescape(_without_tags(text or "")))).strip()
    return plain[: limits.LINE] or None


def _without_tags(text: str) -> str:
    """Text without what is markup in it: "<a> as <area> in maps" and "5 < 6" have none."""
    if "<" not in text:
        return text
    names = [(bool(tag["end"]), tag["name"].lower()) for tag in _TAG.finditer(text)]
    paired = {name for end, name in names if not end and (True, name) in names} | _ALONE

    def replaced(tag: re.Match[str]) -> str:
        is_markup = tag["end"] or tag["more"] or tag["name"].lower() in paired
        return " " if is_markup else tag[0]

    return _TAG.sub(replaced, _COMMENT.sub(" ", text))


def count_words(text: str) -> int:
    """Words of a text; characters in scripts written without spaces."""
    return len(_TOKEN.findall(text))
