"""Pages of an outlet, recorded with other words, and what is extracted from them.

When an outlet changes how it builds its pages, record them again. When Newsloom extracts something
else from them, `tests/quality/test_recorded.py` fails.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.errors import ExtractError
from crawler.outlets.descriptions import load_outlet
from crawler.outlets.scrub import scrub
from crawler.outlets.toml import as_toml
from crawler.output.files import folder_for_writing, writing
from crawler.parsing.page.extract import extract
from crawler.types import Fetched, Listing, Outlet, Page

EXPECTED = "expected.json"
_SHOWN = (
    "url", "title", "authors", "language", "published", "published_doubt", "modified_at", "section",
    "tags", "image", "paywalled", "credits", "reserved", "text",
)  # fmt: skip


def record_pages(pages: list[Fetched], outlet: Outlet, folder: Path) -> list[Path]:
    """Write pages, scrubbed, with the outlet's description and what is extracted from them.

    Raises ExtractError for a page that is none.
    """
    folder_for_writing(folder)
    _write(folder / f"{outlet.slug}.toml", as_toml(outlet).encode())
    written, expected = [], {}
    for number, page in enumerate(pages, start=1):
        file = folder / f"{number}.html"
        _write(file, scrub(page.body, content_type=page.content_type))
        written.append(file)
        expected[file.name] = article_fields(file, page.url, outlet, at=page.at)
    text = json.dumps(expected, ensure_ascii=False, indent=2)
    _write(folder / EXPECTED, f"{text}\n".encode())
    return written


def _write(file: Path, content: bytes) -> None:
    with writing(file) as output:
        output.write(content)


def differences(folder: Path) -> list[str]:
    """Differences between what is expected of a recorded outlet and what is extracted now."""
    (description,) = folder.glob("*.toml")
    outlet = load_outlet(description)
    found = []
    for name, expected in json.loads((folder / EXPECTED).read_text("utf-8")).items():
        url, at = expected["fetched_from"], expected["fetched_at"]
        now = article_fields(folder / name, url, outlet, at=at)
        found += [
            f"{name}: {key} was {expected.get(key)!r}, is {now.get(key)!r}"
            for key in sorted(expected.keys() | now.keys())
            if expected.get(key) != now.get(key)
        ]
    return found


def article_fields(file: Path, url: str, outlet: Outlet, *, at: str) -> dict[str, Any]:
    """Fields of the article on a recorded page that was fetched from `url`, as JSON has them."""
    listing = Listing(url=url)
    page = Page(id=1, url=url, outlet=outlet.slug, attempts=0, listing=listing, stands_for=1)
    fetched = Fetched(
        page=page, url=url, status=200, content_type="text/html; charset=utf-8",
        body=file.read_bytes(), at=at,
    )  # fmt: skip
    exchange = {"fetched_from": url, "fetched_at": at}
    try:
        article = asdict(extract(fetched, outlet))
    except ExtractError as error:
        return exchange | {"rejected": error.reason}
    if article["published"] is not None:
        del article["published"]["offset"]  # `raw` says it, and records from before have none
    shown = {key: article[key] for key in _SHOWN if article[key] not in (None, (), "")}
    plain: dict[str, Any] = json.loads(json.dumps(exchange | shown))
    return plain
