"""The JSON that a page's scripts hold for its own program: what its server knew of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from lxml import etree

from crawler.parsing.page.broken_json import read_values

MAX_SCRIPTS = 300
"""Scripts of one page that are looked at."""
MAX_ASSIGNED = 1_000
"""Values that one script assigns."""
MAX_LITERAL = 1_000_000
"""Characters of a value in JavaScript that is no JSON; each part of it is turned into JSON."""
MAX_LITERALS = 3
"""Such values of one page."""
MAX_ALIASES = 5
"""Wrappers around one value of a numbered list: `["Reactive", 7]`."""
# `name =`, before what may be a value; `window.name = `, `Fusion.globalContent=`, `a["b"] =`.
_ASSIGNED = re.compile(r"([\w$]{1,80})[\"'\]]{0,2}\s{0,9}=\s{0,9}(?=[{\[\"(]|JSON\.parse\()")
_PARSED = re.compile(r"JSON\.parse\(\s{0,9}(?=[\"'])")
# Programs name so what they were given: __NUXT__, __INITIAL_STATE__, preloadedData.
_STATE_NAME = re.compile(r"__\w+__|\w*(?:state|data|props|store)", re.IGNORECASE)
_FUNCTION = re.compile(r"\(\s{0,9}function\s{0,9}\(([\w$,\s]{0,20000})\)\s{0,9}\{")
_RETURNED = re.compile(r"\breturn\s{0,9}(?=[{\[])")
_JS_TOKEN = re.compile(
    # A string without its end goes to the end of the text, so that none is looked at twice.
    r"\"(?P<double>(?:[^\"\\]|\\.)*+)\"?|'(?P<single>(?:[^'\\]|\\.)*+)'?|(?P<word>void 0|![01])"
    r"|(?P<name>(?<![\w.$])[A-Za-z_$][\w$]*)(?P<key>\s*+:)?|(?P<bracket>[()])",
    re.DOTALL,
)
_JS_ESCAPE = re.compile(
    r"\\x(?P<code>[0-9a-fA-F]{2})|\\(?P<plain>['`$])|\\.|(?P<quote>\")", re.DOTALL
)
_JS_WORDS = {"void 0": "null", "!0": "true", "!1": "false", "undefined": "null"}
_JSON_WORDS = frozenset({"true", "false", "null"})
_PARAMETER = "\ufdd0"
"""Begins a string that stands for a parameter of the function around a value; no text has it."""
_ANGULAR = (("&q;", '"'), ("&s;", "'"), ("&l;", "<"), ("&g;", ">"), ("&a;", "&"))
_DECODER = json.JSONDecoder(strict=False)
_FAILURES = (ValueError, RecursionError)


JsonObject = dict[str, object]


class StateValue(NamedTuple):
    """A value, and what holds it."""

    value: object
    carrier: str
    """the script's id or the variable's name"""


def state_values(scripts: Iterable[etree._Element]) -> Iterator[StateValue]:
    """The values of a page's scripts that are JSON, or that assign JSON to a variable."""
    literals = iter(range(MAX_LITERALS))
    for script in islice(scripts, MAX_SCRIPTS):
        kind, text = (script.get("type") or "").lower(), script.text or ""
        if "ld+json" in kind:
            continue
        if "json" in kind or text.lstrip()[:1] in ("{", "["):
            carrier = script.get("id") or kind or "script"
            yield from (StateValue(value, carrier) for value in _written(text))
        else:
            yield from _assigned(text, literals)


def nested_value(text: str) -> object:
    """The object or list that a string holds as JSON; None where it holds none."""
    if text[:1] not in ("{", "["):
        return None
    try:
        value: object = json.loads(text, strict=False)
    except _FAILURES:
        return None
    return value


def _written(text: str) -> Iterator[object]:
    if "&q;" in text[:200]:
        for escape, character in _ANGULAR:
            text = text.replace(escape, character)
    return (_numbered(read.value) for read in read_values(text))


def _numbered(value: object) -> object:
    """A value, also where it was written as a list of parts that name each other by number."""
    parts: list[object] = value if isinstance(value, list) else []
    objects = [part for part in parts if isinstance(part, dict) and part]
    if not objects or not all(map(_names_parts, objects)):
        return value
    # Empty first and then filled, for parts may name each other in rings.
    made = [type(part)() if isinstance(part, (dict, list)) else part for part in parts]
    whole = [_unwrapped(number, parts, made) for number in range(len(parts))]
    for part, empty in zip(parts, made, strict=True):
        _fill_numbered(empty, part, whole)
    return whole[0]


def _names_parts(part: JsonObject) -> bool:
    """Whether all that an object holds are numbers of parts."""
    return all(type(number) is int for number in part.values())


def _fill_numbered(empty: object, part: object, whole: list[object]) -> None:
    if isinstance(empty, dict) and isinstance(part, dict):
        empty.update((key, _at(number, whole)) for key, number in part.items())
    elif isinstance(empty, list) and isinstance(part, list):
        empty.extend(_at(number, whole) for number in part)


def _unwrapped(number: int, parts: list[object], made: list[object]) -> object:
    """What a part stands for: `["Reactive", 7]` for the seventh."""
    for _ in range(MAX_ALIASES):
        match parts[number]:
            case [str(), int(inner)] if 0 <= inner < len(parts):
                number = inner
            case _:
                break
    return made[number]


def _at(number: object, whole: list[object]) -> object:
    return whole[number] if isinstance(number, int) and 0 <= number < len(whole) else None


def _assigned(script: str, literals: Iterator[int]) -> Iterator[StateValue]:
    at = 0
    for _ in range(MAX_ASSIGNED):
        found = _ASSIGNED.search(script, at)
        if not found:
            return
        value, at = _decoded(script, found.end())
        if value is None and _STATE_NAME.fullmatch(found[1]) and next(literals, None) is not None:
            value = _literal(script[found.end() :][:MAX_LITERAL])
        if value is not None:
            yield StateValue(value, found[1])


def _decoded(script: str, start: int) -> tuple[object, int]:
    """The object or list that is written there, perhaps in a string, and how far it was read."""
    parsed = _PARSED.match(script, start)
    start = parsed.end() if parsed else start
    if script.startswith("'", start) and (token := _JS_TOKEN.match(script, start)):
        return _of_string(_as_json(token)), token.end()
    try:
        value, end = _DECODER.raw_decode(script, start)
    except json.JSONDecodeError as error:
        # What was read is not read again: a page has many beginnings.
        return None, max(error.pos, start)
    except _FAILURES:
        return None, start
    return (nested_value(value) if isinstance(value, str) else value), end


def _of_string(written: str) -> object:
    try:
        return nested_value(json.loads(written, strict=False))
    except _FAILURES:
        return None


def _literal(text: str) -> object:
    """The object that a text in JavaScript begins with, or that its function returns."""
    function = _FUNCTION.match(text)
    names = re.findall(r"[\w$]+", function[1]) if function else []
    returned = _RETURNED.search(text, function.end()) if function else None
    start = returned.end() if returned else 0
    if text[start : start + 1] not in ("{", "["):
        return None
    written = _JS_TOKEN.sub(_as_json, text[start:])
    try:
        value, end = _DECODER.raw_decode(written)
        # `}(1, 2))` has become `}[1, 2]]`.
        given, _ = _DECODER.raw_decode(written[end:].lstrip("; \n})]")) if names else ([], 0)
    except _FAILURES:
        return None
    _fill(value, dict(zip(names, given, strict=False)))
    return value


def _as_json(token: re.Match[str]) -> str:
    """A part of a value in JavaScript as JSON; a parameter becomes a string that names it."""
    name = token["name"]
    if name and token["key"]:
        return f'"{name}":'
    if name or token["word"]:
        word = _JS_WORDS.get(token[0], token[0])
        return word if word in _JSON_WORDS else f'"{_PARAMETER}{name}"'
    if token["bracket"]:
        return "[" if token["bracket"] == "(" else "]"
    inner = token["double"] if token["double"] is not None else token["single"]
    return f'"{_JS_ESCAPE.sub(_escaped, inner)}"'


def _escaped(escape: re.Match[str]) -> str:
    if escape["code"]:
        return f"\\u00{escape['code']}"
    return '\\"' if escape["quote"] else escape["plain"] or escape[0]


def _fill(value: object, given: Mapping[str, object]) -> None:
    """Put what a function was given where its parameters stand; nothing is copied."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        entries: Iterable[tuple[object, object]] = ()
        if isinstance(holder, dict):
            entries = list(holder.items())
        elif isinstance(holder, list):
            entries = list(enumerate(holder))
        for key, inner in entries:
            if isinstance(inner, str) and inner.startswith(_PARAMETER):
                holder[key] = given.get(inner[1:])  # type: ignore[index]
            else:
                waiting.append(inner)
