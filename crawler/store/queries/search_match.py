"""A search as SQL: what SQLite's full-text indexes are asked, and what is asked beside them.

Words go to `articles_fts`. Those in scripts without spaces go to `article_parts`, which has every
three characters in a row of the articles in those scripts, so that a part of a run is found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from crawler.store.queries.search_words import (
    SHORT,
    And,
    Near,
    Node,
    OfOutlet,
    Or,
    Term,
    is_dense,
    parse_words,
)

WORDS, PARTS = "articles_fts", "article_parts"
MOST_ENDINGS = 2_000
"""Endings of a short word that are looked for."""


class Ask(NamedTuple):
    """What articles must be: found by each index that is asked, and as the conditions say."""

    matches: dict[str, str]
    """expression of FTS5 by index"""
    conditions: tuple[str, ...] = ()
    """SQL about an article `a`"""


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was understood."""

    ask: Ask
    marks: dict[str, list[str]]
    """by index, expressions that match what is looked for, each by itself"""
    values: dict[str, object]
    """what the conditions bind"""

    def conditions(self, *, but: str | None = None) -> list[str]:
        """SQL about an article `a`, without the question to the index `but`."""
        rest = {index: match for index, match in self.ask.matches.items() if index != but}
        return _conditions(Ask(rest, self.ask.conditions), self.values)


def search_of(connection: sqlite3.Connection, words: str | None) -> Search | None:
    """What a search asks; None for a blank one. Raises WordsError."""
    tree = parse_words(words or "")
    return None if tree is None else _Compiler(connection).search(tree)


@dataclass(slots=True)
class _Compiler:
    connection: sqlite3.Connection
    values: dict[str, object] = field(default_factory=dict)

    def search(self, tree: Node) -> Search:
        """The search whose tree this is."""
        marks: dict[str, list[str]] = {}
        for part in _positive(tree):
            for index, match in self.ask(part).matches.items():
                marks.setdefault(index, []).append(match)
        return Search(self.ask(tree), marks, self.values)

    def ask(self, node: Node) -> Ask:
        """What a part of the tree asks."""
        match node:
            case Term():
                return self.term(node)
            case Near():
                dense = any(map(is_dense, node.terms))
                near = " ".join(map(_phrase, node.terms))
                return Ask(
                    {PARTS if dense else WORDS: _in(node.field, f"NEAR({near}, {node.distance})")}
                )
            case OfOutlet(outlet):
                slug = _bind(self.values, outlet)
                return Ask({}, (f"a.outlet IN (SELECT id FROM outlets WHERE slug = {slug})",))
            case Or(parts):
                return self.either([self.ask(part) for part in parts])
            case And(parts, without):
                return self.all_of(
                    [self.ask(part) for part in parts], [self.ask(part) for part in without]
                )

    def term(self, term: Term) -> Ask:
        """A word or a phrase."""
        if not is_dense(term):
            return Ask({WORDS: _in(term.field, _phrase(term))})
        if len(term.text) >= SHORT:
            return Ask({PARTS: _in(term.field, _phrase(Term(term.text)))})
        begun = term.text.lower()
        rows = self.connection.execute(
            "SELECT term FROM part_terms WHERE term >= ? AND term < ? LIMIT ?",
            (begun, begun + "\U0010ffff", MOST_ENDINGS),
        )
        endings = " OR ".join(_phrase(Term(row[0])) for row in rows)
        return Ask({PARTS: _in(term.field, f"({endings})")}) if endings else Ask({}, ("0",))

    def either(self, asks: list[Ask]) -> Ask:
        """At least one: of one index where that is enough."""
        index = _only_index(asks)
        if index:
            return Ask({index: f"({' OR '.join(ask.matches[index] for ask in asks)})"})
        return Ask({}, (f"({' OR '.join(self.sql(ask) for ask in asks)})",))

    def all_of(self, asks: list[Ask], without: list[Ask]) -> Ask:
        """All of `asks`, and none of `without`."""
        matches: dict[str, list[str]] = {}
        conditions = [condition for ask in asks for condition in ask.conditions]
        for ask in asks:
            for index, match in ask.matches.items():
                matches.setdefault(index, []).append(match)
        refused: dict[str, list[str]] = {}
        for ask in without:
            only = _only_index([ask])
            if only in matches:
                refused.setdefault(only, []).append(ask.matches[only])
            else:
                conditions.append(f"NOT {self.sql(ask)}")
        # One NOT for all: FTS5 refuses a long row of them.
        joined = {
            index: f"({_joined(found)} NOT ({' OR '.join(refused[index])}))"
            if index in refused
            else _joined(found)
            for index, found in matches.items()
        }
        return Ask(joined, tuple(conditions))

    def sql(self, ask: Ask) -> str:
        """All that is asked as one condition."""
        return f"({' AND '.join(_conditions(ask, self.values))})"


def _conditions(ask: Ask, values: dict[str, object]) -> list[str]:
    return [
        f"a.id IN (SELECT rowid FROM {index} WHERE {index} MATCH {_bind(values, match)})"
        for index, match in ask.matches.items()
    ] + list(ask.conditions)


def _bind(values: dict[str, object], value: str) -> str:
    """The place of a value in SQL."""
    name = next((name for name, known in values.items() if known == value), None)
    if name is None:
        name = f"sought{len(values)}"
        values[name] = value
    return f":{name}"


def _positive(node: Node) -> Iterator[Term | Near]:
    """What a search looks for, in the order in which it says so."""
    match node:
        case Term() | Near():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _positive(part)


def _only_index(asks: list[Ask]) -> str | None:
    """The one index that all are asked of, and nothing else; None: there is more."""
    indexes = {index for ask in asks for index in ask.matches}
    alone = all(len(ask.matches) == 1 and not ask.conditions for ask in asks)
    return indexes.pop() if alone and len(indexes) == 1 else None


def _joined(matches: list[str]) -> str:
    return matches[0] if len(matches) == 1 else f"({' AND '.join(matches)})"


def _phrase(term: Term) -> str:
    """Quoted: everything inside is text to FTS5."""
    return '"' + term.text.replace('"', '""') + '"' + ("*" if term.prefix else "")


def _in(column: str | None, match: str) -> str:
    return match if column is None else f"{{{column}}} : {match}"
