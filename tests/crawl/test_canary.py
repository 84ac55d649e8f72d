from __future__ import annotations

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ask, newsloom

SPELLINGS = (
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1",
    "0177.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "0.0.0.0",  # noqa: S104
    "0", "2130706433.", "0x7f.0x0.0x0.0x1", "127.0.1", "[::ffff:0:7f00:1]", "LOCALHOST",
    "a.localhost", "localhost.",
)  # fmt: skip


@pytest.mark.parametrize("allowed", [False, True])
def test_no_spelling_of_a_private_address_reaches_it(tmp_path: Path, allowed: bool) -> None:
    """A server on this machine that must never be asked; with permission it is: the control."""
    hits: Counter[str] = Counter()

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits[self.headers.get("Host", "").rpartition(":")[0]] += 1
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number, name in enumerate(SPELLINGS):
        (tmp_path / f"o{number}.toml").write_text(
            f'name = "O"\ndelay = 0\nfeeds = ["http://{name}:{server.server_port}/feed"]\n'
        )
    permission = ["--allow-private"] if allowed else []
    done = newsloom(
        "--db", tmp_path / "x.db", "crawl", "--only", "--outlets", tmp_path, *permission
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 4
    if allowed:
        assert len(hits) >= 8, hits
    else:
        assert not hits
        reasons = ask(tmp_path / "x.db", "SELECT reason, count(*) FROM fetches GROUP BY 1")
        assert reasons == [("private-address", len(SPELLINGS))]
