"""Pages keep up with a store that is written to, and leave to readers what is theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.demo.town import Town
from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW
from tests.web.conftest import Served, serving
from tests.web.test_guards import get

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

WORDS = (
    "harbour bridge closed cracks engineers mayor ferry repairs",
    "parliament budget vote minister taxes pensions coalition",
    "glacier lake flood village rescue helicopters valley",
    "orchestra strike hall conductor wages audience season",
)
EVERY = 10_000
"""Milliseconds between two questions of a page."""


def told(db: Path, *numbers: int) -> None:
    """Articles of as many outlets, by the number of their text, all grouped."""
    store = open_store(db)
    with store.batch():
        run = store.runs.open("test", now=NOW, pid=1)
        for number in numbers:
            text = WORDS[number % len(WORDS)]
            outlet = f"o{number // len(WORDS)}"
            article = Article(
                url=f"https://{outlet}.example/{number}", outlet="", title=text.strip().title(),
                text=" ".join(f"{text} {n} {text[::-1]}" for n in range(9)), language="en",
                published=Moment(
                    at=f"2022-01-05T{number:02}:00:00Z", precision=Precision.SECOND, source="feed",
                    raw="",
                ),
            )  # fmt: skip
            store.articles.save(article, outlet=store.outlets.ensure(outlet), run=run, now=NOW)
    group(store, run=run, now=NOW)
    with store.batch():
        store.runs.close(run, now=NOW, outcome="done", summary={})
    store.close()


@pytest.fixture
def desk(tmp_path: Path, slow: None) -> Iterator[Served]:
    """Three stories: two outlets have the first, one each of the others."""
    told(tmp_path / "live.db", 0, 1, 2, 4)
    with serving(tmp_path / "live.db") as served:
        yield served


def later(page: Page) -> None:
    """Let the time go by after which a page asks, and wait for the answer."""
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.clock.run_for(EVERY)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A small window whose clock the test moves; it fails for anything said on the console."""
    context = browser.new_context(viewport={"width": 700, "height": 300})
    page = context.new_page()
    page.clock.install()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    # A failed request is said by the browser itself.
    assert [line for line in said if "ERR_FAILED" not in line] == []


def asked(page: Page) -> list[int]:
    """Statuses of the answers to what the page asks by itself, as they come."""
    found: list[int] = []

    def take(answer: Response) -> None:
        if answer.request.resource_type == "fetch":
            found.append(answer.status)

    page.on("response", take)
    return found


def test_a_page_of_the_same_store_is_not_made_again(desk: Served) -> None:
    for path in ("/", "/stories", "/story/1", "/network"):
        status, headers, _ = get(desk, path)
        version = headers["etag"]
        assert (status, headers["cache-control"]) == (200, "no-cache"), path
        assert get(desk, path, **{"If-None-Match": version})[::2] == (304, ""), path
    told(desk.db, 5)
    status, headers, body = get(desk, "/stories", **{"If-None-Match": version})
    assert status == 200
    assert headers["etag"] != version
    assert body
    # What was refused, downloads and tables have no version.
    for path in ("/story/99", "/download/articles.csv", "/stories.atom", "/store/articles"):
        assert "etag" not in get(desk, path)[1], path


def test_what_is_new_comes_into_place_and_what_is_the_reader_s_stays(
    desk: Served, page: Page
) -> None:
    page.goto(f"{desk.address}/stories")
    known = page.locator("ol.stories > li")
    assert known.count() == 3
    page.get_by_text("More conditions").click()
    page.get_by_label("words").fill("half a wo")
    last = known.last.locator("a")
    title = last.inner_text()
    last.focus()
    page.evaluate("document.getElementById('story-1').mark = 'the one that was there'")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    before = last.bounding_box()
    answers = asked(page)
    later(page)
    assert answers == [304]
    told(desk.db, 3, 7, 11)  # a story of three outlets, which comes first
    later(page)
    page.locator("ol.stories > li").nth(3).wait_for()
    assert answers == [304, 200]
    assert "3 outlets" in known.first.inner_text()
    assert page.evaluate("document.activeElement.textContent") == title
    assert page.evaluate("document.getElementById('story-1').mark") == "the one that was there"
    assert page.get_by_label("words").input_value() == "half a wo"
    assert page.get_by_label("country").is_visible()
    after = page.locator("ol.stories a", has_text=title).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 3
    later(page)
    assert answers == [304, 200, 304]


def test_a_figure_is_drawn_again_when_its_rows_are_others(desk: Served, page: Page) -> None:
    page.goto(f"{desk.address}/story/1")
    figure = page.locator("figure[data-plot=timeline]")
    figure.locator("svg a").first.wait_for()
    figure.locator("summary").click()
    page.evaluate("document.querySelector('figure[data-plot=timeline] svg').mark = 'the first'")
    marked = "document.querySelector('figure[data-plot=timeline] svg').mark"
    told(desk.db, 7)  # another story
    later(page)
    assert page.evaluate(marked) == "the first"
    told(desk.db, 8)  # a third print of this one
    later(page)
    figure.locator("svg a").nth(2).wait_for()
    assert page.evaluate(marked) is None
    assert figure.locator("table").is_visible()
    assert "3 outlets" in page.locator("p.facts").first.inner_text()


def test_a_decision_that_is_being_written_outlasts_what_is_new(tmp_path: Path, page: Page) -> None:
    told(tmp_path / "edited.db", 0, 1, 4)
    with serving(tmp_path / "edited.db", "--edit") as desk:
        page.goto(f"{desk.address}/story/1")
        tick = page.get_by_label("split off article 1")
        tick.check()
        page.get_by_label("split: ").check()
        page.get_by_role("textbox", name="why").fill("another br")
        told(desk.db, 8)
        later(page)
        page.get_by_text("3 outlets").wait_for()
        assert tick.is_checked()
        assert page.get_by_label("split: ").is_checked()
        assert page.evaluate("document.activeElement.value") == "another br"


def test_a_hidden_tab_asks_nothing_until_it_is_seen(desk: Served, page: Page) -> None:
    page.goto(desk.address)
    answers = asked(page)
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.clock.run_for(10 * EVERY)
    told(desk.db, 3)
    page.clock.run_for(10 * EVERY)
    assert answers == []
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.evaluate(hide, False)
    assert page.locator("ol.stories > li").nth(3).inner_text()
    assert answers == [200]


def test_a_page_outlives_its_desk(desk: Served, page: Page) -> None:
    page.goto(f"{desk.address}/stories")
    page.route("**/*", lambda route: route.abort())
    for _ in range(3):
        with page.expect_event("requestfailed"):
            page.clock.run_for(EVERY)
    page.unroute("**/*")
    told(desk.db, 3)
    later(page)
    page.locator("ol.stories > li").nth(3).wait_for()


def test_articles_of_a_running_crawl_come_in_and_become_stories(tmp_path: Path, page: Page) -> None:
    open_store(tmp_path / "town.db").close()
    seen: set[str] = set()
    with Town() as town, serving(tmp_path / "town.db") as desk:
        outlets = town.describe_outlets(tmp_path / "outlets")
        page.goto(desk.address)
        assert page.locator("h1").inner_text() == "No articles yet"
        answers = asked(page)
        crawl = subprocess.Popen(
            [sys.executable, "-m", "crawler", "--db", desk.db, "crawl", "-q", "--allow-private",
             "--only", "--outlets", outlets],
            env={k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")},
        )  # fmt: skip
        while crawl.poll() is None:
            later(page)
            seen.add(page.locator("h1").inner_text())
        assert crawl.wait() in (0, 3)
        later(page)
        page.locator("ol.stories > li").nth(5).wait_for()
        assert page.locator("h2", has_text="Just in").count() == 0
    assert "No stories yet" in seen
    assert set(answers) <= {200, 304}
