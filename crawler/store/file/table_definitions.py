"""A CREATE TABLE statement taken apart and put together again, comments and all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      --[^\n]* | /\*.*?\*/                                        # comments
    | '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]  # strings and quoted names
    | \s+ | [(),] | [^\s'"`\[(),/-]+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
"""Words with which the constraint of a whole table begins."""


class Entry(NamedTuple):
    """What stands between two commas of a CREATE TABLE: a column, or a constraint of the table."""

    name: str
    """of the column; empty for a constraint"""
    sql: str
    """as written, comments before and behind it left out"""
    comment: str
    """the comment behind it; empty when there is none"""


class TableDefinition(NamedTuple):
    """A CREATE TABLE statement."""

    head: str
    """up to the first column, as in `CREATE TABLE runs ( -- one invocation`"""
    columns: dict[str, Entry]
    """by name, in their order"""
    constraints: tuple[Entry, ...]
    tail: str
    """from the closing parenthesis on, as in `) STRICT`"""

    def sql(self) -> str:
        """The statement, one line for each entry."""
        entries = [*self.columns.values(), *self.constraints]
        lines = [self.head]
        for entry in entries:
            comma = "," if entry is not entries[-1] else ""
            comment = f" -- {entry.comment}" if entry.comment else ""
            lines.append(f"  {entry.sql}{comma}{comment}")
        return "\n".join([*lines, self.tail])

    def holding(self, other: TableDefinition, order: Sequence[str]) -> TableDefinition:
        """This table with the columns and constraints that only `other` has.

        `order` names all columns, in the order in which the file stores them.
        """
        both = other.columns | self.columns
        known = {_normalised(entry.sql) for entry in self.constraints}
        added = (
            entry
            for entry in other.constraints
            if _normalised(entry.sql) not in known and _first_word(entry.sql) != "PRIMARY"
        )
        return self._replace(
            columns={name: both[name] for name in order},
            constraints=(*self.constraints, *added),
        )


def parse_table(statement: str) -> TableDefinition:
    """Take a statement apart that SQLite has accepted."""
    tokens = _tokens(statement)
    opening = tokens.index("(")
    closing = _closing(tokens, opening)
    about, entries = _commented(tokens[opening + 1 : closing])
    head = "".join(tokens[: opening + 1])
    return TableDefinition(
        head=f"{head} -- {about}" if about else head,
        columns={entry.name: entry for entry in entries if entry.name},
        constraints=tuple(entry for entry in entries if not entry.name),
        tail="".join(tokens[closing:]),
    )


def _commented(tokens: Sequence[str]) -> tuple[str, list[Entry]]:
    """The comment about the table, and its entries, each with the comment about it."""
    about = ""
    entries: list[Entry] = []
    for sql, comment, before in _entries(tokens):
        # A comment before the first column is about the table, one behind a comma about the
        # entry that the comma closed.
        if entries:
            entries[-1] = entries[-1]._replace(comment=_joined(entries[-1].comment, before))
        else:
            about = about or before
        if sql:
            entries.append(Entry(_column(sql), sql, comment))
    return about, entries


def _entries(tokens: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Each entry's SQL, the comment within it, and the comment before it."""
    depth, sql, comment, before = 0, "", "", ""
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "," and not depth:  # noqa: S105 - a comma, no password
            yield sql.strip(), comment, before
            sql, comment, before = "", "", ""
        elif token.startswith(("--", "/*")) and not depth:
            text = _comment(token)
            if sql.strip():
                comment = _joined(comment, text)
            else:
                before = _joined(before, text)
        else:
            sql += token
    yield sql.strip(), comment, before


def _tokens(sql: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(sql)]


def _closing(tokens: Sequence[str], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place], 0)
        if not depth:
            return place
    raise ValueError("no closing parenthesis")


def _comment(token: str) -> str:
    inner = token[2:] if token.startswith("--") else token[2:-2]
    return " ".join(inner.split())


def _joined(one: str, other: str) -> str:
    return f"{one} {other}".strip()


def _first_word(sql: str) -> str:
    return _tokens(sql)[0].upper()


def _column(sql: str) -> str:
    """Name of the column that the SQL defines; empty when it is a constraint."""
    first = _tokens(sql)[0]
    if first.upper() in _CONSTRAINTS:
        return ""
    if first[0] in "\"'`":
        return first[1:-1].replace(first[0] * 2, first[0])
    return first[1:-1] if first[0] == "[" else first


def _normalised(sql: str) -> str:
    """SQL without spaces, quotes and capitals: what two spellings of a constraint share."""
    return re.sub(r'[\s"`\[\]]', "", sql).lower()
