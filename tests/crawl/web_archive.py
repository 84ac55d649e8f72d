"""Common Crawl and the Wayback Machine on this machine: indexes and captures that a test makes.

Their answers have the form of the real ones: collinfo.json, CDX lines as JSON with `showNumPages`
and `page`, ranges of a WARC file; CDX as a JSON table with a resumption key, captures by `id_`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from base64 import b32encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.crawl.site import Reply

PAGE = 3
"""Captures of one answer of an index."""


class Captured(NamedTuple):
    """What an archive holds."""

    url: str
    stamp: str
    body: bytes

    @property
    def digest(self) -> str:
        return b32encode(hashlib.sha1(self.body).digest()).decode()  # noqa: S324

    @property
    def at(self) -> str:
        s = self.stamp
        return f"{s[:4]}-{s[4:6]}-{s[6:8]}T{s[8:10]}:{s[10:12]}:{s[12:14]}Z"


class WebArchiveServer:
    """`with WebArchiveServer() as archive: archive.add(...)`."""

    def __init__(self) -> None:
        self.captures: list[Captured] = []
        self._warc: tuple[bytes, dict[Captured, tuple[int, int]]] | None = None
        self.robots = Reply(status=404)
        self.instead: dict[str, list[Reply]] = {}
        """answers given before the right ones, by a part of the address; the last one stays"""
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.agents: set[str] = set()

    def __enter__(self) -> WebArchiveServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "", host: str = "gazette") -> str:
        return f"http://{host}.localhost:{self._server.server_port}{path}"

    def environment(self) -> dict[str, str]:
        """What makes Newsloom ask here."""
        names = ("NEWSLOOM_CC_INDEX", "NEWSLOOM_CC_DATA", "NEWSLOOM_WAYBACK")
        return dict.fromkeys(names, self.url(host="archive"))

    def add(self, path: str, stamp: str, body: str) -> Captured:
        captured = Captured(self.url(path), stamp, body.encode())
        # As indexes are: by address, then by time.
        self.captures = sorted([*self.captures, captured], key=lambda one: one[:2])
        self._warc = None
        return captured

    def took(self, part: str) -> list[str]:
        """The addresses asked for that hold this."""
        return [path for path in self.asked if part in path]

    def warc(self) -> tuple[bytes, dict[Captured, tuple[int, int]]]:
        """All captures as one file, and where each lies."""
        if self._warc is None:
            self._warc = self._written()
        return self._warc

    def _written(self) -> tuple[bytes, dict[Captured, tuple[int, int]]]:
        stream, places = BytesIO(), {}
        writer = WARCWriter(stream, gzip=True)
        for one in self.captures:
            begin = stream.tell()
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    one.url, "response", payload=BytesIO(one.body), http_headers=http,
                    warc_headers_dict={"WARC-Date": one.at},
                )
            )  # fmt: skip
            places[one] = (begin, stream.tell() - begin)
        return stream.getvalue(), places

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        parts = urlsplit(path)
        given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/robots.txt":
            return self.robots
        if parts.path == "/collinfo.json":
            return _json([self._crawl("2022-09", "03"), self._crawl("2022-05", "01")])
        if parts.path.endswith("-index"):
            return self._cc_index(parts.path[1:-6], given)
        if parts.path == "/crawl-data/all.warc.gz":
            whole, _ = self.warc()
            self.ranges.append(headers["range"])
            first, last = headers["range"].removeprefix("bytes=").split("-")
            return Reply(whole[int(first) : int(last) + 1], status=206)
        if parts.path == "/cdx/search/cdx":
            return self._wayback_index(given)
        return self._replay(path)

    def _crawl(self, name: str, month: str) -> dict[str, str]:
        return {
            "id": f"CC-MAIN-{name}", "cdx-api": self.url(f"/CC-MAIN-{name}-index", "archive"),
            "from": f"2022-{month}-01T00:00:00", "to": f"2022-{month}-28T00:00:00",
        }  # fmt: skip

    def _cc_index(self, crawl: str, given: dict[str, str]) -> Reply:
        month = {"CC-MAIN-2022-05": "202201", "CC-MAIN-2022-09": "202203"}[crawl]
        found = [one for one in self.captures if one.stamp.startswith(month)]
        if not found:
            return Reply(json.dumps({"message": f"No Captures found for: {given['url']}"}), 404)
        if "showNumPages" in given:
            return _json({"pages": -(-len(found) // PAGE), "pageSize": 1, "blocks": 1})
        number, (_, places) = int(given["page"]), self.warc()
        lines = [
            json.dumps({
                "urlkey": one.url, "timestamp": one.stamp, "url": one.url, "mime": "text/html",
                "mime-detected": "text/html", "status": "200", "digest": one.digest,
                "offset": str(places[one][0]), "length": str(places[one][1]),
                "filename": "crawl-data/all.warc.gz",
            })
            for one in found[number * PAGE : (number + 1) * PAGE]
        ]  # fmt: skip
        return Reply("\n".join(lines) + "\n", kind="text/x-ndjson")

    def _wayback_index(self, given: dict[str, str]) -> Reply:
        found = [
            one for one in self.captures if given["from"] <= one.stamp <= given["to"]
        ]  # fmt: skip
        begin = int(unquote(given.get("resumeKey", "0%21"))[:-1])
        rows: list[list[str]] = [["timestamp", "original", "digest"]] if found else []
        rows += [[one.stamp, one.url, one.digest] for one in found[begin : begin + PAGE]]
        if begin + PAGE < len(found):
            rows += [[], [f"{begin + PAGE}%21"]]
        return _json(rows)

    def _replay(self, path: str) -> Reply:
        _, _, stamp, address = path.split("/", 3)
        for one in self.captures:
            if (f"{one.stamp}id_", one.url) == (stamp, unquote(address)):
                return Reply(one.body, headers={"x-archive-orig-tdm-reservation": "1"})
        return Reply(status=404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        archive = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                archive.asked.append(self.path)
                archive.agents.add(self.headers["User-Agent"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                instead = next(
                    (held for part, held in archive.instead.items() if part in self.path), []
                )
                reply = instead.pop(0) if instead else archive.answer(self.path, headers)
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                names = {"Content-Type": reply.kind, "Content-Length": str(len(body))}
                for name, value in (names | dict(reply.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                if reply.headers.get("Content-Length"):
                    self.close_connection = True  # more was promised

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _json(value: Any) -> Reply:
    return Reply(json.dumps(value), kind="application/json")
