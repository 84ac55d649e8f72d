"""Saved inputs of kinds that crawlers, feed readers and extractors were reported to get wrong.

Beside each input, `NAME.expect.json` says how it is read, what must come out, and why. An expected
`published_at_day` is the day alone, and `title_any` lists the values that are right.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crawler.cli.extract import extracted_page
from crawler.parsing.workers.tasks import read_listings, read_page
from crawler.types import Article, Fetched, Listing, Outlet, Page, SourceKind
from tests.conftest import newsloom
from tests.crawl.site import Reply, Site

HERE = Path(__file__).parent
NOW = "2026-11-01T00:00:00Z"
Expected = Mapping[str, Any]


def cases(*commands: str) -> list[Path]:
    found = (side.with_name(side.name.removesuffix(".expect.json"))
             for side in sorted(HERE.glob("*.expect.json")))  # fmt: skip
    return [file for file in found if expected(file)["command"] in commands]


def expected(file: Path) -> Expected:
    found: Expected = json.loads(Path(f"{file}.expect.json").read_text(encoding="utf-8"))
    return found


def differences(row: Mapping[str, Any], want: Expected) -> Iterator[str]:
    """What of a page or an entry is not as it must be."""
    text = row.get("text") or ""
    for key, value in want.items():
        if key == "text_contains":
            yield from (f"lacks {part!r}" for part in value if part not in text)
        elif key == "text_lacks":
            yield from (f"has {part!r}" for part in value if part in text)
        elif key == "published_at_day":
            if (row.get("published_at") or "")[:10] != value:
                yield f"published_at={row.get('published_at')!r}"
        else:
            name = key.removesuffix("_any")
            found = row.get(name)
            found = list(found) if isinstance(found, tuple) else found
            if not (found in value if key.endswith("_any") else found == value):
                yield f"{name}={found!r}"


@pytest.mark.parametrize("file", cases("extract"), ids=lambda file: file.name)
def test_pages(file: Path) -> None:
    case = expected(file)
    page = Page(id=0, url=case["url"], outlet="", attempts=0, listing=Listing(url=case["url"]))
    fetched = Fetched(page=page, url=case["url"], status=200, content_type="text/html",
                      body=file.read_bytes(), at=NOW)  # fmt: skip
    article = read_page(fetched, Outlet(slug="", name=""))
    assert isinstance(article, Article), article
    assert not list(differences(asdict(extracted_page(file.name, article)), case["want"]))


@pytest.mark.parametrize("file", cases("feed", "sitemap"), ids=lambda file: file.name)
def test_feeds_and_sitemaps(file: Path) -> None:
    case = expected(file)
    kind = SourceKind.SITEMAP if case["command"] == "sitemap" else None
    found = read_listings(file.read_bytes(), url=case["url"], kind=kind)
    rows = {
        page.url: {
            "title": page.title,
            "published_at": page.published.at if page.published else None,
            "modified_at": page.modified_at,
            "text": page.text,
        }
        for page in found.pages
    }
    for want in case.get("want", ()):
        address = next((a for a in want.get("url_any") or [want["url"]] if a in rows), None)
        assert address is not None, list(rows)
        wanted = {key: value for key, value in want.items() if key not in ("url", "url_any")}
        assert not list(differences(rows[address], wanted))
    if "want_urls" in case:
        assert sorted(rows) == sorted(case["want_urls"])
    for phrase in case.get("want_listing_text_lacks", ()):
        assert not [row for row in rows.values() if phrase in (row["text"] or "")]


@pytest.mark.parametrize("file", cases("feed-cli", "extract-cli"), ids=lambda file: file.name)
def test_files_on_the_command_line(file: Path) -> None:
    case = expected(file)
    done = newsloom(case["command"].removesuffix("-cli"), "--workers", "1", file)
    assert done.returncode == case["want_rc"], done.stderr
    entries = [line for line in map(json.loads, done.stdout.splitlines()) if "url" in line]
    assert len(entries) == case["want_entries"]


class Crawled(NamedTuple):
    """What came of an outlet."""

    asked: list[str]
    db: Path
    slug: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Mapping[str, Crawled]:
    """All sites, an outlet each, crawled at once."""
    folder, found = tmp_path_factory.mktemp("outlets"), {}
    with ExitStack() as open_sites:
        sites = {file: open_sites.enter_context(Site()) for file in cases("crawl")}
        for number, (file, site) in enumerate(sites.items()):
            outlet = json.loads(file.read_text(encoding="utf-8"))
            for path, reply in outlet["paths"].items():
                site[path] = _answer(reply, site.url(""))
            site.describe(folder, f"case-{number}", **outlet["outlet"])
        newsloom(
            "--db", folder / "t.db", "crawl", "--only", "--outlets", folder, "--now",
            "--no-group", "--allow-private", "--workers", "1", "--contact", "https://example.org",
        )  # fmt: skip
        for number, (file, site) in enumerate(sites.items()):
            found[file.name] = Crawled(site.paths(), folder / "t.db", f"case-{number}")
    return found


@pytest.mark.parametrize("file", cases("crawl"), ids=lambda file: file.name)
def test_crawls(file: Path, crawled: Mapping[str, Crawled]) -> None:
    case, (asked, db, slug) = expected(file), crawled[file.name]
    assert asked or "asked_lacks" in case
    assert not set(asked) & set(case.get("asked_lacks", ()))
    assert set(asked) >= set(case.get("asked_has", ()))
    if "sql" in case:
        with closing(sqlite3.connect(db)) as connection:
            for table in ("articles", "pages"):
                # A case's SQL takes the file to hold its outlet alone.
                connection.execute(
                    f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE outlet ="
                    f" (SELECT id FROM outlets WHERE slug = '{slug}')"
                )
            assert [list(row) for row in connection.execute(case["sql"])] in case["want_any"]


def _answer(reply: Mapping[str, Any], base: str) -> Any:
    if "unless_cookie" in reply:
        cookie = reply["unless_cookie"]
        return lambda headers: _reply(
            reply["then"] if cookie in headers.get("cookie", "") else reply, base
        )
    return _reply(reply, base)


def _reply(reply: Mapping[str, Any], base: str) -> Reply:
    body: str | bytes = reply.get("body", "").replace("{base}", base)
    if "body_b64" in reply:
        body = base64.b64decode(reply["body_b64"]).replace(b"{base}", base.encode())
    headers = {name: str(value).replace("{base}", base)
               for name, value in reply.get("headers", {}).items()}  # fmt: skip
    return Reply(body, reply.get("status", 200), headers, reply.get("kind", Reply().kind))
