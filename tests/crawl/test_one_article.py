"""A crawl of outlets whose pages claim other addresses, or stand under several."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import newsloom
from tests.crawl.site import Site, feed, item, page


def text(n: int) -> str:
    draw = random.Random(n)
    return " ".join(f"word{draw.randrange(10_000)} boats" for _ in range(60)) + "."


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{path}">'


Pages = Mapping[str, tuple[int, str]]
"""number of the text and what the head says, by path"""
CASES: Mapping[str, tuple[Pages, set[str]]] = {
    "all name the newest": (
        {f"/n/{n}": (n, canonical("/n/1")) for n in (1, 2, 3, 4)},
        {"/n/1", "/n/2", "/n/3", "/n/4"},
    ),
    "each names the next": (
        {f"/n/{n}": (n, canonical(f"/n/{n + 1}")) for n in (1, 2, 3)},
        {"/n/1", "/n/2", "/n/3", "/n/4"},
    ),
    "a section without a slash": (
        {f"/sport/x{n}": (n, canonical("/sport")) for n in (1, 2, 3)},
        {"/sport/x1", "/sport/x2", "/sport/x3"},
    ),
    "a base and a section": (
        {f"/de/x{n}": (n, '<base href="/de/">' + canonical(".")) for n in (1, 2, 3)},
        {"/de/x1", "/de/x2", "/de/x3"},
    ),
    "one page, a right canonical": (
        {"/n/1": (1, ""), "/print/1": (1, canonical("/n/1")), "/n/1?utm=x": (1, canonical("/n/1"))},
        {"/n/1"},
    ),
    "slash, file and campaigns": (
        {"/n/1.html": (1, ""), "/n/1": (1, ""), "/n/1/": (1, ""), "/n/1?from=mail": (1, ""),
         "/n/1?from=feed&x=y": (1, ""), "/amp/n/1": (1, "")},
        {"/n/1.html"},
    ),
    "articles that differ by a parameter": (
        {"/n?id=901": (1, ""), "/n?id=902": (2, ""), "/n?id=903": (3, "")},
        {"/n?id=901", "/n?id=902", "/n?id=903"},
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_text_is_one_article(name: str, tmp_path: Path) -> None:
    pages, expected = CASES[name]
    with Site() as site:
        site["/feed"] = feed(*(item(site.url(path.replace("&", "&amp;"))) for path in pages))
        for path, (n, head) in pages.items():
            site[path] = page(f"Story of the boats {n}", text(n), head=head)
        site.describe(tmp_path / "outlets", feeds=["/feed"])
        newsloom(
            "--db", tmp_path / "t.db", "crawl", "--no-bundled", "--outlets", tmp_path / "outlets",
            "--now", "--allow-private", "--workers", "1", "--contact", "https://example.org",
        )  # fmt: skip
        base = site.url("")
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        found = connection.execute("SELECT url, title FROM articles").fetchall()
        pending = connection.execute("SELECT count(*) FROM pages WHERE state = 'pending'")
        assert pending.fetchone() == (0,)
    assert len(found) == len({title for _, title in found}) == len({n for n, _ in pages.values()})
    assert {url.removeprefix(base) for url, _ in found} <= expected
