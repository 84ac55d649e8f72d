"""Figures of the desk in a browser: an axis of time has room for what happened."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW
from tests.web.conftest import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXT = " ".join(
    f"The harbour master of Port Wrangel said on day {n} that ferry {n + 7} could not leave pier"
    f" {n * 3} before the storm over the northern strait had passed the lighthouse."
    for n in range(12)
)


@pytest.fixture(scope="module")
def reprinted(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Iterator[Served]:
    """A text that five outlets ran in one morning, and a sixth two years later."""
    db = tmp_path_factory.mktemp("plots") / "reprinted.db"
    store = open_store(db)
    times = [f"2022-01-05T{hour:02}:00:00Z" for hour in range(6, 11)] + ["2024-03-09T12:00:00Z"]
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        for n, at in enumerate(times):
            article = Article(
                url=f"https://outlet{n}.example/ferry", outlet="", title="Storm stops ferries",
                text=TEXT, language="en",
                published=Moment(at=at, precision=Precision.SECOND, source="feed", raw=""),
            )  # fmt: skip
            outlet = store.outlets.ensure(f"outlet{n}")
            store.articles.save(article, outlet=outlet, run=1, now=NOW)
    group(store, run=1, now=NOW)
    store.close()
    with serving(db) as desk:
        yield desk


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [1200, 390])
def test_one_late_print_does_not_squeeze_the_others(
    reprinted: Served, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{reprinted.address}/story/1")
    figure = page.locator("figure[data-plot=timeline]")
    dots = figure.locator("svg a circle")
    dots.first.wait_for()
    centres = [float(dot.get_attribute("cx") or "nan") for dot in dots.all()]
    assert centres == sorted(centres)
    assert len(centres) == 6
    morning = [after - before for before, after in pairwise(centres[:5])]
    assert min(morning) > width / 40
    assert max(morning) - min(morning) < 1
    drawn = figure.locator(".drawing").inner_text()
    assert "2022" in drawn
    assert "2024" in drawn
    assert "a long time without articles" in drawn
    assert "but for 1 article published more than six days from the others" in (
        page.locator("main p.facts").first.inner_text()
    )


def test_an_axis_of_one_day_has_no_break(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/")
    figure = page.locator("figure[data-plot=hours]")
    figure.locator("svg").first.wait_for()
    assert "a long time" not in figure.inner_text()
    assert "Jan 2022" in figure.inner_text()
