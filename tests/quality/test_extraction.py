"""Floors of what is understood of real pages: body, title, day, language."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from typing import Any

import pytest

from crawler.errors import ExtractError
from crawler.parsing.dates import moment
from crawler.parsing.extract import extract
from crawler.types import Article, Fetched, Listing, Outlet, Page
from tests.conftest import rows, shared

AT = "2026-11-01T00:00:00Z"
FLOORS = {"aeb": 0.950, "fundus": 0.946, "l3s_gn1": 0.810}


def understood(name: str, row: dict[str, Any], number: int) -> Article | None:
    url = row.get("url") or f"https://example.org/{name}/{number}"
    page = Page(id=number, url=url, outlet="o", attempts=0, listing=Listing(url=url))
    with gzip.open(shared(f"pages/{row['html']}")) as stream:
        body = stream.read()
    fetched = Fetched(page=page, url=url, status=200, content_type="text/html", body=body, at=AT)
    try:
        return extract(fetched, Outlet(slug="o", name="O"))
    except ExtractError:
        return None


def four_gram_f1(found: str, truth: str) -> float:
    one, two = (
        Counter(zip(*(words[n:] for n in range(4)), strict=False))
        for words in (re.findall(r"\w+", text.lower()) for text in (found, truth))
    )
    return 2 * sum((one & two).values()) / max(sum(one.values()) + sum(two.values()), 1)


@pytest.mark.parametrize("name", FLOORS)
def test_pages(name: str) -> None:
    truth = rows(f"pages/{name}.jsonl.gz")
    found = [understood(name, row, n) for n, row in enumerate(truth)]
    pairs = list(zip(found, truth, strict=True))
    articles = sum(article is not None for article in found) / len(found)
    f1 = sum(four_gram_f1(a.text, t["text"] or "") if a else 0.0 for a, t in pairs) / len(pairs)
    print(f"{name}: articles {articles:.3f} body F1 {f1:.4f}")  # noqa: T201
    assert articles >= 0.94
    assert f1 >= FLOORS[name]
    if name != "fundus":
        return
    title = sum(a is not None and a.title == t["title"] for a, t in pairs) / len(pairs)
    dated = [(a, moment(t["published"], source="truth")) for a, t in pairs if t["published"]]
    days = sum(
        a is not None
        and a.published is not None
        and t is not None
        and a.published.at[:10] == t.at[:10]
        for a, t in dated
    ) / len(dated)
    print(f"{name}: title {title:.3f} day {days:.3f}")  # noqa: T201
    assert title >= 0.78
    assert days >= 0.985
