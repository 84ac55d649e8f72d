"""What the desk answers to requests that no browser of a reader would send, over raw sockets."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from datasette.utils import resolve_routes

from crawler.web.app import desk as desk_over
from tests.store.told import Told
from tests.web.conftest import Served, serving

HERE = b"Host: localhost\r\n"


def sent(served: Served, line: str, headers: bytes = HERE) -> tuple[int, str, str]:
    """Status, head and body of the answer to a request line and headers; 0 where there is none."""
    address = urlsplit(served.address)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as connection:
        connection.sendall(
            line.encode("latin-1") + b" HTTP/1.1\r\n" + headers + b"Connection: close\r\n\r\n"
        )
        answer = b""
        while part := connection.recv(1 << 16):
            answer += part
    head, _, body = answer.decode("latin-1").partition("\r\n\r\n")
    return int(head[9:12] or 0), head.lower(), body


def ended(served: Served) -> list[str]:
    """The lines that a desk has written by the time it was ended."""
    served.process.send_signal(signal.SIGINT)
    assert served.process.stdout is not None
    lines = served.process.stdout.read().splitlines()
    assert served.process.wait(timeout=20) == 0
    return lines


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = Told(tmp_path_factory.mktemp("requests") / "small.db")
    told.article("herald", published="2022-01-05T10:00:00Z")
    told.article("herald", published="2022-01-05T11:00:00Z")
    told.connection.execute("UPDATE articles SET kind = 'live-blog' WHERE id = 1")
    told.connection.close()
    return told.path


@pytest.fixture(scope="module")
def small(store: Path) -> Iterator[Served]:
    """A desk on a small store, where visitors may run SQL."""
    with serving(store, "--sql") as desk:
        yield desk


ADDRESSES = (
    "/", "/stories.json", "/story/1", "/overrides", "/topics", "/topic/x",
    "/download/articles.csv", "/desk/desk.js", "/nosuch",
    "/store", "/store/articles", "/store/articles/1", "/-/threads",
    "/-/messages", "/-/logout", "/store/-/create", "/store/articles/-/insert",
    "/store/articles/-/upsert", "/store/articles/-/drop", "/store/articles/1/-/update",
    "/store/articles/1/-/delete",
)  # fmt: skip


@pytest.mark.parametrize(
    "method",
    ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "SHOUT"),
)
def test_only_get_and_head_are_taken(small: Served, method: str) -> None:
    for address in ADDRESSES:
        status, head, _ = sent(small, f"{method} {address}", HERE + b"Content-Length: 0\r\n")
        assert (status, "\r\nallow: get, head" in head) == (405, True), address
    assert sent(small, f"{method} *")[0] == 405


def test_head_is_get_without_a_body(small: Served) -> None:
    for address in ADDRESSES:
        status, _, body = sent(small, f"HEAD {address}")
        assert (status, body) == (sent(small, f"GET {address}")[0], ""), address


SAMPLES = {
    "database": "store", "table": "articles", "pks": "1", "format": "json", "path": "app.css",
    "rest": "", "row": "1", "name": "newsloom",
}  # fmt: skip
"""What stands for each variable part of one of Datasette's routes."""
ALLOWED = {"DatabaseView", "TableView", "RowView", "asgi_static", "favicon"}


def test_of_datasette_s_routes_only_those_that_the_desk_needs_are_reached(
    small: Served, store: Path
) -> None:
    """A new route of Datasette's is off until somebody allows it."""
    routes = desk_over(store, sql=True)._routes()
    of_datasette = [(pattern, view) for pattern, view in routes if not _is_ours(view)]
    assert len(of_datasette) > 20
    reached = set()
    for pattern, view in of_datasette:
        for address in _addresses(pattern.pattern):
            _, found = resolve_routes(routes, address)
            if not _is_ours(found):
                reached.add(_called(found))
                assert _called(view) in ALLOWED, address
            elif found.__name__ == "nowhere":
                status, _, body = sent(small, f"GET {address}")
                assert (status, "no page at this address" in body) == (404, True), address
    assert reached == ALLOWED


def _is_ours(view: Any) -> bool:
    return str(getattr(view, "__module__", "")).startswith("crawler.")


def _called(view: Any) -> str:
    name: str = getattr(view, "view_class", view).__name__
    return name.replace("inner_static", "asgi_static")


def _addresses(pattern: str) -> list[str]:
    """Addresses that lead to a route: without what may be left out, and with it."""
    filled = re.sub(
        r"\(\?P<(\w+)>(?:\[[^]]*\]|[^()\[\]])*\)", lambda match: SAMPLES[match[1]], pattern
    )
    filled = filled.rstrip("$").lstrip("^")
    with_all = re.sub(r"\(([^()]*)\)\?", r"\1", filled).replace("\\.", ".").replace("o?", "")
    without = re.sub(r"\([^()]*\)\?", "", filled).replace("\\.", ".")
    return sorted({with_all, without})


def test_what_researchers_use_stays(small: Served) -> None:
    for address in ("/store", "/store/", "/store.json", "/store/articles", "/store/articles.json",
                    "/store/articles.csv", "/store/article_overview", "/store/articles/1",
                    "/store/articles/1.json", "/store/articles?_facet=outlet&_size=5",
                    "/store?sql=select+1", "/store.json?sql=select+1", "/store.csv?sql=select+1",
                    "/desk/desk.css"):  # fmt: skip
        assert sent(small, f"GET {address}")[0] in (200, 302), address
    endless = "with+t(n)+as+(select+1+union+all+select+n%2B1+from+t)+select+count(*)+from+t"
    status, _, body = sent(small, f"GET /store.json?sql={endless}")
    assert (status, "took too long" in body) == (400, True)
    assert "max_returned_rows" not in sent(small, "GET /-/settings.json")[2]
    assert sent(small, "GET /store.db")[0] == 404


def test_an_article_that_is_more_than_one_says_so(small: Served) -> None:
    assert "UTC · live blog" in sent(small, "GET /article/1")[2].encode("latin-1").decode()
    assert "live blog" not in sent(small, "GET /article/2")[2]


def test_the_host_is_this_machine_s_to_the_letter(small: Served) -> None:
    port = urlsplit(small.address).port
    for host in ("localhost", "LOCALHOST", f"LocalHost:{port}", "127.0.0.1", f"127.0.0.1:{port}",
                 "127.0.0.1:9000", f"[::1]:{port}"):  # fmt: skip
        assert sent(small, "GET /", f"Host: {host}\r\n".encode())[0] == 200, host
    for host in ("127.0.0.1:evil", "127.0.0.1.evil.example", "127.0.0.1:80.evil.example",
                 "evil.example", f"evil.example:{port}", "localhost.", "localhost:", "localhost:-1",
                 "localhost:123456", "localhost:\xb2", "", "127.1", "2130706433", "0.0.0.0", "::1",  # noqa: S104 - none is bound
                 "[::1", "localhost, evil.example", "me@localhost", "localhost/evil",
                 "localhost.evil.example", "evil-localhost"):  # fmt: skip
        status, _, body = sent(small, "GET /", f"Host: {host}\r\n".encode("latin-1"))
        assert (status, "html" in body) == (421, False), host
    assert sent(small, "GET /", b"")[0] == 400
    assert sent(small, "GET /", HERE + b"Host: evil.example\r\n")[0] == 400
    assert sent(small, "GET /", HERE + HERE)[0] == 400
    for target in ("http://evil.example/", "http://evil.example/stories", "http://localhost/",
                   "//localhost", "evil.example:443", "*", "?x"):  # fmt: skip
        status, head, _ = sent(small, f"GET {target}")
        assert (status in (400, 404), "location" in head) == (True, False), target


def test_a_page_elsewhere_may_link_and_not_embed(small: Served) -> None:
    def fetched(site: str, mode: str, dest: str) -> int:
        headers = f"Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n"
        return sent(small, "GET /stories.json", HERE + headers.encode())[0]

    assert fetched("same-origin", "cors", "empty") == 200
    assert fetched("none", "navigate", "document") == 200
    for site in ("cross-site", "same-site"):  # another port of this machine is of this site
        assert fetched(site, "navigate", "document") == 200
        for mode, dest in (("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"),
                           ("navigate", "iframe"), ("navigate", "object")):  # fmt: skip
            assert fetched(site, mode, dest) == 403, (site, dest)
    for origin, status in ((small.address.replace("127.0.0.1", "localhost"), 403),
                           ("http://localhost", 200), ("https://LOCALHOST", 200), ("null", 403),
                           ("http://evil.example", 403), ("", 403)):  # fmt: skip
        assert sent(small, "GET /", HERE + f"Origin: {origin}\r\n".encode())[0] == status, origin
    head = sent(small, "GET /")[1]
    assert "cross-origin-resource-policy: same-origin" in head
    assert "cross-origin-opener-policy: same-origin" in head


LONG = "a" * 60_000
TARGETS = (
    "//evil.example/", "///", "/\\evil.example", "/..;/", "/%2e%2e/", "/../../etc/passwd",
    "/desk/../plugin.py", "/desk/%2e%2e/plugin.py", "/desk/..%2fplugin.py", "/desk//etc/passwd",
    "/desk/%00", "/desk/", "/-/static/../app.py", "/-/static/..%2fapp.py", "/-/static//etc/passwd",
    "/%zz", "/%", "/%ff%fe", "/%00", "/outlet/%00", "/outlet/%ff", f"/outlet/{LONG}",
    "/store/~00", "/store/~ff", "/store/~zz", "/store/%00", "/store/articles/~00",
    "/store/articles/99999999999999999999", f"/store/articles/{LONG}", f"/store/{LONG}",
    f"/{LONG}", "/a" * 30_000, f"/stories?{LONG}", f"/{LONG}{LONG}", "/%73tore", "/store/..",
    "/store/../-/threads", "/store//evil.example", "/_memory", "/_internal", "/:memory:/x",
    "/store/articles/1.blob", "/store/articles/1.exe", "/store.csv",
    "/stories.json%00", "/article/1%0a", "/\xff", "/\x00", "/a b", "/\t", "/{}|^`\"<>",
    "/search?words=" + "a+" * 3_000, "/search?words=%22", "/search?words=NEAR(",
    "/stories?since=%00",
    "/stories?from=%C2%B2", "/stories?min_outlets=%D9%A1", "/stories?since=9999-99-99",
    "/network?outlet=%ff", "/compare?one=%00&two=%ff",
    *(f"/store/{page}?{query}"
      for page in ("articles", "articles.json", "articles.csv", "copy_pairs")
      for query in ("_size=-1", "_next=%00", "_next=x", "_sort=zz", "_sort=id&_sort_desc=id",
                    "_facet=zz", "_facet_array=url", "_col=zz", "_where=zz", "id__in=[1",
                    "id__in=[{}]", "_through=x", "_through={}", "_through=[]", "_timelimit=x",
                    "%00=1", "%ff=1", "_filter_column=zz", "_shape=zz", "_fts_table=zz&_search=a")),
    *(f"/store{form}?sql={query}" for form in ("", ".json", ".csv")
      for query in ("%00", "select", "drop+table+articles", "select+1;select+2", "select+:a+:b",
                    "attach+'x'+as+y", "select+*+from+zz", "select+1/*", "select+json('{')",
                    "select+x'ff'", "select+load_extension('x')")),
)  # fmt: skip
HEADERS = (
    b"Cookie: \xe4=1", b"Cookie: a:b=1", b"Cookie: ;;=;", b"Cookie: ds_actor=x",
    b"Cookie: ds_messages=\x01", b"Authorization: Bearer \xff", b"Accept: \xff",
    b"Content-Length: x", b"Content-Length: -1", b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: x", b"Upgrade: websocket\r\nConnection: Upgrade", b"no colon", b": x",
    b"Bad Name: x", b"X: " + b"y" * 70_000, b"X: \x00", b"X-Forwarded-Proto: javascript",
    b"\r\n".join(b"X-%d: y" % n for n in range(30_000)), b"Range: bytes=9-1",
)  # fmt: skip


def test_nothing_that_is_asked_ends_in_an_error_of_ours(store: Path) -> None:
    """Each answer says no; each no is one line of the log, without a traceback."""
    refused = 0
    with serving(store, "--sql") as desk:
        for target in TARGETS:
            status, head, body = sent(desk, f"GET {target}")
            assert 200 <= status < 500, (target[:80], status)
            assert "Traceback" not in body
            assert "location: //" not in head
            refused += status >= 400
        for header in HEADERS:
            address = urlsplit(desk.address)
            with socket.create_connection(("127.0.0.1", address.port or 80), timeout=20) as raw:
                raw.sendall(b"GET / HTTP/1.1\r\n" + HERE + header[:60_000] + b"\r\n")
                raw.sendall(header[60_000:] + b"Connection: close\r\n\r\n")
                status = int(raw.recv(12)[9:])
            assert status in (200, 400), header[:80]
            refused += status >= 400
        assert sent(desk, "GET /")[0] == 200
        lines = ended(desk)
    wrong = [
        line for line in lines if not re.match(r"4\d\d [A-Z]+ |Invalid HTTP|Unsupported", line)
    ]
    assert wrong == []
    assert sum(not line.startswith("Unsupported") for line in lines) == refused
    assert max(map(len, lines)) < 300


def test_a_fault_behind_a_page_is_one_line_with_its_cause(tmp_path: Path) -> None:
    told = Told(tmp_path / "broken.db")
    told.article("herald")
    with serving(told.path) as desk:
        told.connection.execute("ALTER TABLE outlets RENAME TO gone")
        status, _, body = sent(desk, "GET /outlets?x=%1b")
        assert (status, "no such table: outlets" in body) == (500, True)
        told.connection.execute("ALTER TABLE gone RENAME TO outlets")
        assert sent(desk, "GET /outlets")[0] == 200
        (line,) = ended(desk)
    told.connection.close()
    assert re.match(r"500 GET /outlets\S*: StoreError: .*no such table.* \(\w+\.py:\d+,", line)


def test_sql_is_written_and_answered_on_a_page_of_the_desk(small: Served) -> None:
    assert '<textarea id="sql"' in sent(small, "GET /store")[2]
    query = "select+title+from+articles+where+id=:number+or+:number+is+null"
    _, _, body = sent(small, f"GET /store?sql={query}&number=2")
    assert '<input name="number" value="2">' in body
    assert body.count("<tr>") == 2
    assert "Edit as SQL" in sent(small, "GET /store/articles?id=2")[2]
    status, _, body = sent(small, "GET /store?sql=select+nosuch+from+articles")
    assert (status, "no such column: nosuch" in body) == (400, True)
    assert "Search all articles" in body
