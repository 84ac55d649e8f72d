"""Only http and https, and no private address written out as one."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapy import Request

from crawler.fetching.refusals import Refusal, Refused
from crawler.public_addresses import is_public

_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")


class WebOnly:
    """Names the reason where the resolver would only find no address."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Any) -> WebOnly:
        """Made by Scrapy."""
        return cls(allow_private=crawler.settings.getbool("NEWSLOOM_ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        """Refuse what is not for a public web server."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise Refused(Refusal("not-web", f"scheme {parts.scheme!r}", temporary=False))
        if self._allow_private:
            return
        name = unquote(parts.hostname or "").lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost") or _is_private_literal(name):
            raise Refused(
                Refusal(
                    "private-address",
                    f"{name} is not on the public internet; --allow-private permits it",
                    temporary=False,
                )
            )


def _is_private_literal(name: str) -> bool:
    """Whether a host is an address, in any form that the resolver knows, and no public one.

    No top-level domain is a number: a host that ends in one is an IPv4 address (WHATWG URL, 3.5)
    or a broken one: 127.1, 0x7f.1, 017700000001, 2130706433.
    """
    try:
        return not is_public(str(ipaddress.ip_address(name)))
    except ValueError:
        if not _ENDS_IN_NUMBER.search(name):
            return False
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        return True
