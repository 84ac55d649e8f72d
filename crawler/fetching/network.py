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
        self._cut_off: set[str] = set()
        """hosts that this machine did not even ask: it has no route, or no name server answers"""
        self._unnamed: set[str] = set()
        """names that no name server said anything of"""
        self._guarded: set[str] = set()
        """names that lead to private addresses only"""

    @property
    def is_silent(self) -> bool:
        """Whether nobody has answered at all."""
        return self.answered_at == -math.inf

    def answered(self, url: str) -> None:
        """A host gave an answer, whatever it was."""
        self.answered_at = time.monotonic()
        self._silent.pop(host_of(url), None)

    def failed(self, url: str, error: BaseException, *, began: float) -> None:
        """A request that began at this time came to nothing; to what, its error says."""
        if isinstance(error, DownloadFailedError | DownloadCancelledError):
            self.answered(url)  # a connection that broke, bad TLS, too many bytes
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
        if urlsplit(url).hostname in self._unnamed if no_name else _errno(error) in _NO_NETWORK:
            self._cut_off.add(host)
        else:
            self._cut_off.discard(host)

    def silent_since(self, url: str) -> float | None:
        """When the request to a host began since when nobody has answered; None: somebody has."""
        since = self._silent.get(host_of(url))
        return since if since is not None and since > self.answered_at else None

    def is_cut_off(self, hosts: set[str]) -> bool:
        """Whether it was this machine that could not ask any of these hosts."""
        return bool(hosts) and hosts <= self._cut_off

    def guard(self, name: str) -> None:
        """A name leads to a private address: it was looked up, but will not be asked."""
        self._guarded.add(name)

    def look_up(self, host: Any, *how: Any, **more: Any) -> Any:
        """`socket.getaddrinfo`, which is called in a thread; notes when no name server answers."""
        try:
            return socket.getaddrinfo(host, *how, **more)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_AGAIN, socket.EAI_SYSTEM):
                self._unnamed.add(host)
            raise


NETWORK = Network()
"""There is one, whatever the number of spiders in this process."""


def host_of(url: str) -> str:
    """Who answers, or does not."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return slot(url) if "." in name else parts.netloc
    return parts.netloc


def _errno(error: BaseException) -> int | None:
    number = getattr(error, "osError", None)
    return number if isinstance(number, int) else None
