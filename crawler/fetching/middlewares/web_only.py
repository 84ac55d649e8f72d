"""Only http and https, and no private address written out as one."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from crawler.fetching.refusals import Refusal, Refused
from crawler.fetching.resolver import is_public


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
        name = (parts.hostname or "").rstrip(".")
        if name == "localhost" or name.endswith(".localhost") or _is_private_literal(name):
            raise Refused(
                Refusal(
                    "private-address",
                    f"{name} is not on the public internet; --allow-private permits it",
                    temporary=False,
                )
            )


def _is_private_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return not is_public(name)
