"""Names to addresses, public ones only: a page must not lead the crawl into a private network.

Filtering at resolution covers redirects, decimal and octal spellings and rebinding alike, since
every connection asks here and connects to what was answered. (zope's interfaces say nothing to a
type checker, hence Any.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet._resolver import GAIResolver
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from crawler.fetching.network import NETWORK
from crawler.public_addresses import is_public


class PublicResolver(CachingHostnameResolver):
    """Answers with public addresses only, unless NEWSLOOM_ALLOW_PRIVATE is set."""

    def __init__(self, reactor: Any, cache_size: int, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size)
        # Twisted makes nothing of it whether a name is unknown or no name server answers.
        self.original_resolver: Any = GAIResolver(reactor, getaddrinfo=NETWORK.look_up)
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """Made by Scrapy."""
        return cls(
            reactor,
            crawler.settings.getint("DNSCACHE_SIZE"),
            allow_private=crawler.settings.getbool("NEWSLOOM_ALLOW_PRIVATE"),
        )

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """See IHostnameResolver."""
        if self._allow_private and hostName.rstrip(".").endswith(".localhost"):
            return _loopback(resolutionReceiver, hostName, portNumber)
        receiver: Any = resolutionReceiver
        if not self._allow_private:
            receiver = _OnlyPublic(resolutionReceiver, hostName)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _OnlyPublic:
    """Hands on the public ones of the addresses found."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver = receiver
        self._name = name

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            NETWORK.guard(self._name)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


def _loopback(receiver: Any, name: str, port: int) -> Any:
    # RFC 6761: names under .localhost are the loopback address; not every libc knows it.
    resolution = HostResolution(name)
    receiver.resolutionBegan(resolution)
    receiver.addressResolved(IPv4Address("TCP", "127.0.0.1", port))
    receiver.resolutionComplete()
    return resolution
