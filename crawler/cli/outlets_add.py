"""Outlets found from addresses, and their descriptions written; see `newsloom outlets add`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crawler.cli.progress import DiscoveryProgress
from crawler.errors import NewsloomError, UsageError
from crawler.outlets.descriptions import described_outlets
from crawler.types import Outlet

if TYPE_CHECKING:
    from crawler.outlets.discovery import Discovered


class Added(NamedTuple):
    """What became of the addresses."""

    found: list[Discovered]
    files: dict[Path, Outlet]
    """the descriptions that were written"""
    failed: dict[str, NewsloomError]
    """the addresses that were left out, and why"""


def read_addresses(file: Path) -> Iterator[str]:
    """The addresses of a file, one on each line; a line that begins with # is a comment.

    Raises UsageError when it cannot be read.
    """
    try:
        if str(file) == "-":
            if sys.stdin is None:
                raise UsageError("-: standard input is closed; name a file, or pipe one into it")
            text = sys.stdin.read()
        else:
            text = file.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    lines = (line.strip() for line in text.splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def add_outlets(
    urls: Sequence[str], target: Path, *, replace: bool, contact: str, allow_private: bool
) -> Added:
    """Find the outlets of addresses and write their descriptions into a folder.

    Addresses of one publisher become one description. Raises Offline, or what is wrong with the
    folder; what is wrong with an address is kept with it.
    """
    from crawler.outlets.discovery import discover, together
    from crawler.outlets.toml import write_outlet

    known = known_outlets(target)
    failed: dict[str, NewsloomError] = {}
    asked: dict[str, str] = {}
    for url in urls:
        with _kept(url, failed):
            asked[_checked(url, known, replace=replace)] = url
    replaced = [slug for url in asked for slug in _outlets_of(url, known)]
    with DiscoveryProgress(len(asked)) as progress:
        results = discover(
            [*asked], contact=contact, allow_private=allow_private, watch=progress.watch,
            taken=[slug for slug in known if slug not in replaced],
        ) if asked else {}  # fmt: skip
    found: list[Discovered] = []
    for url, result in results.items():
        with _kept(asked[url], failed):
            if isinstance(result, NewsloomError):
                raise result
            _checked(result.outlet.home or url, known, replace=replace)
            found.append(result)
    files = {
        write_outlet(outlet, target, replace=replace): outlet for outlet in together(found).values()
    }
    return Added(found, files, failed)


@contextmanager
def _kept(url: str, failed: dict[str, NewsloomError]) -> Iterator[None]:
    """Keep what is wrong with an address, so that it stops no other."""
    try:
        yield
    except NewsloomError as error:
        failed[url] = error


def _checked(url: str, known: Mapping[str, Outlet], *, replace: bool) -> str:
    """The address in full; UsageError for none, and for one of an outlet that is described."""
    from crawler.parsing.urls import canonical, refuse_google_news, refuse_login

    full = url if "://" in url else f"https://{url}"
    address = canonical(full)
    refuse_login(full)
    refuse_google_news(address)
    if (slugs := _outlets_of(full, known)) and not replace:
        raise UsageError(
            f"{slugs[0]} ({known[slugs[0]].name}) is an outlet of this domain already; --replace "
            "overwrites its description"
        )
    return full


def _outlets_of(url: str, known: Mapping[str, Outlet]) -> list[str]:
    """Slugs of the outlets whose front page is in the registered domain of an address."""
    from crawler.parsing.urls import publisher_of

    publisher = publisher_of(url)
    return [
        slug
        for slug, outlet in known.items()
        if outlet.home and publisher_of(outlet.home) == publisher
    ]


def known_outlets(folder: Path) -> dict[str, Outlet]:
    """Outlets with a description: those that come with Newsloom, and those of the folder."""
    return described_outlets(folder if any(folder.glob("*.toml")) else None)
