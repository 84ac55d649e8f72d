"""`newsloom mcp`: the store for AI assistants."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import suppress
from pathlib import Path

import click

from crawler.cli.parameters import Number
from crawler.errors import NoSuchDatabase, UsageError


@click.command()
@click.option(
    "--http",
    "port",
    type=Number(1, 65535),
    metavar="PORT",
    help="Serve over HTTP on this port of 127.0.0.1, in place of standard input and output.",
)
@click.option(
    "--sql",
    is_flag=True,
    help="Let the assistant run SELECTs of its own, each for up to 5 seconds of CPU.",
)
@click.pass_obj
def mcp(db: Path, port: int | None, sql: bool) -> None:
    """Serve the store to AI assistants, which can only read it.

    Needs the extra `mcp`. The assistant starts this command itself and talks to it over standard
    input and output, by the Model Context Protocol: docs/how-to/assistants.md says how to add it.
    With --http, any user of this machine can ask.
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError(
            "assistants need the MCP SDK (extra `mcp`); run `pipx inject newsloom mcp`, or `pip "
            "install mcp` where Newsloom is installed"
        )
    if not db.is_file():
        raise NoSuchDatabase(db)
    if port is not None:
        with suppress(KeyboardInterrupt):
            _serve_http(db, port, sql=sql)
        return
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo(
            "Waiting for an assistant on standard input; docs/how-to/assistants.md says how to add "
            "this command to one. Ctrl-C ends it.",
            err=True,
        )
    from crawler.assistants.mcp_server import serve_stdio

    serve_stdio(db, sql=sql)


def _serve_http(db: Path, port: int, *, sql: bool) -> None:
    import asyncio

    from crawler.assistants.mcp_server import http_app
    from crawler.web.server import check_port, serve_and_say, server_of

    check_port(port)

    def ready() -> None:
        click.echo(f"http://127.0.0.1:{port}/mcp serves {db} to assistants; Ctrl-C ends it")

    asyncio.run(serve_and_say(server_of(http_app(db, port, sql=sql), port), ready))
