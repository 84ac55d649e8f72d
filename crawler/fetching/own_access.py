"""A reader's own access to an outlet: headers and cookies that an environment variable holds.

A secret is read when a crawl begins, and is in the memory of its process alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.errors import UsageError
from crawler.parsing.urls import secret_domain
from crawler.types import Outlet

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\x20-\x7e\x80-\xff]+)")
_COOKIE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([\x21-\x3a\x3c-\x7e]*)")
_OURS = re.compile(
    r"cookie|host|user-agent|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect"
    r"|accept-encoding|range|if-.*|proxy-.*",
    re.IGNORECASE,
)
"""Headers that say what is asked for, by whom, and how it is sent."""


class OwnAccess(NamedTuple):
    """What is sent with requests to one outlet."""

    domain: str
    """to whose hosts it is sent, see `secret_domain`"""
    secure: bool
    """whether it is sent over https only"""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Without the secret: what is printed ends up in a log."""
        return f"OwnAccess({self.domain!r})"

    def is_for(self, url: str) -> bool:
        """Whether it may be sent to this address."""
        if self.secure and urlsplit(url).scheme != "https":
            return False
        return secret_domain(url) == self.domain


class Accesses(NamedTuple):
    """What is known of the access to the outlets of a crawl, by slug."""

    known: Mapping[str, OwnAccess]
    troubles: Mapping[str, str]
    """what is wrong with the others, and what to do"""


def accesses(outlets: Mapping[str, Outlet], environment: Mapping[str, str]) -> Accesses:
    """The access to those of the outlets whose descriptions name one."""
    known: dict[str, OwnAccess] = {}
    troubles: dict[str, str] = {}
    for slug, outlet in outlets.items():
        if outlet.access_from:
            try:
                known[slug] = own_access(outlet, environment)
            except UsageError as error:
                troubles[slug] = str(error)
    return Accesses(known, troubles)


def own_access(outlet: Outlet, environment: Mapping[str, str]) -> OwnAccess:
    """The access that an outlet's description names.

    Raises UsageError, which names the variable and never what it holds.
    """
    home = outlet.home or ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    if outlet.headers_from:
        headers = _read_headers(outlet.headers_from, _value(outlet.headers_from, environment))
    if outlet.cookies_from:
        cookies = _read_cookies(outlet.cookies_from, _value(outlet.cookies_from, environment))
    return OwnAccess(secret_domain(home), urlsplit(home).scheme == "https", headers, cookies)


def _value(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        state = "empty" if name in environment else "not set"
        raise UsageError(
            f"the environment variable {name}, which holds your access, is {state}; set it where "
            "the crawl is started (crontab, systemd unit), or remove the key from the description"
        )
    return value


def _read_headers(name: str, value: str) -> tuple[tuple[str, str], ...]:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    found = [_HEADER.fullmatch(line) for line in lines]
    headers = tuple((match[1], match[2]) for match in found if match)
    if not lines or len(headers) < len(lines):
        raise UsageError(
            f"the environment variable {name} does not hold headers; write one a line, such as "
            "Authorization: Bearer 0123"
        )
    for header, _ in headers:
        if _OURS.fullmatch(header):
            hint = "cookies go into cookies_from" if header.lower() == "cookie" else "leave it out"
            raise UsageError(
                f"the environment variable {name} holds the header {header}, which is not access; "
                f"{hint}"
            )
    return headers


def _read_cookies(name: str, value: str) -> tuple[tuple[str, str], ...]:
    pairs = [pair.strip() for pair in value.split(";") if pair.strip()]
    found = [_COOKIE.fullmatch(pair) for pair in pairs]
    cookies = tuple((match[1], match[2]) for match in found if match)
    if not pairs or len(cookies) < len(pairs):
        raise UsageError(
            f"the environment variable {name} does not hold cookies; write them as your browser "
            "sends them: name=value; name=value"
        )
    return cookies
