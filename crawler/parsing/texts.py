"""Small duties on text from the web."""

from __future__ import annotations

import functools
import html
import re

from crawler.types import limits

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][\w:-]{0,30})"
    r"(?P<attributes>(?:\s{1,9}[\w:-]{1,40}\s{0,9}=\s{0,9}"
    r"(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>]{1,2000})){0,20})\s{0,9}/?>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<[!?][^<>]{0,300}>")
_CDATA = re.compile(r"<!?\[CDATA\[(.*?)\]\]>", re.DOTALL)
_WITHOUT_END = frozenset({"br", "hr", "img", "wbr"})
MAX_MARKUP = 20 * limits.LINE
"""Characters of a line with its markup that are looked at."""
MAX_ESCAPES = 3
"""How often an entity is unescaped: `&amp;amp;` is the work of two programs."""
# A single no-break or ideographic space is how the outlet writes it, and stays.
_SPACE = re.compile(r"\s{2,}|[ \t\n\r\f\v]")
# NUL ends a string in C programs that read the store; a lone surrogate cannot be stored at all.
# Soft hyphens, word joiners and byte order marks say where a line may break, and hide words from a
# search. So do zero-width spaces, but between letters of scripts without spaces they part words.
_UNSTORABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
    r"|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b"
)
# Marks of direction say nothing at the edge of a line, and make two of one headline.
_EDGES = " \t\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_AT_EDGES = re.compile(rf"^[{_EDGES}]+|[{_EDGES}]+$")
# What no tree of XML or HTML may hold; a parser takes it in, and then fails where the text is set.
_NO_CHARACTERS = bytes([*range(0x09), *range(0x0E, 0x20)])
_BREAKS = bytes.maketrans(b"\x0b\x0c", b"  ")
_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)"
    r"|[xX]0*(?:[0-8bceBCEfF]|1[\da-fA-F]|[fF]{3}[eEfF])(?![\da-fA-F]));?"
)
DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Ranges for a regular expression: scripts without spaces, two characters of which are a word."""
_TOKEN = re.compile(f"[{DENSE}]|[^\\W{DENSE}]+")


def storable(text: str) -> str:
    """Without control and layout characters and lone surrogates; newlines and tabs stay."""
    return _UNSTORABLE.sub("", text)


def parsable(markup: str) -> str:
    """Markup without the characters that no tree may hold, and without references to them."""
    plain = markup.encode("utf-8", "replace").translate(_BREAKS, _NO_CHARACTERS).decode()
    return _REFERENCE.sub("", plain.replace("\ufffe", "").replace("\uffff", ""))


def plain_line(text: str | None) -> str | None:
    """A headline on one line, without tags and entities; None when nothing is left."""
    plain = (text or "")[:MAX_MARKUP]
    for _ in range(MAX_ESCAPES):
        plain, before = html.unescape(_without_tags(plain)), plain
        if plain == before or "&" not in before:
            break
    plain = _AT_EDGES.sub("", _SPACE.sub(" ", storable(_without_tags(plain))).strip())
    return plain[: limits.LINE] or None


def _without_tags(text: str) -> str:
    """Without what is markup: a headline may be about `<b>`, or say that `a <b and c> d`."""
    if "<" not in text:
        return text
    text = _CDATA.sub(r"\1", text)
    ended = {match["name"].lower() for match in _TAG.finditer(text) if match["end"]}

    def kept(match: re.Match[str]) -> str:
        name = match["name"].lower()
        is_markup = name in ended or name in _WITHOUT_END or match["attributes"]
        return " " if is_markup else match[0]

    return _TAG.sub(kept, _COMMENT.sub(" ", text))


def words_of(text: str) -> list[str]:
    """The words of a text, small; characters in scripts written without spaces."""
    return _TOKEN.findall(text.casefold())


def plain_name(name: str) -> str:
    """The name of an outlet or a site in small letters, without `The`, spaces and marks."""
    return "".join(words_of(name.casefold().removeprefix("the ")))


@functools.lru_cache(maxsize=8)  # the body of a page is counted again and again
def count_words(text: str) -> int:
    """Words of a text; characters in scripts written without spaces."""
    return len(_TOKEN.findall(text))
