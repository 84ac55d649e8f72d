"""The language of a search: words, "phrases", OR, NOT, (...), prefix*, NEAR, title: and outlet:.

Whatever a person types becomes a tree, or a WordsError that shows the place of the mistake.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from crawler.errors import WordsError
from crawler.parsing.texts import DENSE

FIELDS = ("title", "text", "outlet")
NEAR_BY_DEFAULT = 10
"""Words between the parts of NEAR, where none are given; as in FTS5."""
SHORT = 3
"""Characters in a row by which scripts without spaces are indexed."""
MOST_CHARACTERS = 2_000
MOST_DEPTH = 12
"""Parentheses within parentheses: SQLite's own parser of searches holds a hundred symbols."""
_DENSE = re.compile(f"[{DENSE}]")
_HALF_WIDTH = str.maketrans("（）＂“”„«»＊", '()""""""*')
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<near>NEAR\((?P<operands>(?:"[^"]*"|[^()"])*)\))
    | (?P<broken_near>NEAR\()
    | (?P<minus>(?<![^\s(])-(?=[^\s)-]))
    | (?P<field>(?:title|text|outlet):(?!//))
    | (?P<unknown>[A-Za-z]+:(?=[\w"(])(?!//))
    | (?P<open>\() | (?P<close>\))
    | "(?P<phrase>[^"]*)"(?P<star>\*?)
    | (?P<quote>")
    | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_OPERAND = re.compile(r'"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s",]+)|(?P<comma>,)')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, which stands in the headline or the text."""

    text: str
    prefix: bool = False
    """whether its last word may go on"""
    field: str | None = None
    """title or text, where only that is looked at"""


@dataclass(frozen=True, slots=True)
class Near:
    """Terms with at most `distance` words between them."""

    terms: tuple[Term, ...]
    distance: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class OfOutlet:
    """Articles of an outlet, by its short name."""

    outlet: str


@dataclass(frozen=True, slots=True)
class And:
    """All `parts`, and none of `without`."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of `parts`."""

    parts: tuple[Node, ...]


Node = Term | Near | OfOutlet | And | Or


def parse_words(words: str) -> Node | None:
    """The tree of a search; None when it is blank. Raises WordsError."""
    if len(words) > MOST_CHARACTERS:
        raise WordsError(
            f"the search is longer than {MOST_CHARACTERS:,} characters; shorten it",
            words,
            MOST_CHARACTERS,
        )
    plain = words.translate(_HALF_WIDTH).replace("\0", " ")
    if not plain.strip():
        return None
    found = _Parser(plain).whole()
    if found is None:
        at = len(plain) - len(plain.lstrip())
        raise WordsError(
            "this search has no letter and no digit; write a word to look for", words, at
        )
    return found


def outlets_named(tree: Node | None) -> Iterator[str]:
    """Outlets that a search names, those it leaves out among them."""
    match tree:
        case OfOutlet(outlet):
            yield outlet
        case And(parts, without):
            yield from itertools.chain.from_iterable(map(outlets_named, (*parts, *without)))
        case Or(parts):
            yield from itertools.chain.from_iterable(map(outlets_named, parts))


def is_dense(term: Term) -> bool:
    """Whether it has characters of a script that is written without spaces."""
    return _DENSE.search(term.text) is not None


def has_word(text: str) -> bool:
    """Whether there is something in a text that the index can have: a letter or a digit."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Co" for c in text)


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    star: bool = False


class _Parser:
    """Recursive descent: OR binds less than AND, which binds less than NOT."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.tokens = list(_tokens(words))
        self.next = 0
        self.depth = 0

    def whole(self) -> Node | None:
        """Everything."""
        found = self.either(None)
        if self.kind() == "close":
            raise self.mistake(
                "this ) closes nothing; leave it out, or add (", self.tokens[self.next].at
            )
        return found

    def either(self, field: str | None) -> Node | None:
        """Parts with OR between them."""
        parts = [self.all_of(field)]
        while self.kind() == "OR":
            at = self.take().at
            parts.append(self.all_of(field))
            if parts[-2] is None or parts[-1] is None:
                raise self.mistake(
                    'OR needs a word on both sides; write one, or "OR" for the word itself', at
                )
        found = [part for part in parts if part is not None]
        return Or(tuple(found)) if len(found) > 1 else found[0] if found else None

    def all_of(self, field: str | None) -> Node | None:
        """Parts side by side or with AND between them, and those after NOT or -."""
        parts: list[Node] = []
        without: list[Node] = []
        refused = None
        while self.kind() not in ("end", "close", "OR"):
            negation = self.operators(first=not (parts or without))
            refused = refused or negation
            found = self.one(field)
            if found is not None:
                (without if negation else parts).append(found)
        if refused and not parts:
            raise self.mistake(
                "NOT and - only take articles away; write before them what to look for", refused.at
            )
        if len(parts) > 1 or without:
            return And(tuple(parts), tuple(without))
        return parts[0] if parts else None

    def operators(self, *, first: bool) -> _Token | None:
        """AND and NOT before a part: the NOT. Raises WordsError where no part follows."""
        both = self.take() if self.kind() == "AND" else None
        negation = self.take() if self.kind() in ("NOT", "minus") else None
        last = negation or both
        if both and first:
            raise self.no_operand(both)
        if last and self.kind() in _NO_PART:
            raise self.no_operand(last)
        return negation

    def one(self, field: str | None) -> Node | None:
        """A word, a phrase, NEAR, or something in parentheses; None for punctuation alone."""
        if self.kind() in _NO_PART:
            return None
        token = self.take()
        match token.kind:
            case "open":
                return self.in_parentheses(token, field)
            case "field":
                return self.in_field(token)
            case "near":
                return self.near(token, field)
            case "phrase" | "word":
                return self.term(token, field)
        raise self.mistake(_BROKEN[token.kind], token.at)

    def in_parentheses(self, opened: _Token, field: str | None) -> Node | None:
        """What follows an opening parenthesis, and the closing one."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self.mistake(
                f"parentheses are nested more than {MOST_DEPTH} deep; take some out", opened.at
            )
        found = self.either(field)
        if self.kind() != "close":
            raise self.mistake("this ( is not closed; add ), or leave it out", opened.at)
        self.take()
        self.depth -= 1
        return found

    def in_field(self, name: _Token) -> Node | None:
        """What follows `title:`."""
        found = self.one(name.text)
        if found is None:
            raise self.mistake(
                f"{name.text}: needs a word after it; write {name.text}:almaty", name.at
            )
        return found

    def near(self, token: _Token, field: str | None) -> Node:
        """The operands of NEAR and their distance."""
        terms, distance = [], NEAR_BY_DEFAULT
        start = token.at + len("NEAR(")
        operands = list(_OPERAND.finditer(token.text))
        if len(operands) > 2 and operands[-2]["comma"] and (operands[-1]["word"] or "").isdecimal():
            distance = min(int(operands[-1]["word"]), 1_000)
            operands = operands[:-2]
        for found in operands:
            if found["comma"]:
                raise self.mistake(_BROKEN["broken_near"], start + found.start())
            kind = "phrase" if found["word"] is None else "word"
            part = _Token(kind, found[kind], start + found.start(), bool(found["star"]))
            term = self.term(part, field)
            if isinstance(term, Term):
                terms.append(replace(term, field=None))
        if len(terms) < 2 or field == "outlet":
            raise self.mistake(_BROKEN["broken_near"], token.at)
        if any(map(is_dense, terms)) and any(len(term.text) < SHORT for term in terms):
            raise self.mistake(
                f"NEAR finds runs of {SHORT} characters and more in a script without spaces; "
                "write AND, or longer words",
                token.at,
            )
        return Near(tuple(terms), distance, field)

    def term(self, token: _Token, field: str | None) -> Node | None:
        """A word or a phrase; None where it is punctuation alone."""
        text, prefix = token.text, token.star
        if token.kind == "word" and "*" in text:
            star = text.index("*")
            if star < len(text) - 1 or not has_word(text):
                raise self.mistake(
                    '* stands at the end of a word, as in kazakh*; in "quotes" it is left out',
                    token.at + star,
                )
            text, prefix = text[:-1], True
        if not has_word(text):
            return None
        return OfOutlet(text) if field == "outlet" else Term(text, prefix, field)

    def kind(self) -> str:
        """Kind of the next token; operators have their own."""
        return self.tokens[self.next].kind if self.next < len(self.tokens) else "end"

    def take(self) -> _Token:
        """The next token."""
        self.next += 1
        return self.tokens[self.next - 1]

    def no_operand(self, operator: _Token) -> WordsError:
        """An operator without what it works on."""
        name = "-" if operator.kind == "minus" else operator.kind
        needs = "a word on both sides" if name == "AND" else "a word after it"
        return self.mistake(
            f'{name} needs {needs}; write one, or "{name}" for the word itself', operator.at
        )

    def mistake(self, sentence: str, at: int) -> WordsError:
        """An error that shows the place."""
        return WordsError(sentence, self.words, at)


_NO_PART = ("end", "close", "OR", "AND", "NOT", "minus")
"""Kinds of tokens that no part begins with."""
_BROKEN = {
    "quote": "this quotation mark has no second one; add it, or leave this one out",
    "broken_near": "NEAR takes two words or phrases and more, then the most words between them: "
    "NEAR(almaty airport, 5)",
    "unknown": f"there is no field of this name; fields are {', '.join(FIELDS)}; to look for the "
    "word itself, put it in quotes",
}


def _tokens(words: str) -> Sequence[_Token]:
    found = []
    for match in _TOKEN.finditer(words):
        kind = match.lastgroup or ""
        if kind in ("operands", "star"):
            kind = "near" if match["near"] else "phrase"
        if kind == "space":
            continue
        text = match["operands"] if kind == "near" else match[kind]
        if kind == "word" and text in ("AND", "OR", "NOT"):
            kind = text
        found.append(
            _Token(
                kind,
                text.rstrip(":") if kind == "field" else text,
                match.start(),
                bool(match["star"]),
            )
        )
    return found
