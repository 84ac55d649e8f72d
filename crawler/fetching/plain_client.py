"""Requests one after another, for what is no crawl: archives of the web, robots.txt of a site.

Not by Scrapy, whose loop decides what is asked next: here the caller does, answer by answer. It has
a pace, limits of size and time, and the guard of private addresses; urllib3 does the rest.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    IncompleteRead,
    LocationValueError,
    MaxRetryError,
    ProtocolError,
)
from urllib3.exceptions import TimeoutError as TimedOut

from crawler.errors import NewsloomError
from crawler.fetching.identity import user_agent
from crawler.polling import requested_pause
from crawler.public_addresses import is_public

CONNECTING = 20.0
"""Seconds."""
READING = 120.0
"""Seconds until the next part of an answer; an index looks through millions of lines first."""
WHOLE = 600.0
"""Seconds for a whole answer."""
BUSY = frozenset({429, 500, 502, 503, 504})
"""Statuses after which it is asked again, later."""
TRIES = 4
LONGEST_PAUSE = 300.0
"""Seconds that a server's wish (Retry-After) is waited out; for a longer one the run ends."""
_PART = 1 << 16
_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: at least five are followed to a robots.txt."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """names in small letters"""
    body: bytes


class NoAnswer(NewsloomError):
    """A server gave no answer that can be used; a sentence that names the host."""


class Unreachable(NoAnswer):
    """Nobody answers at this name, or nobody that may be asked."""


class TooLarge(NoAnswer):
    """An answer has more bytes than are taken."""


class Busy(NoAnswer):
    """A server asks to be left alone, for longer than is waited here."""


class PlainClient:
    """One request at a time, with a pause between two to one host."""

    def __init__(self, *, contact: str, allow_private: bool, delay: float) -> None:
        self._delay = delay
        self._next: dict[str, float] = {}
        """when a host may be asked again, by the monotonic clock"""
        self._pools = urllib3.PoolManager(
            num_pools=4,
            headers={"User-Agent": user_agent(contact)},
            timeout=urllib3.Timeout(connect=CONNECTING, read=READING),
        )
        self._pools.pool_classes_by_scheme = _ANYWHERE if allow_private else _PUBLIC

    def get(
        self, url: str, *, most: int, headers: Mapping[str, str] | None = None, follow: bool = False
    ) -> Answer:
        """Ask for an address; `most` bytes of body are taken.

        A busy server, or one that does not answer, is asked again up to three times, after longer
        and longer pauses; the last answer is given whatever its status. With `follow`, redirects
        are followed. Raises NoAnswer.
        """
        for last, pause in self._pauses():
            try:
                answer = self._ask(url, most, headers or {}, follow=follow)
            except (Unreachable, TooLarge):
                raise
            except NoAnswer:
                if last:
                    raise
                time.sleep(pause)
            else:
                wished = self._wished_pause(url, answer)
                if last or answer.status not in BUSY:
                    return answer
                time.sleep(max(pause, wished))
        raise AssertionError("the last try returns or raises")

    def _pauses(self) -> Iterator[tuple[bool, float]]:
        """For each try whether it is the last, and the seconds to wait after it."""
        for number in range(1, TRIES + 1):
            yield number == TRIES, self._delay * 4**number

    def _wished_pause(self, url: str, answer: Answer) -> float:
        if answer.status not in (429, 503):
            return 0.0
        pause = requested_pause(answer.headers.get("retry-after", ""), now=datetime.now(UTC))
        seconds = pause.total_seconds() if pause else 0.0
        if seconds > LONGEST_PAUSE:
            raise Busy(f"{_host(url)} asks for a pause of {seconds:,.0f} s (Retry-After)")
        return seconds

    def _ask(self, url: str, most: int, headers: Mapping[str, str], *, follow: bool) -> Answer:
        host = _host(url)
        time.sleep(max(0.0, self._next.get(host, 0.0) - time.monotonic()))
        try:
            return self._answer(url, most, headers, follow=follow)
        except TooLarge:
            raise
        except IncompleteRead as error:
            raise NoAnswer(f"{host}: the answer was cut off") from error
        except DecodeError as error:
            raise NoAnswer(f"{host}: the answer cannot be unpacked") from error
        except (HTTPError, OSError, ValueError) as error:
            raise _failure(host, error) from error
        finally:
            self._next[host] = time.monotonic() + self._delay

    def _answer(self, url: str, most: int, headers: Mapping[str, str], *, follow: bool) -> Answer:
        until = time.monotonic() + WHOLE
        redirects = _REDIRECTS if follow else 0
        response = self._pools.request(
            "GET", url, headers={**self._pools.headers, **headers}, preload_content=False,
            redirect=follow, retries=urllib3.Retry(
                redirects, connect=0, read=0, other=0, status=0, redirect=redirects,
                raise_on_redirect=False,
            ),
        )  # fmt: skip
        try:
            body = _body(response, _host(url), most, until)
        except BaseException:
            response.close()  # what is left of it must not stand before the next answer
            raise
        finally:
            response.release_conn()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, names, body)


def _body(response: urllib3.BaseHTTPResponse, host: str, most: int, until: float) -> bytes:
    body = bytearray()
    for part in response.stream(_PART):
        body += part
        if len(body) > most:
            raise TooLarge(f"{host}: the answer has more than {most:,} bytes")
        if time.monotonic() > until:
            raise NoAnswer(f"{host}: the answer took longer than {WHOLE:.0f} s")
    return bytes(body)


def _failure(host: str, error: Exception) -> NoAnswer:
    """What became of a connection, in a sentence."""
    inner = _innermost(error)
    if isinstance(inner, _NotPublic):
        return Unreachable(f"{host} is not on the public internet; --allow-private permits it")
    if isinstance(inner, socket.gaierror):
        return Unreachable(f"{host}: the name leads to no address")
    if isinstance(inner, IncompleteRead):
        return NoAnswer(f"{host}: the answer was cut off")
    if isinstance(inner, TimedOut | TimeoutError):
        return NoAnswer(f"{host} did not answer in time")
    if isinstance(inner, LocationValueError | ValueError):
        return Unreachable(f"{host}: not a web address that can be asked")
    if isinstance(inner, ssl.SSLError):
        return NoAnswer(f"{host}: no safe connection ({inner.reason or inner})"[:300])
    if isinstance(inner, OSError) and inner.strerror:
        return NoAnswer(f"{host}: {inner.strerror.lower()}")
    return NoAnswer(f"{host}: {inner}"[:300])


def _innermost(error: BaseException) -> BaseException:
    """What happened: urllib3 wraps it, up to three times."""
    if isinstance(error, MaxRetryError) and error.reason is not None:
        return _innermost(error.reason)
    if isinstance(error, ProtocolError) and isinstance(error.args[-1], BaseException):
        return _innermost(error.args[-1])
    return error


class _NotPublic(OSError):
    """A name leads to private addresses only."""


class _Guarded:
    """A connection to public addresses only, whatever name or redirect led here."""

    allow_private: ClassVar[bool] = False
    _dns_host: str
    port: int
    timeout: float | None

    def _new_conn(self) -> socket.socket:
        # Looked up once, and connected to what was found: a second look-up could find another.
        host = self._dns_host.strip("[]").rstrip(".")
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"  # RFC 6761; not every libc knows it
        found = socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        allowed = [one for one in addresses if self.allow_private or is_public(one)]
        if not allowed:
            raise _NotPublic(host)
        for number, address in enumerate(allowed, 1):
            try:
                return socket.create_connection((address, self.port), self.timeout)
            except OSError:
                if number == len(allowed):
                    raise
        raise AssertionError("the last address connects or raises")


def _pool_classes(*, allow_private: bool) -> dict[str, Any]:
    names = {"allow_private": allow_private}
    plain = type("_Connection", (_Guarded, HTTPConnection), names)
    safe = type("_TLSConnection", (_Guarded, HTTPSConnection), names)
    return {
        "http": type("_Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("_TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": safe}),
    }


_PUBLIC = _pool_classes(allow_private=False)
_ANYWHERE = _pool_classes(allow_private=True)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
