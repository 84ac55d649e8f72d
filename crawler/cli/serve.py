"""`newsloom serve`: the store in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from crawler.cli.reading import reading
from crawler.errors import UsageError


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option(
    "--sql", is_flag=True, help="Let visitors run their own SQL; a query can eat gigabytes."
)
@click.pass_obj
def serve(db: Path, port: int, sql: bool) -> None:
    """Open the store in Datasette, on this machine only (extra: web)."""
    with reading(db):
        pass  # says what is wrong with the file before Datasette does
    if importlib.util.find_spec("datasette") is None:
        raise UsageError(
            "Datasette is not installed; pipx install 'newsloom[web]', or pip in a venv"
        )
    setting = "on" if sql else "off"
    arguments = [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--setting",
        "default_allow_sql",
        setting,
    ]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "datasette", "serve", str(db), *arguments])  # noqa: S606
