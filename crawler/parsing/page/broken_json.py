"""The values of a JSON-LD script, in every state of repair."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MAX_CHARACTERS = 4_000_000
"""Of one script element; a live blog lists hundreds of updates, text and all."""
MAX_MENDED = 400_000
"""Characters of a script that is mended; articles need a fiftieth of it."""
MAX_VALUES = 100
"""Of one script, one behind the other."""
_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)")
_CLOSING = re.compile(r"(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*;?\s*$")
LONGEST_CLOSING = 40
"""Characters at the end of a script that may be no JSON."""
_BETWEEN = re.compile(r"[\s,;}\]]*")
# A string without its end goes to the end of the text, so that none is looked at twice.
_STRING = r'"(?:[^"\\]|\\.)*+"?'
_STRING_OR_COMMENT = re.compile(
    rf"(?P<kept>{_STRING})|/\*(?:.*?\*/|.*)|//[^\n]*"
    r"|(?P<commas>,[\s,]*+)(?P<last>(?=[}\]]))?|(?<=:)\s*+undefined\b",
    re.DOTALL,
)
_STRING_OR_BRACKET = re.compile(rf"{_STRING}|[{{}}\[\]]", re.DOTALL)
_QUOTE = re.compile(r'\\.|"', re.DOTALL)
_VALUE_ENDS = re.compile(
    r'\s{0,200}(?:$|[}\]]|,\s{0,200}(?:["{\[}\]]|-?\d|true\b|false\b|null\b|$))'
)
_KEY_ENDS = re.compile(r"\s{0,200}:")
_FIELD = re.compile(
    r'"(headline|datePublished|dateModified|articleSection)"\s{0,20}:\s{0,20}'
    r'"((?:[^"\\]|\\.){1,500})"(?=\s{0,200}[,}\]])'
)
_AUTHOR = re.compile(
    r'"author"\s{0,20}:[^\]}]{0,300}?"name"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,200})"'
    r"(?=\s{0,200}[,}\]])"
)
_TYPE = re.compile(r'"@type"\s{0,20}:\s{0,20}\[?\s{0,20}"(\w{0,40}Article|\w{0,40}Posting)"')
# Behind a backslash stands one of these (RFC 8259, 7); programs escape apostrophes too.
_ESCAPE = re.compile(r"\\(?:(?P<known>[\"\\/bfnrt]|u[\da-fA-F]{4})|(?P<other>.?))", re.DOTALL)
# strict=False: raw newlines inside strings are the commonest mistake.
_DECODER = json.JSONDecoder(strict=False)


class Value(NamedTuple):
    """A JSON value of a script."""

    value: Any
    sound: bool
    """whether it says what was written; else it was put together of what could be read"""


def read_values(text: str) -> Iterator[Value]:
    """The values of a script, one or several; of what is broken beyond repair, what can be picked.

    A comma too many, comments, raw newlines and escaped quotes change no meaning. Where quotes
    within strings or brackets are missing, the values are not sound.
    """
    if len(text) > MAX_CHARACTERS:
        return
    values, rest = _decode(_unwrapped(text))
    yield from (Value(value, sound=True) for value in values)
    if not rest or len(rest) > MAX_MENDED:
        return
    for mend, sound in _MENDS:
        values, _ = _decode(mend(rest))
        yield from (Value(value, sound=sound) for value in values)
        if values and sound:
            return
    picked = _picked(rest)
    if picked:
        yield Value(picked, sound=False)


def _unwrapped(text: str) -> str:
    """Without the comment or CDATA section that a script stands in."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, max(len(text) - LONGEST_CLOSING, 0))
    return text[opening.end() if opening else 0 : closing.start() if closing else None].strip()


def _decode(text: str) -> tuple[list[Any], str]:
    """The values that a text begins with, and what of it is left."""
    values: list[Any] = []
    end = 0
    while end < len(text) and len(values) < MAX_VALUES:
        try:
            value, end = _DECODER.raw_decode(text, end)
        except (ValueError, RecursionError):
            break
        values.append(value)
        between = _BETWEEN.match(text, end)
        end = between.end() if between else end
    return values, text[end:]


def _tidied(text: str) -> str:
    """Without comments, and without commas behind the last of a list."""

    def kept(match: re.Match[str]) -> str:
        if match["commas"]:
            return match["commas"] if match["last"] is None else ""
        return match["kept"] or (" null" if match[0].endswith("undefined") else "")

    text = _ESCAPE.sub(_escaped, text)
    # Twice: a comment may stand between a comma too many and the bracket.
    return _STRING_OR_COMMENT.sub(kept, _STRING_OR_COMMENT.sub(kept, text))


def _escaped(match: re.Match[str]) -> str:
    """An escape as JSON has it; what needs none stands for itself."""
    if match["known"]:
        return match[0]
    return match["other"] if match["other"] == "'" else "\\\\" + match["other"]


def _unescaped(text: str) -> str:
    return _tidied(html.unescape(text))


def _requoted(text: str) -> str:
    """With quotes inside strings escaped, as far as it can be told, and all brackets closed.

    A string ends at a quote behind which a JSON text can go on.
    """
    parts: list[str] = []
    taken, opened = 0, -1
    for match in _QUOTE.finditer(text):
        if match[0] != '"':
            continue
        if opened < 0:
            opened = match.start()
        elif _ends(text, opened, match.end()):
            opened = -1
        else:
            parts += (text[taken : match.start()], '\\"')
            taken = match.end()
    return _closed(_tidied("".join(parts) + text[taken:]))


def _ends(text: str, opened: int, end: int) -> bool:
    """Whether a string that was opened there may end here."""
    before = text[max(opened - 50, 0) : opened].rstrip()[-1:]
    if before == ":":
        return _VALUE_ENDS.match(text, end) is not None
    key = _KEY_ENDS.match(text, end) is not None
    return key if before == "{" else key or _VALUE_ENDS.match(text, end) is not None


def _closed(text: str) -> str:
    """With the quote and the brackets that are missing at its end."""
    text = text.rstrip(" \t\r\n,:")
    missing: list[str] = []
    for match in _STRING_OR_BRACKET.finditer(text):
        part = match[0]
        if part in "{[":
            missing.append("}" if part == "{" else "]")
        elif part in "}]":
            if missing[-1:] == [part]:
                missing.pop()
        elif match.end() == len(text) and (len(part) == 1 or part[-1] != '"'):
            missing.append('"')
    return text + "".join(reversed(missing))


def _picked(text: str) -> dict[str, Any]:
    """What can be read in a text that is no JSON; empty when it is nothing."""
    found: dict[str, Any] = {}
    for match in _FIELD.finditer(text):
        found.setdefault(match[1], _unquoted(match[2]))
    author = _AUTHOR.search(text)
    if author:
        found["author"] = {"name": _unquoted(author[1])}
    kind = _TYPE.search(text)
    return {"@type": kind[1] if kind else "Article", **found} if found else {}


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


_MENDS: tuple[tuple[Callable[[str], str], bool], ...] = (
    (_tidied, True),
    (_unescaped, True),
    (_requoted, False),
)
