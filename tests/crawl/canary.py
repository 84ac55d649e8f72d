"""A crawl in which the machine at 127.0.0.9 counts as public, and the rest of it does not.

It is run by itself, with the arguments of the command line.
"""

import ipaddress
import socket
import sys
from typing import Any

from crawler import public_addresses

PUBLIC = "127.0.0.9"
REBOUND = "rebound.example"
"""A name that is now here, now there."""
guarded = public_addresses.is_public
looked_up = socket.getaddrinfo


def is_public(address: str) -> bool:
    return address == PUBLIC or guarded(address)


def getaddrinfo(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name.rstrip(".").lower() == REBOUND:
        getaddrinfo.calls += 1  # type: ignore[attr-defined]
        host = PUBLIC if getaddrinfo.calls % 2 else "127.0.0.1"  # type: ignore[attr-defined]
    return looked_up(host, port, *rest, **named)


getaddrinfo.calls = 0  # type: ignore[attr-defined]

if __name__ == "__main__":
    assert ipaddress.ip_address(PUBLIC).is_loopback
    public_addresses.is_public = is_public  # before others take it from there
    socket.getaddrinfo = getaddrinfo
    from crawler.cli import run

    sys.exit(run())
