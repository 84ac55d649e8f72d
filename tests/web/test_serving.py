"""`newsloom serve` as a process: who reads what it says, and how it ends."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from crawler.web.logs import _Dropping
from tests.store.told import Told
from tests.web.conftest import Served, serving
from tests.web.test_requests import ended, sent

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose download takes longer than a socket takes in."""
    told = Told(tmp_path_factory.mktemp("serving") / "long.db")
    for _ in range(40):
        told.article("herald", text="a long text " * 10_000)
    told.connection.close()
    return told.path


def test_a_pipe_that_nobody_reads_holds_up_nobody(store: Path) -> None:
    with serving(store) as desk:
        assert desk.process.stdout is not None
        size = fcntl.fcntl(desk.process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)
        asked = 3 * size // 100
        for n in range(asked):
            assert sent(desk, f"POST /{n}/{'x' * 150}")[0] == 405
        waited = os.read(desk.process.stdout.fileno(), size).decode()
        assert sent(desk, "GET /nosuch")[0] == 404
        lines = ended(desk)
    said = waited.count("\n")
    assert 0 < said < asked
    assert lines == [f"({asked - said} lines dropped that nobody read)", "404 GET /nosuch"]


def test_a_pipe_that_is_closed_ends_nothing(store: Path) -> None:
    with serving(store) as desk:
        assert desk.process.stdout is not None
        desk.process.stdout.close()
        for n in range(20):
            assert sent(desk, f"GET /nosuch/{n}")[0] == 404
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(timeout=20) == 0


def test_what_a_file_takes_is_all_written(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        raw = _Dropping(log.fileno())
        assert raw.write(b"a line\n" * 10_000) == 70_000
    assert (tmp_path / "log").read_bytes() == b"a line\n" * 10_000


def _downloads(desk: Served) -> list[socket.socket]:
    """Browsers that have begun to take a file, and read no further."""
    address = ("127.0.0.1", urlsplit(desk.address).port or 80)
    begun = []
    for _ in range(3):
        browser = socket.socket()
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        browser.connect(address)
        browser.sendall(b"GET /download/articles.jsonl HTTP/1.1\r\nHost: localhost\r\n\r\n")
        browser.recv(100)
        begun.append(browser)
    return begun


@pytest.mark.parametrize(
    "signals",
    ([signal.SIGINT], [signal.SIGINT] * 5, [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]),
    ids=len,
)
def test_signals_end_the_desk_in_the_middle_of_downloads(
    store: Path, signals: list[signal.Signals]
) -> None:
    draw = random.Random(len(signals))
    with serving(store) as desk:
        browsers = _downloads(desk)
        for number in signals:
            desk.process.send_signal(number)
            time.sleep(draw.uniform(0, 0.1))
        assert desk.process.wait(timeout=20) == 0
        assert desk.process.stdout is not None
        said = desk.process.stdout.read().splitlines()
        assert said in ([], ["Cancel 3 running task(s), timeout graceful shutdown exceeded"])
        for browser in browsers:
            browser.close()


def test_a_browser_embeds_nothing_of_the_desk_elsewhere(store: Path, browser: Browser) -> None:
    """Another port of this machine, as a notebook has one, links to the desk and gets no more."""
    with serving(store) as desk:

        class Elsewhere(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(
                    f"<a href='{desk.address}/stories'>stories</a><iframe src='{desk.address}/'>"
                    f"</iframe><script src='{desk.address}/desk/desk.js'></script>"
                    f"<img src='{desk.address}/network'>".encode()
                )

            def log_message(self, *arguments: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
        Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_context().new_page()
        page.goto(f"http://localhost:{server.server_port}/")
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        assert (
            page.evaluate(
                f"fetch('{desk.address}/stories.json', {{mode: 'no-cors'}}).then(() => 1, () => 0)"
            )
            == 0
        )
        page.click("a")
        page.wait_for_load_state("load")
        assert page.title() == "Stories · Newsloom"
        page.goto(f"{desk.address}/network")
        page.context.close()
        server.shutdown()
        server.server_close()
        lines = ended(desk)
    assert sorted(lines) == sorted(
        [f"403 GET {path}" for path in ("/", "/desk/desk.js", "/network") * 2]
        + ["403 GET /stories.json"]
    )
