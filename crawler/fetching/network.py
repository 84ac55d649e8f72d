"""Whether anybody can be reached: that this machine is offline is no outlet's fault."""

from __future__ import annotations

import errno
import ipaddress
import math
import socket
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet.error import ConnectError

from crawler.parsing.urls import slot

SILENCE = frozenset({"connection", "no-address", "robots-unreachable", "timeout"})
"""Reasons of polls and pages that failed because nothing came back from a host, perhaps."""
_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})


class Outage(NamedTuple):
    """Requests that nobody answered, after which nobody answered any other."""

    hosts: int
    complete: bool
    """whether nobody answered in the whole run"""

    @classmethod
    def of(cls, outages: Sequence[Outage]) -> Outage | None:
        """Those of several spiders as one."""
        if not outages:
            return None
        return cls(sum(one.hosts for one in outages), NETWORK.is_silent)

    def __str__(self) -> str:
        many, them = self.hosts != 1, "it" if self.hosts == 1 else "them"
        left = f"nothing was counted against {them}, and the next run asks {them} again"
        if self.complete:
            asked = f"none of {self.hosts} hosts could" if many else "the one host asked could not"
            return f"this machine seems to be offline: {asked} be reached; {left}"
        hosts = f"{self.hosts} hosts" if many else "1 host"
        return (
            f"the network seems to have gone away: after the last answer {hosts} could not be "
            f"reached; {left}"
        )


class Network:
    """Who answered and who did not. Hosts are registered domains, or an address with its port."""

    def __init__(self) -> None:
        self.answered_at = -math.inf
        """when somebody last answered, by the monotonic clock"""
        self._silent: dict[str, float] = {}
        """when the last request began that a host left without an answer"""
        self._no_route: set[str] = set()
        """hosts that this machine has no route to"""
        self._no_name: set[str] = set()
        """hosts whose names no name server said anything of"""
        self._unnamed: set[str] = set()
        """these names"""
        self._named = False
        """whether a name server said anything of any name"""
        self._guarded: set[str] = set()
        """names that lead to private addresses only"""

    @property
    def is_silent(self) -> bool:
        """Whether nobody has answered at all."""
        return self.answered_at == -math.inf

    def note_answer(self, url: str) -> None:
        """Note that a host gave an answer, whatever it was."""
        self.answered_at = time.monotonic()
        self._silent.pop(host_of(url), None)

    def note_failure(self, url: str, error: BaseException, *, began: float) -> None:
        """Note that a request came to nothing; `began` is monotonic, in seconds."""
        if isinstance(error, DownloadFailedError | DownloadCancelledError):
            self.note_answer(url)  # a connection that broke, bad TLS, too many bytes
            return
        no_name = isinstance(error, CannotResolveHostError)
        if no_name and urlsplit(url).hostname in self._guarded:
            return
        if not no_name and not isinstance(
            error, DownloadTimeoutError | DownloadConnectionRefusedError | ConnectError
        ):
            return
        host = host_of(url)
        self._silent[host] = began
        for hosts, holds in (
            (self._no_name, no_name and urlsplit(url).hostname in self._unnamed),
            (self._no_route, _errno(error) in _NO_NETWORK),
        ):
            (hosts.add if holds else hosts.discard)(host)

    def silent_since(self, url: str) -> float | None:
        """When the request to a host began since when nobody has answered; None: somebody has."""
        since = self._silent.get(host_of(url))
        return since if since is not None and since > self.answered_at else None

    def is_cut_off(self, hosts: set[str]) -> bool:
        """Whether it was this machine that could not ask any of these hosts.

        It has no route, or no name server. One that answers for other names has lost the host's.
        """
        return bool(hosts) and hosts <= self._no_route | (set() if self._named else self._no_name)

    def guard(self, name: str) -> None:
        """A name leads to a private address: it was looked up, but will not be asked."""
        self._guarded.add(name)

    def look_up(self, host: Any, *how: Any, **more: Any) -> Any:
        """`socket.getaddrinfo`, called in a thread; notes whether a name server answers."""
        try:
            found = socket.getaddrinfo(host, *how, **more)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_AGAIN, socket.EAI_SYSTEM):
                self._unnamed.add(host)
            else:
                self._named = True
            raise
        self._named = self._named or not _is_address(host)
        return found


NETWORK = Network()
"""There is one, whatever the number of spiders in this process."""


def host_of(url: str) -> str:
    """Who answers, or does not."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    return slot(url) if "." in name and not _is_address(name) else parts.netloc


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _errno(error: BaseException) -> int | None:
    number = getattr(error, "osError", None)
    return number if isinstance(number, int) else None
