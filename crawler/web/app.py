"""The application: Datasette over one store, with our pages in front."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from crawler.web import plugin
from crawler.web.guards import with_guards
from crawler.web.logs import nonblocking_output
from crawler.web.responses import STORE

_HERE = Path(__file__).parent
CELL = 200
"""Characters of a cell in a table; the page of the row has all."""


def desk(db: Path, *, sql: bool) -> Any:
    """Datasette with our plug-in on a store; `sql` lets visitors run their own queries."""
    if not pm.has_plugin("newsloom"):
        pm.register(plugin, name="newsloom")
        # It prints a traceback with all variables; ours writes one line.
        pm.unregister(name="datasette.handle_exception")
    datasette = Datasette(
        [],
        template_dir=str(_HERE / "templates"),
        static_mounts=[("desk", str(_HERE / "static"))],
        # Looking for facets reads whole tables, once a column; whole files come from /download.
        settings={
            "default_allow_sql": sql,
            "allow_csv_stream": False,
            "allow_download": False,
            "suggest_facets": False,
            "truncate_cells_html": CELL,
        },
        metadata={"title": f"Newsloom: {db.name}"},
    )
    # A WAL file in a folder we cannot write to has no place for its index.
    mutable = os.access(db.absolute().parent, os.W_OK)
    datasette.add_database(
        _Quiet(datasette, path=str(db.absolute()), is_mutable=mutable), name=STORE
    )
    return datasette


class _Quiet(Database):
    """A database of Datasette's that does not log failed SQL: the answer says what is wrong.

    Its tables are not counted: no page shows how many rows they have, and to count those of a large
    store takes seconds, which SQLite does not break off.
    """

    async def table_counts(self, limit: int = 0) -> dict[str, int | None]:  # noqa: ARG002
        """Every table, without the number of its rows."""
        return dict.fromkeys(await self.table_names())

    async def execute(self, *arguments: Any, **named: Any) -> Any:
        """Rows of a query."""
        return await super().execute(*arguments, **{**named, "log_sql_errors": False})


def serve(db: Path, *, port: int, sql: bool, edit_as: str | None = None, ready: Any = None) -> None:
    """Serve the desk on this machine only, until interrupted; `ready` is called once it listens.

    With `edit_as`, its pages take decisions; forms begin with that name.
    """
    import asyncio

    from crawler.web.decisions import Editing, allow
    from crawler.web.server import serve_and_say, server_of

    datasette = desk(db, sql=sql)
    editing = None if edit_as is None else Editing(db, edit_as)
    if editing is not None:
        allow(datasette, editing)
    server = server_of(with_guards(datasette.app(), edits=editing is not None), port)

    async def run() -> None:
        await datasette.invoke_startup()
        await serve_and_say(server, ready)

    with nonblocking_output():
        asyncio.run(run())
    if editing is not None:
        editing.close()
