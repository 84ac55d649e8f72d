"""Decisions on the desk: what `serve --edit` takes, from whom, and what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

import pytest

from crawler.run_lock import lock
from tests.conftest import Inside, ask, newsloom
from tests.web.conftest import Served, serving
from tests.web.test_requests import HERE, ended, sent

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORDS = """
harbour bridge closed after cracks engineers mayor ferry repairs weeks
""".split()  # noqa: SIM905
OWN = b"Sec-Fetch-Site: same-origin\r\n"


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story of seven texts, and two hundred smaller ones, the last of them German."""
    folder = tmp_path_factory.mktemp("editing")
    titles = [" ".join(WORDS[n % 3 :]) for n in range(7)]
    titles += [" ".join(f"word{n * 7 + k}" for k in range(9)) for n in range(200)]
    (folder / "a.jsonl").write_text(
        "".join(
            json.dumps({"url": f"https://o{n % 9}.example/{n}", "title": title,
                        "published_at": "2022-01-05", "language": "de" if n == 206 else "en"})
            + "\n"
            for n, title in enumerate(titles)
        )
    )  # fmt: skip
    assert newsloom("--db", folder / "a.db", "import", folder / "a.jsonl").returncode == 0
    assert newsloom("--db", folder / "a.db", "group").returncode == 0
    return folder / "a.db"


@pytest.fixture(scope="module")
def large(grouped: Path) -> int:
    """The story of seven texts."""
    ((number,),) = ask(grouped, "SELECT id FROM stories WHERE copy_groups = 7")
    return int(number)


@pytest.fixture(scope="module")
def single(grouped: Path) -> list[int]:
    """The others, the German one last."""
    found = ask(grouped, "SELECT story FROM memberships WHERE article > 7 ORDER BY article")
    return list(dict.fromkeys(number for (number,) in found))


@pytest.fixture
def desk(grouped: Path, tmp_path: Path) -> Iterator[Served]:
    """A desk that takes decisions, on a store of its own."""
    with serving(Path(shutil.copy(grouped, tmp_path / "town.db")), "--edit") as desk:
        yield desk


def token(desk: Served) -> str:
    """What the forms of a desk have."""
    found = re.search(r'name="token" value="([^"]+)"', sent(desk, "GET /story/1")[2])
    assert found is not None
    return found[1]


def post(
    desk: Served, path: str, headers: bytes = HERE + OWN, method: str = "POST", **fields: object
) -> tuple[int, str, str]:
    """Status, place to go on or head, and text of the answer to a form."""
    known = {"token": token(desk), "who": "ana", "why": "one report", **fields}
    body = urlencode(known, doseq=True).encode()
    address = urlsplit(desk.address)
    length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", address.port or 80), timeout=60) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + headers + length + body)
        answer = b""
        while part := connection.recv(1 << 16):
            answer += part
    head, _, text = answer.decode().partition("\r\n\r\n")
    place = re.search(r"(?im)^location: (\S+)", head)
    return int(head[9:12]), place[1] if place else head.lower(), unescape(text)


def alert(text: str) -> str:
    """Why a page says that a decision was not made."""
    found = re.search(r'role="alert">([^<]*)<', text)
    assert found is not None, text
    return found[1]


def state(db: Path) -> list[tuple[object, ...]]:
    """What a decision would change."""
    return [
        *ask(db, "SELECT article, story FROM memberships ORDER BY article"),
        *ask(db, "SELECT * FROM overrides"),
        *ask(db, "SELECT id, outcome FROM runs"),
    ]


def test_a_decision_leads_to_the_story_and_can_be_undone_there(
    desk: Served, large: int, single: list[int]
) -> None:
    before = ask(desk.db, "SELECT article, story FROM memberships ORDER BY article")
    page = f"/story/{large}"
    done: list[tuple[dict[str, Any], str]] = [
        ({"kind": "merge", "other": single[0]}, f"story {single[0]} is part of story {large} now"),
        ({"kind": "split", "article": [6, 7]}, f"2 articles of story {large} are story "),
        ({"kind": "pin"}, f"the articles of story {large} stay together"),
        ({"kind": "link", "other": f"{desk.address}/story/{single[-1]}?x"},
         f"stories {large} and {single[-1]} tell one event now"),
    ]  # fmt: skip
    for number, (fields, sentence) in enumerate(done, 1):
        status, place, _ = post(desk, page, **fields)
        assert (status, place) == (303, f"{page}?done={number}#done"), fields
        shown = sent(desk, f"GET {place.partition('#')[0]}")[2]
        assert f"Override {number}: {sentence}" in shown, fields
        assert f'name="override" value="{number}"' in shown
    listed = sent(desk, "GET /overrides")[2]
    assert listed.count("one report") == listed.count('name="override"') == 4
    for number in (4, 3, 2, 1):
        status, place, _ = post(desk, "/overrides", override=number, who="ben", why="")
        assert (status, place) == (303, f"{page}?done={number}#done")
    assert "Override 1 is undone." in sent(desk, f"GET {page}?done=1")[2]
    assert sent(desk, "GET /overrides")[2].count("by <bdi>ben</bdi>") == 4
    assert ask(desk.db, "SELECT article, story FROM memberships ORDER BY article") == before
    # A notice is about its own story.
    assert "is undone" not in sent(desk, f"GET /story/{single[3]}?done=1")[2]
    assert ask(desk.db, "SELECT DISTINCT outcome FROM runs") == [("done",)]
    ((command,),) = ask(desk.db, "SELECT command FROM runs WHERE command LIKE '%edit: merge%'")
    assert command == f"newsloom serve --edit: merge {large} {single[0]}"


def test_a_refusal_is_that_of_the_command_and_keeps_what_was_typed(
    desk: Served, large: int, single: list[int], inside: Inside
) -> None:
    page = f"/story/{large}"
    pinned = ("override", "pin", large, "--why", "checked", "--who", "ana")
    assert inside("--db", desk.db, *pinned).returncode == 0
    same: list[tuple[dict[str, Any], tuple[object, ...]]] = [
        ({"kind": "merge", "other": 9999}, ("merge", large, 9999)),
        ({"kind": "merge", "other": large}, ("merge", large, large)),
        ({"kind": "split", "article": [20]}, ("split", large, 20)),
        ({"kind": "split", "article": [7]}, ("split", large, 7)),
        ({"kind": "link", "other": single[0]}, ("link", large, single[0])),
        ({"override": 9}, ("undo", 9)),
    ]
    for fields, arguments in same:
        path = "/overrides" if arguments[0] == "undo" else page
        status, _, text = post(desk, path, **fields)
        why = () if arguments[0] == "undo" else ("--why", "one report")
        refused = inside("--db", desk.db, "override", *arguments, *why)
        assert (status, refused.returncode) == (400, 2)
        assert f"Error: {alert(text).removesuffix('.')}".lower() == refused.stderr.strip().lower()
    own: list[tuple[dict[str, Any], str]] = [
        ({"kind": "pin", "why": " "}, "The reason is empty; say why"),
        ({"kind": "pin", "who": ""}, "The name is empty; say who decides."),
        ({"kind": "split"}, "No text is ticked"),
        ({"kind": "merge", "other": ""}, "'' is not the number of a story"),
        ({"kind": "merge", "other": "1e3"}, "'1e3' is not the number of a story"),
        ({"kind": "split", "article": ["²"]}, "'²' is not the number of an article"),
        ({"kind": "undo"}, "No correction is chosen"),
        ({"kind": "drop table"}, "No correction is chosen"),
    ]
    before = state(desk.db)
    for fields, sentence in own:
        status, _, text = post(desk, page, **fields)
        assert (status, alert(text).startswith(sentence)) == (400, True), (alert(text), sentence)
    assert state(desk.db) == before
    typed: dict[str, Any] = {
        "kind": "split",
        "article": [20, 6],
        "why": '"><b>two',
        "who": "<i>me",
        "other": "12",
    }
    text = post(desk, page, **typed)[2]
    assert len(re.findall(r'value="6"[^>]* checked', text)) == 1
    assert re.search(r'value="split" required checked', text)
    for value in ('value=""><b>two"', 'value="<i>me"', 'value="12"'):
        assert value in text  # unescaped above
    assert "<b>two" not in sent(desk, f"GET {page}")[2]
    # A story that another merged meanwhile still shows what was typed.
    assert inside("--db", desk.db, "override", "undo", 1).returncode == 0
    merged = ("merge", single[4], single[5], "--why", "x")
    assert inside("--db", desk.db, "override", *merged).returncode == 0
    status, _, text = post(desk, f"/story/{single[5]}", kind="merge", other=single[4], why="late")
    assert (status, 'value="late"' in text) == (400, True)
    assert post(desk, "/story/9999", kind="pin")[0] == 404


def test_only_a_page_of_this_desk_decides(desk: Served, large: int) -> None:
    before = state(desk.db)
    page = f"/story/{large}"
    own = desk.address.encode()
    host = urlsplit(desk.address).netloc.encode()
    for headers, wanted in (
        (HERE, 403),
        (HERE + b"Sec-Fetch-Site: none\r\n", 403),
        (HERE + b"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document\r\n", 403),
        (HERE + b"Sec-Fetch-Site: same-site\r\nSec-Fetch-Dest: document\r\n", 403),
        (HERE + OWN + b"Sec-Fetch-Site: cross-site\r\n", 403),
        (HERE + b"Origin: null\r\n", 403),
        (HERE + b"Origin: http://evil.example\r\n", 403),
        (HERE + b"Origin: http://localhost:1\r\n", 403),
        (HERE + OWN + b"Origin: http://evil.example\r\n", 403),
        (b"Host: " + host + b"\r\nOrigin: " + own + b"\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"Host: evil.example\r\nOrigin: http://evil.example\r\n" + OWN, 421),
        (b"Host: evil.example\r\n" + OWN, 421),
    ):
        status, _, text = post(desk, page, headers, kind="pin")
        assert (status, "html" in text) == (wanted, False), headers
    for wrong in ("", "x", token(desk)[:-1], "\xff"):
        status, _, text = post(desk, page, kind="pin", token=wrong, why="kept")
        assert (status, 'value="kept"' in text) == (403, True)
        assert "from before the desk was started" in alert(text)
        assert post(desk, "/overrides", override=1, token=wrong)[0] == 403
    for path in ("/", "/stories", f"{page}/", f"{page}?", "/story/%31", "/story/1/pin",
                 "/article/1", "/store/stories", "/store/articles/-/insert", "/-/create-token",
                 "//overrides", "/overrides/", "/overrides.json"):  # fmt: skip
        status, head, _ = post(desk, path, kind="pin", token="")
        assert status == 403 if path.endswith("?") else "\r\nallow: get, head\r\n" in head, path
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "post"):
        status, head, _ = post(desk, page, method=method, kind="pin")
        assert (status, "\r\nallow: get, head, post\r\n" in head) == (405, True), method
    query = urlencode({"kind": "pin", "who": "x", "why": "x", "token": token(desk)})
    for method in ("GET", "HEAD"):
        assert sent(desk, f"{method} {page}?{query}")[0] == 200
        assert post(desk, page, method=method, kind="pin")[0] == 200
    assert post(desk, page, kind="pin", why="x" * 140_000)[0] == 413
    for header in (b"Cookie: ds_csrftoken=x\r\n", b"X-CSRFToken: \xff\r\n"):
        assert post(desk, page, HERE + OWN + header, kind="pin", who="")[0] == 400
    assert state(desk.db) == before
    post(desk, page, b"Host: " + host + b"\r\nOrigin: " + own + b"\r\n", kind="pin")
    assert len(ask(desk.db, "SELECT * FROM overrides")) == 1
    assert [line for line in ended(desk) if not re.match(r"4\d\d [A-Za-z]+ /", line)] == []


def test_without_edit_nothing_can_be_decided(grouped: Path, large: int) -> None:
    with serving(grouped) as desk:
        for page in (f"/story/{large}", "/overrides", f"/story/{large}?done=1"):
            status, head, text = sent(desk, f"GET {page}")
            assert (status, "<form" in text.partition("<main")[2]) == (200, False)
            assert "token" not in text
        for path in (f"/story/{large}", "/overrides"):
            status, head, text = sent(desk, f"POST {path}", HERE + OWN + b"Content-Length: 0\r\n")
            assert (status, "\r\nallow: get, head\r\n" in head + "\r\n") == (405, True)
            assert "This desk is read-only; it takes GET and HEAD.\n" in text


def test_while_another_run_holds_the_store_what_was_typed_waits(
    desk: Served, large: int, single: list[int]
) -> None:
    before = state(desk.db)
    with lock(desk.db):
        status, _, text = post(desk, f"/story/{large}", kind="merge", other=single[0])
        assert status == 503
        said = "is in use by another run; nothing was done; send it again when that has ended."
        assert alert(text).endswith(said)
        assert 'value="one report"' in text
        assert f'value="{single[0]}"' in text
    assert state(desk.db) == before
    assert post(desk, f"/story/{large}", kind="merge", other=single[0])[0] == 303


def test_a_decision_that_takes_long_holds_up_no_page(desk: Served, large: int) -> None:
    writer = sqlite3.connect(desk.db, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(post, desk, f"/story/{large}", kind="pin")
        time.sleep(0.3)
        for path in (f"/story/{large}", "/overrides", "/"):
            assert sent(desk, f"GET {path}")[0] == 200
        assert not waiting.done()
        # Who ends the desk now still gets the decision that was asked for.
        desk.process.send_signal(signal.SIGINT)
        writer.execute("ROLLBACK")
        waiting.result()
    assert desk.process.wait(timeout=20) == 0
    assert writer.execute("SELECT kind FROM overrides").fetchall() == [("pin",)]
    assert writer.execute("SELECT DISTINCT outcome FROM runs").fetchall() == [("done",)]
    writer.close()


def test_a_store_that_cannot_be_written_is_named_at_the_start(
    grouped: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.cli.serve.os.access", lambda _, mode: mode != os.W_OK)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = inside("--db", grouped, "serve", "--edit", "--port", port)
    assert (done.returncode, "; leave out --edit" in done.stderr) == (2, True), done.stderr


def test_a_person_splits_a_story_and_takes_it_back(
    desk: Served, large: int, browser: Browser
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context()
    page = context.new_page()
    schemes: tuple[tuple[Literal["light", "dark"], int], ...] = (
        ("light", 1200), ("dark", 1200), ("dark", 390), ("light", 390),
    )  # fmt: skip

    def looked_at() -> None:
        for scheme, width in schemes:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert Axe().run(page).response["violations"] == []

    page.goto(f"{desk.address}/story/{large}")
    page.get_by_label("split off article 7").check()
    page.get_by_label("split: ").check()
    page.get_by_role("textbox", name="why").fill("another bridge")
    page.get_by_label("who").fill("Ana")
    with lock(desk.db), page.expect_navigation():
        page.get_by_role("button", name="Decide").click()
    assert "is in use by another run" in page.get_by_role("alert").inner_text()
    looked_at()
    with page.expect_navigation():
        page.get_by_role("button", name="Decide").click()
    said = page.get_by_role("status").inner_text()
    assert f"Override 1: 1 article of story {large} is story" in said
    assert page.url.endswith(f"/story/{large}?done=1#done")
    looked_at()
    page.get_by_role("link", name="All overrides").click()
    page.wait_for_url("**/overrides")
    looked_at()
    row = page.locator("tbody tr")
    assert "another bridge" in row.inner_text()
    assert row.get_by_label("who").input_value() == "Ana"
    with page.expect_navigation(url="**/story/*"):
        row.get_by_role("button", name="Undo override 1").click()
    assert "Override 1 is undone." in page.get_by_role("status").inner_text()
    assert ask(desk.db, "SELECT undone_by FROM overrides") == [("Ana",)]
    context.close()
