"""`newsloom serve`: the store in a browser."""

from __future__ import annotations

import importlib.util
import os
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from crawler.cli.arguments import reading, this_user
from crawler.cli.parameters import Number
from crawler.errors import UsageError

desk_port = click.option(
    "--port",
    type=Number(1, 65535),
    default=8001,
    show_default=True,
    help="Port of the desk.",
)


@click.command()
@desk_port
@click.option("--open", "browse", is_flag=True, help="Open it in a browser.")
@click.option(
    "--sql",
    is_flag=True,
    help="Let visitors run their own SQL; one query may need gigabytes.",
)
@click.option(
    "--edit",
    is_flag=True,
    help="Let visitors merge, split, pin and link stories, and undo that; every user of this "
    "machine can visit.",
)
@click.pass_obj
def serve(db: Path, port: int, browse: bool, sql: bool, edit: bool) -> None:
    """Show the store in a browser: stories, articles, outlets.

    Needs the extra `web`. Listens only on 127.0.0.1, that is, on this machine; Datasette's own
    pages of the tables are below /store.
    """
    with reading(db):
        pass  # says what is wrong with the file before Datasette does
    check_desk(port)
    if edit:
        _check_writable(db)
    show_desk(db, port=port, browse=browse, sql=sql, edit=edit)


def check_desk(port: int) -> None:
    """UsageError when the desk is not installed or its port is taken."""
    if importlib.util.find_spec("datasette") is None:
        raise UsageError(
            "the desk needs Datasette (extra `web`); run `pipx inject newsloom datasette`, or `pip "
            "install datasette` where Newsloom is installed"
        )
    from crawler.web.server import check_port

    check_port(port)


def show_desk(db: Path, *, port: int, browse: bool, sql: bool = False, edit: bool = False) -> None:
    """Serve the desk until Ctrl-C, and with `browse` open it in a browser."""
    from crawler.web.app import serve as run

    address = f"http://127.0.0.1:{port}/"

    def ready() -> None:
        click.echo(f"{address} shows {db}; Ctrl-C ends it")
        if browse:
            webbrowser.open(address)

    with suppress(KeyboardInterrupt):  # the usual way to end it
        run(db, port=port, sql=sql, edit_as=this_user() if edit else None, ready=ready)


def _check_writable(db: Path) -> None:
    for place in (db.absolute().parent, db):
        if not os.access(place, os.W_OK):
            raise UsageError(f"{place} cannot be written; leave out --edit")
