"""A web server for benches: fast, in a thread, on many loopback addresses at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """What is said to a GET."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}


Answerer = Callable[[str, str, Mapping[str, str]], Answer]
"""(host, path, headers in small letters) to an answer"""


class Web:
    """`with Web(answer, hosts=64) as web:` serves 127.0.0.1 to 127.0.0.64 on one port."""

    def __init__(self, answer: Answerer, *, hosts: int = 1) -> None:
        self._answer = answer
        self.addresses = [f"127.0.{n // 250}.{n % 250 + 1}" for n in range(hosts)]
        self.port = 0
        self._ready = threading.Event()

    def __enter__(self) -> Web:
        threading.Thread(target=asyncio.run, args=[self._serve()], daemon=True).start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        first = await asyncio.start_server(self._talk, self.addresses[0], 0)
        self.port = first.sockets[0].getsockname()[1]
        if len(self.addresses) > 1:
            await asyncio.start_server(self._talk, self.addresses[1:], self.port)
        self._ready.set()
        await self._done.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:])
                }
                path = head[0].split(" ")[1]
                answer = self._answer(headers.get("host", ""), path, headers)
                lines = [
                    f"HTTP/1.1 {answer.status} X",
                    f"Content-Type: {answer.kind}",
                    f"Content-Length: {len(answer.body)}",
                    *(f"{name}: {value}" for name, value in answer.headers.items()),
                ]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
                writer.write(answer.body if answer.status != 304 else b"")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def feed(links: list[str]) -> bytes:
    """An RSS feed of links."""
    items = "".join(
        f"<item><title>News {n}</title><link>{u}</link></item>" for n, u in enumerate(links)
    )
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
