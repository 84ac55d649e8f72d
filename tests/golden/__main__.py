"""Write the golden files, or with --check say which are out of step."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path

import click

from crawler.cli import newsloom
from crawler.data_set.columns import arrow_type
from crawler.data_set.description import VERSION, Manifest
from crawler.data_set.write import GROUP_BYTES
from crawler.errors import EXIT_CODES
from crawler.outlets.descriptions import KEYS
from crawler.output.reasons import REASONS
from crawler.store import Store, open_store
from crawler.store.file.whole_tables import LEFT_OUT, TABLES, Kind, Table, stored_columns
from dedupe import CopyScheme, StoryScheme, document
from tests.golden.library_page import library_page
from tests.golden.manual_page import manual_page

FOLDER = Path(__file__).parent
DOCS = Path(__file__).parents[2] / "docs" / "reference"
TEXT = " ".join(f"word{n}" for n in range(60))


def schema() -> str:
    """The store's schema as SQLite holds it."""
    store = open_store(":memory:")
    text = store.upkeep.schema()
    store.close()
    return text


def signatures() -> str:
    """A text's signature and keys: law 7, the same bytes on every machine."""
    scheme = CopyScheme()
    made = document(1, TEXT, scheme, seed=2022)
    assert made.signature is not None
    lines = [
        scheme.id,
        StoryScheme().id,
        made.signature.seed_id,
        made.signature.values.hex(),
        *map(str, made.keys),
    ]
    return "\n".join(lines) + "\n"


def command_line() -> str:
    """The --help of every command."""
    parts = ["# The command line\n\nMade from `--help` by `python -m tests.golden`.\n"]
    settings = newsloom.context_settings  # as a user's call has them: -h is --help
    context = click.Context(newsloom, info_name="newsloom", max_content_width=96, **settings)
    parts.append(_help("newsloom", newsloom, context))
    for name in newsloom.list_commands(context):
        command = newsloom.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context, max_content_width=96)
        parts.append(_help(f"newsloom {name}", command, below))
        if isinstance(command, click.Group):
            for sub in command.list_commands(below):
                inner = command.get_command(below, sub)
                assert inner is not None
                deepest = click.Context(inner, info_name=sub, parent=below, max_content_width=96)
                parts.append(_help(f"newsloom {name} {sub}", inner, deepest))
    return "\n".join(parts)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


def codebook() -> str:
    """The schema as a reference page, made from its comments."""
    store = open_store(":memory:")
    parts = [
        "# The codebook\n\nWhat every view, table and column of a store holds. Made from the "
        "comments in the schema by `python -m tests.golden`; `newsloom db describe` prints it for "
        "any file, and SQLite keeps it too: `SELECT sql FROM sqlite_schema`.\n\n"
        "Times are UTC, written `2022-01-05T12:00:00Z`; unknown values are NULL; lists are JSON "
        "arrays; yes and no are 1 and 0.\n"
    ]
    kind = ""
    for name in store.queries.codebook.names():
        described = store.queries.codebook.describe(name)
        assert described is not None
        if described.kind != kind:
            kind = described.kind
            parts.append(f"## {kind.capitalize()}s\n")
        parts.append(f"### {name}\n\n{_sentence(described.comment)}\n")
        lines = [
            f"| `{column.name}` | {column.type.lower()} | {_cell(column.comment)} |"
            for column in described.columns
        ]
        parts.append("| column | type | holds |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    store.close()
    return "\n".join(parts)


def data_set() -> str:
    """What a data set holds, made from the comments in the schema."""
    store = open_store(":memory:")
    version = store.queries.codebook.version()
    parts = [
        "# The form of a data set\n\nWhat `newsloom export --dataset DIR` writes, and `newsloom "
        "import --dataset DIR` reads: [how to use it](../how-to/data-set.md). Version "
        f"{VERSION} of the form, version {version} of the schema, both of which the manifest "
        "names; a Newsloom that knows only earlier ones refuses it. Made by `python -m "
        "tests.golden`.\n",
        "## Files\n\n"
        "- `TABLE/part-0.parquet` has the rows of a table, also when there are none;\n"
        "- `TABLE/day=2022-01-05/part-0.parquet` has those of a day, in tables with days: "
        "readers of Hive's form make a column `day` of it. There is no folder for a day without "
        "rows;\n"
        "- `manifest.json` is written last; without it a folder is no data set.\n\n"
        "The files are Parquet, packed with zstd, in row groups of "
        f"{GROUP_BYTES // 1024**2} MB.\n",
        "## Values\n\nTimes (`timestamp`) are UTC, to the second. Everything else is as the "
        "store has it: unknown values are null, lists are texts with a JSON array, yes and no are "
        "1 and 0, numbers of articles and stories are those of the store.\n",
        "## manifest.json\n\n"
        + _table(
            ("key", "holds"),
            ((f"`{field.name}`", _MANIFEST[field.name]) for field in fields(Manifest)),
        ),
    ]
    for kind in Kind:
        parts.append(f"## {kind.capitalize()}\n\n{_KINDS[kind]}\n")
        for table in TABLES:
            if table.kind is kind:
                parts.append(_data_set_table(store, table))
    left_out = ((f"`{name}`", _cell(why)) for name, why in LEFT_OUT.items())
    parts.append("## Left out\n\n" + _table(("table", "why"), left_out))
    store.close()
    return "\n".join(parts)


_MANIFEST = {
    "data_set": "version of this form",
    "newsloom": "version of the program that wrote it",
    "schema": "version of the store's schema, which the columns are those of",
    "made_at": "when it was written; everything in it is of one moment",
    "with_seed": "whether the secret seed of the store is in it",
    "numbers_given": "the last number given to a story and an event; none is given twice",
    "grouping": "settings, versions and inputs of the copies and stories, to cite them by; null "
    "before the first grouping",
    "tables": "by name: `rows`, `columns` with their Arrow types, and `files`, each with `path`, "
    "`rows`, `bytes` and `sha256`",
}
_KINDS = {
    Kind.FACTS: "What was seen and decided. Every import takes it in. Into a store that is "
    "there, it is merged as by `merge`, which leaves `settings` out.",
    Kind.FINDINGS: "What Newsloom made of it. `import --with-findings` takes it into a new store; "
    "`newsloom group` finds it again.",
    Kind.SEEDED: "Findings that the secret seed of the store could be computed from: they are only "
    "in a data set that was written with `--with-seed`.",
}


def _data_set_table(store: Store, table: Table) -> str:
    described = store.queries.codebook.describe(table.name)
    assert described is not None
    comments = {column.name: column.comment for column in described.columns}
    days = f" By the day of `{table.day}`." if table.day else ""
    return f"### {table.name}\n\n{_sentence(described.comment)}{days}\n\n" + _table(
        ("column", "type", "holds"),
        (
            (f"`{c.name}`", arrow_type(table, c).partition("[")[0], _cell(comments[c.name]))
            for c in stored_columns(table)
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n" + "\n".join(lines) + "\n"


def outlet_keys() -> str:
    """Every key of an outlet's description, with a complete example."""
    lines = [
        f"| `{key}` | {_type(known.type)} | {_cell(known.says)} |" for key, known in KEYS.items()
    ]
    example = "\n".join(f"{key} = {json.dumps(known.example)}" for key, known in KEYS.items()
                        if key != "spider")  # fmt: skip
    return (
        "# Descriptions of outlets\n\nOne small TOML file for each outlet; the file name is its "
        "id: small letters, digits and hyphens. Only `name` and one source (`feeds`, `sitemaps` or "
        "`pages`) are needed. Made by `python -m tests.golden`.\n\n"
        "| key | type | meaning |\n|---|---|---|\n" + "\n".join(lines) + "\n\n"
        "## A complete example\n\n```toml\n# gazette.toml\n" + example + "\n```\n"
    )


def _type(known: type | tuple[type, ...]) -> str:
    names = {int: "number", str: "text", list: "list", bool: "true or false"}
    return "number" if isinstance(known, tuple) else names[known]


def exit_codes() -> str:
    """The meaning of each exit code."""
    lines = [f"| {code} | {_cell(says)} |" for code, says in EXIT_CODES.items()]
    return (
        "# Exit codes\n\n| code | means |\n|---|---|\n" + "\n".join(lines) + "\n\n"
        "Summaries and data go to standard output, progress and trouble to standard error. `-q` "
        "prints nothing unless there is trouble. Made by `python -m tests.golden`.\n"
    )


def reasons() -> str:
    """The meaning of each reason."""
    lines = [f"| `{code}` | {_cell(says)} |" for code, says in sorted(REASONS.items())]
    return (
        "# Reasons\n\nWhy a page was rejected or waits (`pages.reason`), why a poll was denied or "
        "failed (`fetches.reason`); `detail` has the particulars. Made by `python -m "
        "tests.golden`.\n\n| reason | means |\n|---|---|\n" + "\n".join(lines) + "\n"
        "| `http-404` and other statuses | the server answered with this HTTP status |\n\n"
        "After a failure that may pass (a timeout, a 5xx or 429 of the server, an unreachable "
        "robots.txt) a page stays pending and is tried again, each time after a longer pause. Any "
        "other reason rejects the page until a source lists it as new or changed.\n"
    )


def _sentence(comment: str) -> str:
    return f"{comment[0].upper()}{comment[1:]}".rstrip("?") + ("?" if "?" in comment[-1] else ".")


def _cell(comment: str) -> str:
    return comment.replace("|", "\\|").replace("<", "&lt;")


FILES: dict[Path, Callable[[], str]] = {
    FOLDER / "schema.sql": schema,
    FOLDER / "signatures.txt": signatures,
    DOCS / "command-line.md": command_line,
    DOCS / "schema.md": codebook,
    DOCS / "data-set.md": data_set,
    DOCS / "outlets.md": outlet_keys,
    DOCS / "exit-codes.md": exit_codes,
    DOCS / "reasons.md": reasons,
    DOCS / "library.md": library_page,
    DOCS / "newsloom.1": manual_page,
}


def out_of_step() -> list[Path]:
    """Golden files that do not say what the code does."""
    return [
        file
        for file, make in FILES.items()
        if not file.exists() or file.read_text(encoding="utf-8") != make()
    ]


def main() -> None:
    if "--check" in sys.argv:
        wrong = out_of_step()
        for file in wrong:
            print(f"{file} is out of step; `python -m tests.golden` writes it again")  # noqa: T201
        sys.exit(1 if wrong else 0)
    for file, make in FILES.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
