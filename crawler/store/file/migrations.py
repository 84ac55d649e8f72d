"""Bringing a file to today's schema, which is `schema.sql`.

A new file is made from that text. In an older one, whatever differs from the text is put right: new
tables are made, new columns are added at the end, views, indexes and triggers are made again.
Columns, indexes, views, triggers and tables of the user's own stay. All of it is one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from crawler.errors import SchemaRefused
from crawler.store.file.connection import APPLICATION_ID, quoted, transaction
from crawler.store.file.definitions import TableDefinition, parse_table
from crawler.store.findings.story_changes import figures_of_all


class Step(NamedTuple):
    """What a version of the schema brought. Add at the end; never change a released one."""

    name: str
    objects: Sequence[str] = ()
    """new tables, views, indexes and triggers; a test compares them with `tests/golden/schemas`"""
    columns: Mapping[str, str] = {}
    """new columns as `table.column`, with the SQL of their value in rows that are there already;
    empty: their default"""
    renamed: Mapping[str, str] = {}
    """tables and columns (`table.column`) with new names, by their former ones"""
    values: Mapping[str, Mapping[str, str]] = {}
    """new words in columns (`table.column`), by the former ones"""
    then: Callable[[sqlite3.Connection], None] | None = None
    """computes what SQL of one column cannot"""


STEPS = (
    Step("m001_the_house"),
    Step(
        "m002_copies",
        objects=("common_shingles", "furniture", "recent_keys"),
        columns={"copies.numbers_changed": "", "copies.numbers_same": ""},
    ),
    Step(
        "m003_revisions",
        columns={
            "copies.revision_a": "(SELECT revision FROM articles WHERE id = copies.a)",
            "copies.revision_b": "(SELECT revision FROM articles WHERE id = copies.b)",
        },
    ),
    Step("m004_stories", objects=("backgrounds", "learned_groups", "story_terms")),
    Step(
        "m005_stories",
        objects=(
            "copy_groups_step",
            "copy_groups_steps",
            "groupings",
            "override_articles",
            "overrides",
            "partitions",
            "story_life",
        ),
        columns={"copy_groups.step": "", "stories.central": "", "stories.languages": ""},
        then=figures_of_all,
    ),
    Step(
        "m006_extraction",
        objects=("article_texts", "credits", "credits_agency", "outlet_lines"),
        columns={
            "articles.extraction": "",
            "articles.published_doubt": "",
            "articles.tags": "",
            "revisions.ours": "",
        },
    ),
    Step(
        "m007_discovery",
        objects=("archives", "fetches_gap", "pages_rejected", "pages_revisit", "robots"),
        columns={
            "articles.reserved": "",
            "articles.text_from": "",
            "fetches.gap_seconds": "",
            "pages.etag": "",
            "pages.last_modified": "",
            "pages.revisit_at": "",
            "pages.text": "",
            "sources.content_hash": "",
            "sources.due_at": "",
            "sources.hub": "",
            "sources.moved_to": "",
            "sources.rate": "",
            "sources.same_as": "",
        },
    ),
    Step(
        "m008_desk",
        objects=(
            "agency_share",
            "articles_published",
            "articles_when",
            "copy_pairs",
            "revisions_replaced",
            "stories_last",
        ),
    ),
    Step("m009_voice", objects=("meanings",), columns={"schemes.voice": ""}),
    Step(
        "m010_counts",
        objects=("articles_added", "articles_moved", "articles_removed"),
        columns={
            "outlets.articles": "(SELECT count(*) FROM articles a WHERE a.outlet = outlets.id)"
        },
    ),
    Step(
        "m011_placed",
        objects=(
            "copy_groups_placed",
            "memberships_added",
            "memberships_moved",
            "memberships_story",
        ),
        columns={
            "memberships.story": "(SELECT story FROM copy_groups WHERE id = memberships.copy_group)"
        },
    ),
    Step("m012_limits", objects=("outlet_usage", "articles_doubted")),
    Step(
        "m013_names",
        objects=("embeddings", "outlet_boilerplate"),
        columns={"schemes.embedding_model": ""},
        renamed={
            "furniture": "outlet_boilerplate",
            "meanings": "embeddings",
            "schemes.voice": "schemes.embedding_model",
        },
        values={"story_log.event": {"born": "created"}},
    ),
)

VERSION = len(STEPS)
"""Version of the schema; a file has it as `user_version`, so readers need no sqlite-utils."""

_REMADE = frozenset({"copies"})
"""Findings whose rows are dropped where a new column has no value for them: the next
`group --rebuild` makes them again."""
_SEARCH = "articles_fts"


class Object(NamedTuple):
    """A row of `sqlite_schema`."""

    type: str
    table: str
    sql: str


def migrate(connection: sqlite3.Connection, path: Path | str, *, repair: bool = False) -> list[str]:
    """Bring a file up to date; names of the steps taken, in order.

    With `repair` also a file of today's version, where somebody rewrote a table or dropped a view;
    names of what was put right.
    Raises SchemaRefused before anything is changed where the user's own tables stand in the way.
    """
    current = connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
    wrong = departures(connection) if current and repair else []
    if current and not wrong:
        return []
    from sqlite_utils import Database, Migrations

    steps = Migrations("newsloom")
    for step in STEPS:
        steps(name=step.name)(lambda database, step=step: step.then and step.then(database.conn))
    # Neither can be changed inside a transaction. A table that is renamed is made again under its
    # old name: references to it must go on naming that.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA legacy_alter_table = ON")
    try:
        with transaction(connection):
            database = Database(connection)
            taken = [step.name for step in steps.pending(database)]
            if _objects(connection):
                _conform(connection, path, [step for step in STEPS if step.name in taken])
            else:
                _make(connection, _wanted())
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            steps.apply(database)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    finally:
        connection.execute("PRAGMA legacy_alter_table = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
    return taken or wrong


def departures(connection: sqlite3.Connection) -> list[str]:
    """Names of tables, views, indexes and triggers that are not as `schema.sql` has them."""
    present = _objects(connection)
    return [
        name
        for name, wanted in _wanted().items()
        if name not in present or not _same(wanted, present[name])
    ]


def script() -> str:
    """The text of today's schema."""
    return resources.files("crawler.store.file").joinpath("schema.sql").read_text("utf-8")


def statements(text: str) -> list[str]:
    """Single statements of a script, comments inside them kept; `executescript` would commit."""
    found, current = [], ""
    for line in text.splitlines(keepends=True):
        if current or (line.strip() and not line.startswith("--")):
            current += line
        if current and sqlite3.complete_statement(current):
            found.append(current.strip().removesuffix(";"))
            current = ""
    return found


@cache
def _wanted() -> Mapping[str, Object]:
    """What `schema.sql` makes, by name, in its order."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        for statement in statements(script()):
            scratch.execute(statement)
        return _objects(scratch)


def _objects(connection: sqlite3.Connection) -> dict[str, Object]:
    rows = connection.execute(
        """
        SELECT name, type, tbl_name, sql FROM sqlite_schema
        WHERE sql IS NOT NULL AND tbl_name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_sqlite_*'
          AND name NOT GLOB ? ORDER BY rowid
        """,
        (f"{_SEARCH}_*",),
    )
    return {row[0]: Object(*row[1:]) for row in rows}


def _make(connection: sqlite3.Connection, objects: Mapping[str, Object]) -> None:
    for found in objects.values():
        connection.execute(found.sql)


def _conform(connection: sqlite3.Connection, path: Path | str, taken: Sequence[Step]) -> None:
    """Put right whatever differs from `schema.sql`."""
    wanted = _wanted()
    _refuse(connection, path, taken, _objects(connection))
    for step in taken:
        _rename(connection, path, step)
    before = _objects(connection)
    values = {name: value for step in taken for name, value in step.columns.items()}
    for name, found in before.items():
        if found.type != "table" and name in wanted and found.sql != wanted[name].sql:
            connection.execute(f"DROP {found.type} {name}")
    for name, table in wanted.items():
        if table.type == "table" and name != _SEARCH and name in before:
            try:
                _conform_table(connection, name, parse_table(table.sql), values)
            except sqlite3.IntegrityError as error:
                raise SchemaRefused(
                    path, f"its table {name} holds rows that this version cannot: {error}"
                ) from error
    left = _objects(connection)
    _make(connection, {name: found for name, found in wanted.items() if name not in left})
    # Whoever rewrites a table drops its triggers, and with them what keeps the index in step.
    if any(found.table == "articles" and found.type == "trigger" and name not in before
           for name, found in wanted.items() if _SEARCH in found.sql):  # fmt: skip
        connection.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('rebuild')")


def _rename(connection: sqlite3.Connection, path: Path | str, step: Step) -> None:
    """Give tables, columns and words of an older file their names of today.

    SQLite rewrites views and triggers that read them, the user's own included, and refuses when one
    of these does not work.
    """
    connection.execute("PRAGMA legacy_alter_table = OFF")
    try:
        for old, new in step.renamed.items():
            table, _, column = old.partition(".")
            if table not in _objects(connection):
                continue  # a step before this one would have made it
            if not column:
                connection.execute(f"ALTER TABLE {table} RENAME TO {new}")
            elif column in _columns(connection, table):
                to = new.partition(".")[2]
                connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO {to}")
    except sqlite3.OperationalError as error:
        raise SchemaRefused(
            path, f"{old} cannot be renamed to {new} ({error}); mend or drop what stands in the way"
        ) from error
    finally:
        connection.execute("PRAGMA legacy_alter_table = ON")
    # The table still has the check of its older definition.
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for name, words in step.values.items():
        table, _, column = name.partition(".")
        for old, new in words.items():
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
    connection.execute("PRAGMA ignore_check_constraints = OFF")


def _refuse(
    connection: sqlite3.Connection,
    path: Path | str,
    taken: Sequence[Step],
    before: Mapping[str, Object],
) -> None:
    """Raise SchemaRefused where the file has what is new to it, or lacks what is not."""
    new = {name for step in taken for name in (*step.objects, *step.columns)}
    for name in sorted(before):
        if name.lower() not in new:  # SQLite makes no difference of case
            continue
        kind = before[name].type
        mend = (
            f"`ALTER TABLE {name} RENAME TO my_{name}`"
            if kind == "table"
            else f"drop it and make it again as my_{name}"
        )
        raise SchemaRefused(
            path,
            f"it has its own {kind} named {name}, a name that this version needs; "
            f"rename yours ({mend})",
        )
    for table, found in _wanted().items():
        if found.type != "table" or table == _SEARCH or table in new:
            continue
        if table not in before:
            raise SchemaRefused(path, f"its table {table} is missing; restore it from a backup")
        present = [column.lower() for column in _columns(connection, table)]
        for column in parse_table(found.sql).columns:
            name = f"{table}.{column}"
            if name in new and column in present:
                raise SchemaRefused(
                    path,
                    f"its table {table} has its own column named {column}, a name that this "
                    f"version needs; rename yours (`ALTER TABLE {table} RENAME COLUMN {column} TO "
                    f"my_{column}`)",
                )
            if name not in new and column not in present:
                raise SchemaRefused(
                    path,
                    f"its table {table} has no column {column}; rename it back, or restore the "
                    "table from a backup",
                )


def _conform_table(
    connection: sqlite3.Connection,
    name: str,
    wanted: TableDefinition,
    values: Mapping[str, str],
) -> None:
    """Give a table the wanted definition, with the columns that the user added to it."""
    missing = [column for column in wanted.columns if column not in _columns(connection, name)]
    if missing and all(_can_be_added(wanted, column) for column in missing):
        for column in missing:
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {wanted.columns[column].sql}")
            if values.get(f"{name}.{column}"):
                connection.execute(f"UPDATE {name} SET {column} = {values[f'{name}.{column}']}")
        missing = []
    sql = _objects(connection)[name].sql
    present, columns = parse_table(sql), list(_columns(connection, name))
    if not missing:
        becomes = wanted.holding(present, columns)
        if becomes.sql() == sql:
            return
        with closing(sqlite3.connect(":memory:")) as scratch:
            scratch.execute(becomes.sql())
            if _layout(scratch, name) == _layout(connection, name):
                _reword(connection, name, becomes.sql())
                return
    own = [column for column in columns if column not in wanted.columns]
    _rebuild(connection, name, wanted.holding(present, [*wanted.columns, *own]), values)


def _can_be_added(wanted: TableDefinition, column: str) -> bool:
    """Whether ALTER TABLE can add it: a column that may be NULL, or has a default."""
    sql = wanted.columns[column].sql
    return "NOT NULL" not in sql or "DEFAULT" in sql


def _reword(connection: sqlite3.Connection, name: str, sql: str) -> None:
    """Change comments and checks, by the procedure that SQLite documents for what leaves rows alone
    (https://www.sqlite.org/lang_altertable.html, section 8).
    """
    version = connection.execute("PRAGMA schema_version").fetchone()[0]
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name)
    )
    connection.execute(f"PRAGMA schema_version = {version + 1}")
    connection.execute("PRAGMA writable_schema = RESET")


def _rebuild(
    connection: sqlite3.Connection,
    name: str,
    becomes: TableDefinition,
    values: Mapping[str, str],
) -> None:
    """Copy a table whose rows must be stored otherwise, with what the user hung on it."""
    hung = [
        found.sql
        for other, found in _objects(connection).items()
        if found.table == name and other != name
    ]
    sequence = connection.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)
    ).fetchone()
    old = f"newsloom_old_{name}"
    connection.execute(f"ALTER TABLE {name} RENAME TO {old}")
    connection.execute(becomes.sql())
    present = _columns(connection, old)
    taken = {
        column: present.get(column, values.get(f"{name}.{column}", ""))
        for column in _columns(connection, name)
    }
    unknown = [
        column
        for column, value in taken.items()
        if not value and not _can_be_added(becomes, column)
    ]
    if not (unknown and name in _REMADE):
        into = [column for column, value in taken.items() if value]
        connection.execute(
            f"INSERT INTO {name} ({', '.join(map(quoted, into))}) "
            f"SELECT {', '.join(taken[column] for column in into)} FROM {old} AS {name}"
        )
    connection.execute(f"DROP TABLE {old}")
    if sequence is not None:
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, sequence[0]))
    for sql in hung:
        connection.execute(sql)


def _same(wanted: Object, present: Object) -> bool:
    """Whether what is ours of an object is as it should be.

    A table may have more columns; to add one may part the comment of the last from its column.
    """
    if not wanted.sql.startswith("CREATE TABLE"):
        return wanted.sql == present.sql
    ours, theirs = (_sql_only(parse_table(found.sql)) for found in (wanted, present))
    return ours[0] == theirs[0] and ours[1] <= theirs[1]


def _sql_only(table: TableDefinition) -> tuple[tuple[str, str], set[str]]:
    entries = (*table.columns.values(), *table.constraints)
    return (table.head, table.tail), {entry.sql for entry in entries}


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Columns of a table in the order in which rows store them; those that can be copied with the
    SQL that reads them, those that SQLite computes with none.
    """
    rows = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
    return {name: "" if hidden else quoted(name) for name, hidden in rows}


def _layout(connection: sqlite3.Connection, table: str) -> object:
    """What decides how rows and indexes of a table are stored, and what its values may be."""

    def rows(question: str, name: str) -> Iterable[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(question, (name,))]

    indexes = rows("SELECT name FROM pragma_index_list(?) WHERE origin <> 'c' ORDER BY name", table)
    return (
        rows("SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?", table),
        rows(
            'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', table
        ),
        [
            rows('SELECT cid, name, "desc", coll, key FROM pragma_index_xinfo(?)', str(index))
            for (index,) in indexes
        ],
    )
