"""Which of a page's times is its publication: `page_times.jsonl` has a page and its day a line.

`head` goes into the head, `before` and `after` beside the article, `top` between headline and text,
`tail` behind the text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.parsing.dates import moment
from crawler.parsing.page.statements import PageStatements
from crawler.parsing.page.times import Times, read_times
from crawler.parsing.page.tree import parse_page
from crawler.types import Listing, Moment

NOW = "2026-11-01T00:00:00Z"
SENTENCE = "The harbour master said that ferries would again cross the river from the old quay. "


def cases() -> list[dict[str, Any]]:
    lines = (Path(__file__).with_name("page_times.jsonl")).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def times_of(case: dict[str, Any], listed: Moment | None = None) -> Times:
    part = {name: case.get(name, "") for name in ("head", "top", "before", "after", "tail")}
    html = (
        f"<html lang={case.get('lang', 'en')}><head><meta charset=utf-8>"
        f"<title>Ferries cross the river again</title>{part['head']}</head>"
        f"<body><nav><a href=/>Home</a></nav>{part['before']}"
        f"<article><h1>Ferries cross the river again</h1>{part['top']}"
        f"{f'<p>{SENTENCE * 2}</p>' * 5}{part['tail']}</article>{part['after']}</body></html>"
    )
    url = case.get("url", "https://www.gazette.example/news/a")
    statements = PageStatements.read(parse_page(html.encode(), content_type="text/html"))
    return read_times(statements, url=url, listing=Listing(url=url, published=listed), now=NOW)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_the_publication_of_a_page(case: dict[str, Any]) -> None:
    found, want = times_of(case), case["want"]
    at = found.published.at if found.published else None
    assert at == (f"{want}T00:00:00Z" if want and len(want) == 10 else want)
    assert case.get("doubt", "") in (found.doubt or "")
    if "modified" in case:
        assert found.modified_at == case["modified"]


def test_the_feeds_time_decides_which_part_is_the_month_and_has_the_zone() -> None:
    stated = '<meta property="article:published_time" content="10/01/2022 09:00">'
    found = times_of({"head": stated}, moment("2022-10-01T09:00:00+08:00", source="feed"))
    assert found.published is not None
    assert found.published.at == "2022-10-01T01:00:00Z"
