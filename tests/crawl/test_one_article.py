"""A crawl of outlets whose pages claim other addresses, or stand under several."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import ExitStack

import pytest

from tests.conftest import ask, newsloom
from tests.crawl.site import Site, feed, item, page


def text(n: int) -> str:
    draw = random.Random(n)
    return " ".join(f"word{draw.randrange(10_000)} boats" for _ in range(60)) + "."


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{path}">'


Row = tuple[str, str]
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


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Mapping[str, list[Row]]:
    """Addresses without their host, and titles, of the articles of each case: an outlet each."""
    folder = tmp_path_factory.mktemp("outlets")
    with ExitStack() as open_sites:
        sites = [open_sites.enter_context(Site()) for _ in CASES]
        for number, (site, (pages, _)) in enumerate(zip(sites, CASES.values(), strict=True)):
            site["/feed"] = feed(*(item(site.url(path.replace("&", "&amp;"))) for path in pages))
            for path, (n, head) in pages.items():
                site[path] = page(f"Story of the boats {n}", text(n), head=head)
            site.describe(folder, f"case-{number}", feeds=["/feed"])
        newsloom(
            "--db", folder / "t.db", "crawl", "--only", "--outlets", folder, "--now",
            "--no-group", "--allow-private", "--workers", "1", "--contact", "https://example.org",
        )  # fmt: skip
    assert ask(folder / "t.db", "SELECT count(*) FROM pages WHERE state = 'pending'") == [(0,)]
    of_slug = "WHERE outlet = (SELECT id FROM outlets WHERE slug = 'case-{}')"
    return {
        name: [
            (url.removeprefix(site.url("")), title)
            for url, title in ask(
                folder / "t.db", f"SELECT url, title FROM articles {of_slug.format(number)}"
            )
        ]
        for number, (name, site) in enumerate(zip(CASES, sites, strict=True))
    }


@pytest.mark.parametrize("name", CASES)
def test_each_text_is_one_article(name: str, found: Mapping[str, list[Row]]) -> None:
    (pages, expected), articles = CASES[name], found[name]
    titles = {title for _, title in articles}
    assert len(articles) == len(titles) == len({n for n, _ in pages.values()})
    assert {address for address, _ in articles} <= expected
