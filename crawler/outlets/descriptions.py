"""Outlet descriptions: one small TOML file each, the file name is the outlet's slug."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError

from crawler.errors import OutletError, UsageError
from crawler.types import QUOTA, Agency, Outlet, Quota, Source, SourceKind

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
SOURCES = {"feeds": SourceKind.FEED, "sitemaps": SourceKind.SITEMAP, "pages": SourceKind.PAGE}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AGE = re.compile(r"(\d{1,4})\s*([mhd])")


class Key(NamedTuple):
    """A key of a description."""

    type: type | tuple[type, ...]
    says: str
    example: Any


KEYS = {
    "name": Key(str, "its name, as readers know it; must be given", "The Example Gazette"),
    "home": Key(str, "address of its front page", "https://gazette.example/"),
    "country": Key(str, "ISO 3166-1 alpha-2", "GB"),
    "language": Key(str, "BCP 47; for pages that do not say", "en"),
    "feeds": Key(list, "RSS, Atom, RDF and JSON feeds", ["https://gazette.example/rss"]),
    "sitemaps": Key(
        list, "sitemaps and their indexes", ["https://gazette.example/news-sitemap.xml"]
    ),
    "pages": Key(
        list, "section pages; their links that look like the outlet's articles are taken",
        ["https://gazette.example/politics"],
    ),
    "urls": Key(str, "CSS selector: of section pages only the links in there", "h2.teaser"),
    "body": Key(
        str, "CSS selector: what holds the article, where it is not found otherwise", "div.story"
    ),
    "drop": Key(
        list, "CSS selectors: parts of a page that are not the article's", ["aside.promotion"]
    ),
    "delay": Key((int, float), "seconds between two requests, instead of one", 5),
    "revisits": Key(
        list, "ages at which an article is fetched again, in m, h, d; [] for never", ["1h", "1d"]
    ),
    "daily_articles": Key(
        int, f"most new articles in a day (UTC), instead of {QUOTA.articles:,}; the rest "
        "waits for the next day; 0: no limit", 50_000
    ),
    "daily_bytes": Key(
        int, f"most bytes fetched in a day, instead of {QUOTA.bytes:,}; 0: no limit",
        50_000_000_000
    ),
    "daily_parser_seconds": Key(
        (int, float), "seconds of CPU that its pages may take in a day, instead of "
        f"{QUOTA.parser_seconds:,}; 0: no limit", 7_200
    ),
    "render": Key(
        bool, "whether a browser shows those pages that have no text without their scripts; needs "
        "the extra `browser`", True
    ),
    "render_domains": Key(
        list, "domains, besides the outlet's own, that these scripts may ask",
        ["gazette-cdn.example"]
    ),
    "headers_from": Key(
        str, "environment variable with headers to send, one a line, for your own access; needs "
        "`home`", "GAZETTE_HEADERS"
    ),
    "cookies_from": Key(
        str, "environment variable with cookies to send, as name=value; name=value, for your own "
        "access; needs `home`", "GAZETTE_COOKIES"
    ),
    "agency": Key(bool, "whether it is a news agency, whose texts others print", True),
    "names": Key(list, "other names by which an agency is credited", ["Gazette News Service"]),
    "spider": Key(
        str, "name of a spider under spiders/custom, for the rare outlet that needs code", "gazette"
    ),
}  # fmt: skip
"""Everything that a description may say. One source must be given: feeds, sitemaps or pages."""
QUOTAS = {key: f"daily_{key}" for key in Quota._fields}
"""Keys of a description by what they limit."""
_CODES = {
    "country": (re.compile("[A-Z]{2}"), 'its code by ISO 3166-1, such as "DE"'),
    "language": (
        re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"), 'its code by BCP 47, such as "de"'
    ),
}  # fmt: skip


def bundled_outlets() -> Path:
    """The folder of descriptions that come with Newsloom."""
    # By name: this floor must not import the spiders above it.
    return Path(str(resources.files("spiders"))) / "outlets"


def described_outlets(own: Path | None = None, *, bundled: bool = True) -> dict[str, Outlet]:
    """The outlets that come with Newsloom and the caller's own, by slug; of equal slugs the own.

    `own` is a folder of descriptions or a single one. Raises OutletError as `load_outlets` does.
    """
    found = load_outlets(bundled_outlets()) if bundled else {}
    return _with_agencies(found | (load_outlets(own) if own is not None else {}))


def load_outlets(path: Path) -> dict[str, Outlet]:
    """Read a folder of descriptions, or a single one, by slug.

    Raises OutletError naming the file, the key and the remedy.
    """
    return _with_agencies({file.stem: load_outlet(file) for file in description_files(path)})


def description_files(path: Path) -> list[Path]:
    """The descriptions of a folder, or the one that is named; OutletError where there is none."""
    if path.is_dir():
        files = sorted(path.glob("*.toml"))
        if not files:
            raise OutletError(f"{path}: no outlets here; put one NAME.toml for each outlet into it")
        return files
    if path.is_file():
        return [path]
    raise OutletError(f"{path}: no such file or folder; --outlets takes a NAME.toml or a folder")


def _with_agencies(outlets: Mapping[str, Outlet]) -> dict[str, Outlet]:
    """The outlets, each knowing the agencies among them."""
    agencies = tuple(_as_agency(outlet) for outlet in outlets.values() if outlet.agency)
    return {slug: replace(outlet, agencies=agencies) for slug, outlet in outlets.items()}


def _as_agency(outlet: Outlet) -> Agency:
    home = urlsplit(outlet.home or "").hostname
    domains = (home.removeprefix("www."),) if home else ()
    return Agency(name=outlet.name, forms=outlet.names, domains=domains)


def load_outlet(file: Path) -> Outlet:
    """Read one description; OutletError when it is not right."""
    try:
        with file.open("rb") as stream:
            table = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OutletError(f"{file}: not valid TOML: {error}") from error
    except OSError as error:
        raise OutletError(f"{file}: cannot be read: {error.strerror}") from error
    _check(file, table)
    return Outlet(
        slug=file.stem,
        name=table["name"],
        home=table.get("home"),
        country=table.get("country"),
        language=table.get("language"),
        agency=table.get("agency", False),
        names=tuple(map(str, table.get("names", []))),
        delay=float(table["delay"]) if "delay" in table else None,
        revisits=_ages(file, table["revisits"]) if "revisits" in table else None,
        drop=tuple(table.get("drop", [])),
        body=table.get("body"),
        urls=table.get("urls"),
        headers_from=table.get("headers_from"),
        cookies_from=table.get("cookies_from"),
        spider=table.get("spider"),
        render=table.get("render", False),
        render_domains=tuple(map(str, table.get("render_domains", []))),
        quota=Quota(**{key: table[name] for key, name in QUOTAS.items() if name in table}),
        sources=tuple(
            _source(file, key, url, kind)
            for key, kind in SOURCES.items()
            for url in table.get(key, [])
        ),
    )


def _ages(file: Path, given: Sequence[object]) -> tuple[timedelta, ...]:
    found = [_AGE.fullmatch(str(age)) for age in given]
    if not all(found):
        raise OutletError(f'{file}: \'revisits\' holds ages like "1h" and "3d", not {given!r}')
    units = {"m": "minutes", "h": "hours", "d": "days"}
    return tuple(timedelta(**{units[age[2]]: int(age[1])}) for age in found if age)


def _check(file: Path, table: Mapping[str, Any]) -> None:
    if not _SLUG.fullmatch(file.stem):
        raise OutletError(
            f"{file}: the file name is the outlet's id; use small letters, digits and hyphens"
        )
    for key, value in table.items():
        _check_type(file, key, value)
    _check_required(file, table)
    for key in ("drop", "body", "urls"):
        _check_selectors(file, key, table.get(key, []))
    for key, (form, example) in _CODES.items():
        if key in table and not form.fullmatch(table[key]):
            raise OutletError(f"{file}: '{key}' is {table[key]!r}; write {example}")
    _check_access(file, table)
    for key in ("delay", *QUOTAS.values()):
        if table.get(key, 0) < 0:
            raise OutletError(f"{file}: '{key}' is negative; write {KEYS[key].example}")


def _check_access(file: Path, table: Mapping[str, Any]) -> None:
    """Refuse what would send a secret to nobody knows whom, or in clear."""
    named = [key for key in ("headers_from", "cookies_from") if key in table]
    for key in named:
        if not _VARIABLE.fullmatch(table[key]):
            # Not repeated: who mistakes the key writes the secret itself here.
            raise OutletError(
                f"{file}: '{key}' is not the name of an environment variable; write "
                f'{key} = "{KEYS[key].example}" and put the secret into that variable'
            )
    if not named:
        return
    home = str(table.get("home", ""))
    if not _is_web_address(home):
        raise OutletError(
            f"{file}: '{named[0]}' needs 'home': your access is sent to its domain only; write "
            f'home = "{KEYS["home"].example}"'
        )
    if urlsplit(home).scheme == "http" and not _is_this_machine(urlsplit(home).hostname or ""):
        raise OutletError(
            f"{file}: 'home' is an http address, and your access ('{named[0]}') is not sent in "
            'clear; write home = "https://..."'
        )


def _is_this_machine(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _check_type(file: Path, key: str, value: object) -> None:
    if key not in KEYS:
        raise OutletError(f"{file}: unknown key '{key}'; there are: {', '.join(KEYS)}")
    wanted = KEYS[key].type
    # True is an int to Python.
    is_stray_bool = isinstance(value, bool) and wanted is not bool
    if is_stray_bool or not isinstance(value, wanted):
        raise OutletError(f"{file}: '{key}' has the wrong type: {value!r}")


def _check_required(file: Path, table: Mapping[str, Any]) -> None:
    if not table.get("name"):
        raise OutletError(f"{file}: 'name' is missing; write name = \"The Example Gazette\"")
    if not any(table.get(key) for key in SOURCES):
        raise OutletError(
            f'{file}: no source; write feeds = ["https://..."] or sitemaps = ["https://..."]'
        )


def _check_selectors(file: Path, key: str, given: object) -> None:
    for selector in given if isinstance(given, list) else [given]:
        try:
            HTMLTranslator().css_to_xpath(str(selector))
        except SelectorError as error:
            raise OutletError(
                f"{file}: '{key}' holds {selector!r}, which is no CSS selector: {error}; "
                "write one like 'aside.promotion'"
            ) from error


def _source(file: Path, key: str, url: object, kind: SourceKind) -> Source:
    if not isinstance(url, str) or not _is_web_address(url):
        raise OutletError(f"{file}: '{key}' holds {url!r}; write a full http or https address")
    if "@" in url or "news.google." in url:
        # Seldom needed, and slow to load.
        from crawler.parsing.urls import refuse_google_news, refuse_login

        try:
            refuse_login(url)
            refuse_google_news(url)
        except UsageError as error:
            raise OutletError(f"{file}: '{key}': {error}") from error
    return Source(url=url, kind=kind, outlet=file.stem)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
