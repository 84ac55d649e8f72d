"""`newsloom mcp` in processes of its own: over standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.conftest import Inside, newsloom

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "crawler", "--db"]


def test_an_assistant_starts_it_and_asks(db: Path) -> None:
    async def go() -> None:
        command = StdioServerParameters(
            command=COMMAND[0], args=[*COMMAND[1:], str(db), "mcp"], cwd=ROOT
        )
        async with Client(command) as client:
            assert client.server_info is not None
            assert client.server_info.name == "newsloom"
            assert client.instructions is not None
            tools = [tool.name for tool in (await client.list_tools()).tools]
            assert "search" in tools
            assert "sql" not in tools
            several = [client.call_tool("search", {"words": "pillar"}) for _ in range(4)]
            for found in await asyncio.gather(*several):
                assert found.structured_content is not None
                assert found.structured_content["texts"] == 1

    before = db.read_bytes()
    asyncio.run(go())
    assert db.read_bytes() == before


def test_over_http_it_answers_this_machine_and_no_other_site(db: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, str(db), "mcp", "--sql", "--http", str(port)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert f"http://127.0.0.1:{port}/mcp serves" in said, said
        asyncio.run(_ask(f"http://127.0.0.1:{port}/mcp"))
        asked = {
            "the machine itself": ({}, 200),
            "by its other name": ({"Host": f"localhost:{port}"}, 200),
            "a name that leads here": ({"Host": f"evil.example:{port}"}, 421),
            "another port": ({"Host": "127.0.0.1:1"}, 421),
            "another site": ({"Origin": "https://evil.example"}, 403),
            "another program of this machine": ({"Origin": "http://127.0.0.1:1"}, 403),
        }
        for who, (headers, status) in asked.items():
            assert _status(port, headers) == status, who
        taken = newsloom("--db", db, "mcp", "--http", port)
        assert taken.returncode == 2
        assert f"port {port} cannot be used" in taken.stderr
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == ""
        process.stdout.close()


async def _ask(address: str) -> None:
    async with Client(address) as client:
        found = await client.call_tool("sql", {"query": "SELECT count(*) FROM articles"})
        assert found.structured_content is not None
        assert found.structured_content["rows"] == [[5]]
        refused = await client.call_tool("sql", {"query": "DELETE FROM articles"})
        assert refused.is_error


def _status(port: int, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    message = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                   "clientInfo": {"name": "test", "version": "1"}},
    }  # fmt: skip
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    connection.request("POST", "/mcp", json.dumps(message), accept | headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_starts_only_with_a_store_and_the_sdk(
    db: Path, tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = inside("--db", tmp_path / "no.db", "mcp")
    assert missing.returncode == 2
    assert "no such database" in missing.stderr
    closed = subprocess.run(
        f'"{sys.executable}" -m crawler --db "{db}" mcp <&-',
        shell=True, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert closed.returncode == 2
    assert "standard input or output is closed" in closed.stderr
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    without = inside("--db", db, "mcp")
    assert without.returncode == 2
    assert "run `pipx inject newsloom mcp`" in without.stderr


def test_it_answers_before_the_store_is_loaded() -> None:
    code = (
        "import sys, crawler.cli.mcp, pathlib\nfrom crawler.assistants.mcp_server import *"
        "; StoreServer(pathlib.Path('x.db'), sql=False)"
        "; print([m for m in ('crawler.store', 'numpy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
