"""Descriptions of outlets, written as TOML files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from crawler.errors import OutletError
from crawler.outlets.descriptions import SOURCES
from crawler.output.files import folder_for_writing, writing
from crawler.parsing.urls import registered_domain
from crawler.types import Outlet, SourceKind


def free_slug(url: str, taken: Sequence[str]) -> str:
    """A short name for an outlet, by its domain: `bbc`, or `bbc-co-uk` when that is taken."""
    domain = registered_domain(url)
    try:
        ascii_ = domain.encode("idna").decode().lower()
    except UnicodeError:  # an empty or endless label
        ascii_ = domain.encode("ascii", "ignore").decode().lower()
    short, plain = (
        re.sub(r"[^a-z0-9-]+", "-", name).strip("-") or "outlet"
        for name in (ascii_.partition(".")[0], ascii_)
    )
    names = [short, plain, *(f"{plain}-{number}" for number in range(2, 10_000))]
    return next(name for name in names if name not in taken)


def as_toml(outlet: Outlet) -> str:
    """The description of an outlet, as its file has it."""
    keys: dict[str, object] = {
        "name": outlet.name,
        "home": outlet.home,
        "country": outlet.country,
        "language": outlet.language,
        "agency": outlet.agency or None,
        "names": list(outlet.names) or None,
        "delay": outlet.delay,
        "revisits": None if outlet.revisits is None else list(map(_age, outlet.revisits)),
        "drop": list(outlet.drop) or None,
        "body": outlet.body,
        "urls": outlet.urls,
        "headers_from": outlet.headers_from,
        "cookies_from": outlet.cookies_from,
        "spider": outlet.spider,
    }
    for key, kind in SOURCES.items():
        keys[key] = _addresses(outlet, kind) or None
    # A JSON string is a TOML string, and a list of them a list.
    return "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items() if value is not None)


def _addresses(outlet: Outlet, kind: SourceKind) -> list[str]:
    return [source.url for source in outlet.sources if source.kind is kind]


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    units = ((24 * 60, "d"), (60, "h"), (1, "m"))
    return next(f"{minutes // n}{unit}" for n, unit in units if minutes % n == 0)


def _toml(value: object) -> str:
    if isinstance(value, list) and len(value) > 1:
        return "[\n" + "".join(f"  {json.dumps(one)},\n" for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_outlet(outlet: Outlet, folder: Path, *, replace: bool = False) -> Path:
    """Write an outlet's description; OutletError when there is one and it is not to be replaced."""
    file = folder / f"{outlet.slug}.toml"
    if file.exists() and not replace:
        raise OutletError(f"{file}: exists already; --replace overwrites it")
    folder_for_writing(folder)
    with writing(file) as output:
        output.write(as_toml(outlet).encode())
    return file
