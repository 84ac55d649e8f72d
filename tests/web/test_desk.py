"""The web desk in a real browser, over the town's store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler.store import open_store
from crawler.types import ArticleFilter, Delivery, WatchedEvent, Way
from crawler.watching.look import look
from tests.conftest import NOW, ask, newsloom
from tests.store.told import Told
from tests.web.conftest import Served, serving
from tests.web.test_guards import get

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PAGES = (
    "/", "/stories", "/stories?events=1", "/stories?language=de&min_outlets=2", "/story/{story}",
    "/article/{article}", "/article/{carrier}",
    "/article/{changed}", "/compare/{article}/{copy}", "/compare/{article}/{changed}", "/outlets",
    "/outlet/meridian", "/outlet/daily-lantern", "/network", "/search", "/search?words=almaty",
    "/search?words=almaty&outlet=meridian", "/network?since=2022-01-10", "/story/99999",
    "/stories?words=almaty&outlet=meridian&outlet=eurowire&country=KZ&agency=1", "/search?words=(x",
    "/outlets?language=de", "/overrides", "/topics", "/watches",
    "/topic/unrest", "/topic/unrest?measure=share&language=en", "/topic/99999",
    "/store", "/store?_show_hidden=1", "/store/article_overview", "/store/story_life?_sort=story",
    "/store/articles?_facet=outlet&_facet=language&language__exact=en&_search=almaty",
    "/store/memberships", "/store/signatures", "/store/articles/{article}", "/store/nosuch",
    "/store/article_overview?outlet__exact=nobody",
    "/topic/unrest/beside",
    "/topic/unrest/beside?one_outlet=meridian&two_outlet=eurowire&two_since=2022-01-06",
)  # fmt: skip


def numbers(db: Path) -> dict[str, int]:
    """Articles and stories that have something to show."""
    connection = sqlite3.connect(db)
    story = connection.execute("SELECT id FROM stories ORDER BY outlets DESC, id").fetchone()[0]
    article, copy = connection.execute(
        "SELECT earlier_article, later_article FROM copy_pairs WHERE containment < 0.99"
        " ORDER BY jaccard DESC LIMIT 1"
    ).fetchone()
    changed = connection.execute("SELECT article FROM headline_changes").fetchone()[0]
    carrier = connection.execute(
        "SELECT article FROM credits WHERE via = 'copy' ORDER BY confidence LIMIT 1"
    ).fetchone()[0]
    connection.close()
    return {
        "story": story, "article": article, "copy": copy, "changed": changed, "carrier": carrier,
    }  # fmt: skip


def follow(link: Locator) -> None:
    """Click, and wait until the page it leads to is whole."""
    with link.page.expect_navigation():
        link.click()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test for anything said on the console."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    # That a page is not there is said by the browser itself.
    assert [line for line in said if "with a status of 4" not in line] == []


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_every_page_loads_fits_and_can_be_read_by_all(
    served: Served, page: Page, scheme: Any, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    known = numbers(served.db)
    for path in PAGES:
        answer = page.goto(served.address + path.format(**known))
        assert answer is not None
        refused = (
            404 if "99999" in path or "nosuch" in path else 400 if path.endswith("=(x") else 200
        )
        assert answer.status == refused, path
        drawn = page.locator("figure[data-plot]")
        for n in range(drawn.count()):
            drawn.nth(n).locator(".drawing svg").first.wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (path, wide)
        faults = [
            (path, fault["id"], [node["html"][:200] for node in fault["nodes"]])
            for fault in Axe().run(page).response["violations"]
        ]
        assert faults == []
    # No request leaves the machine.
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {
        served.address.removeprefix("http://")
    }


def test_pages_of_sql_can_be_read_by_all(served: Served, page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    query = "select+*+from+articles+where+outlet=:outlet+limit+5"
    page.set_viewport_size({"width": 390, "height": 900})
    with serving(served.db, "--sql") as desk:
        for path in ("/store", f"/store?sql={query}&outlet=1", "/store?sql=select+nosuch"):
            page.goto(desk.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            assert Axe().run(page).response["violations"] == [], path


def test_from_today_to_a_copy_and_back_by_links(served: Served, page: Page) -> None:
    page.goto(served.address)
    follow(page.get_by_role("link", name="Protesters storm mayor's office in Almaty"))
    # How many told it depends a little on the order in which the crawl brought the articles.
    number = int(page.url.rpartition("/")[2])
    ((outlets,),) = ask(served.db, f"SELECT outlets FROM stories WHERE id = {number}")
    assert outlets >= 5
    assert f"{outlets} outlets" in page.locator("main").inner_text()
    follow(page.get_by_role("link", name="compare").first)
    assert page.locator("main mark").count() > 1
    assert "Copies" in page.locator(".verdict").inner_text()
    follow(page.locator(".pair h2 a").first)
    assert page.get_by_role("heading", name="Fields and their origin").is_visible()
    follow(page.get_by_role("link", name="story", exact=False).first)
    assert "/story/" in page.url


def test_what_an_outlet_changed_is_in_colour(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/article/{numbers(served.db)['changed']}")
    change = page.locator("section", has=page.get_by_role("heading", name="Changed, seen"))
    assert change.locator("del").first.inner_text()
    assert change.locator("ins").first.inner_text()


def test_the_words_of_an_agency_are_marked_and_explained(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/article/{numbers(served.db)['carrier']}")
    marked = page.locator("div.text mark.agency")
    assert len(marked.first.inner_text().split()) >= 5
    # Those who cannot see it are told where it begins and ends, and whose it is.
    assert marked.first.locator(".hidden").first.inner_text().startswith("[")
    legend = page.locator("p.legend").inner_text()
    assert "a text of the agency itself" in legend
    follow(page.locator("p.legend a").first)
    # The agency's own words are all its own.
    assert page.locator("mark.agency").count() == 0


def test_search_by_keyboard_and_narrowed_by_facets(served: Served, page: Page) -> None:
    page.goto(served.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Search all articles").focus()
    page.keyboard.type("almaty airport")
    with page.expect_navigation(url="**/search?words=almaty+airport"):
        page.keyboard.press("Enter")
    texts = page.locator("ol.stories > li").count()
    follow(page.get_by_role("link", name="A row for each copy"))
    everything = page.locator("ol.stories > li").count()
    assert texts < everything
    follow(page.locator("aside a").first)
    assert 0 < page.locator("ol.stories > li").count() < everything
    follow(page.get_by_role("link", name="any outlet"))
    assert page.locator("ol.stories > li").count() == everything
    assert page.locator("mark").count() > 0


def test_stories_can_be_filtered(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/stories")
    page.get_by_label("language").fill("zh")
    follow(page.get_by_role("button", name="Show"))
    shown = page.locator("ol.stories > li")
    assert shown.count() > 0
    assert all("zh" in text for text in shown.all_inner_texts())
    page.goto(f"{served.address}/stories?since=yesterdayish")
    assert "write 2022-01-05" in page.locator("main").inner_text()


def test_the_network_leads_to_outlets(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/network")
    follow(page.locator("figure svg a", has_text="meridian"))
    assert page.url.endswith("/outlet/meridian")
    assert page.get_by_role("heading", name="These outlets ran its texts later").is_visible()


def test_the_network_of_one_story(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/story/{numbers(served.db)['story']}")
    follow(page.get_by_role("link", name="Which outlets ran texts of which others in this story"))
    rows = page.locator("figure table tbody tr")
    inside = rows.count()
    page.goto(f"{served.address}/network")
    assert 0 < inside < rows.count()
    page.goto(f"{served.address}/network?story=99999")
    assert "There is no story 99999" in page.locator("main").inner_text()


def test_plots_are_redrawn_for_a_turned_phone(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{served.address}/network")
    svg = page.locator("figure svg").first
    svg.wait_for()
    narrow = svg.get_attribute("width")
    page.set_viewport_size({"width": 800, "height": 390})
    page.wait_for_function(
        "before => document.querySelector('figure svg').getAttribute('width') !== before",
        arg=narrow,
    )


def test_two_outlets_are_compared_on_the_days_of_the_topic(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/topic/unrest/beside?one_outlet=meridian&two_outlet=eurowire")
    topic = "text || title LIKE '%almaty%' OR text || title LIKE '%kazakh%'"
    for side, outlet in enumerate(("meridian", "eurowire")):
        own, every = ask(
            served.db,
            "SELECT count(*) FILTER (WHERE topical), count(*) FROM (SELECT outlet, day, topical,"
            " min(day) FILTER (WHERE topical) OVER () AS first,"
            " max(day) FILTER (WHERE topical) OVER () AS last FROM (SELECT a.outlet,"
            f" substr(published_at, 1, 10) AS day, {topic} AS topical FROM articles a))"
            f" WHERE outlet = (SELECT id FROM outlets WHERE slug = '{outlet}')"
            " AND day BETWEEN first AND last",
        )[0]
        shown = page.locator(".pair > section").nth(side).locator("dl").inner_text().split("\n")
        assert shown[1::2][:2] == [str(own), str(every)], outlet
    figures = page.locator(".pair figure[data-plot=days]")
    figures.nth(1).locator("svg").wait_for()
    scales = [
        figures.nth(n).locator("svg g text").all_inner_texts() for n in range(figures.count())
    ]
    assert scales[0] == scales[1]


def test_a_topic_that_is_added_meanwhile_is_listed(tmp_path: Path) -> None:
    told = Told(tmp_path / "topics.db")
    told.article("herald", published="2022-01-05T10:00:00Z", text="the ferry")
    told.connection.close()
    with serving(told.path) as desk:
        assert "no topics yet" in get(desk, "/topics")[2]
        assert (
            newsloom("--db", told.path, "topic", "add", "sea", "--words", "ferry").returncode == 0
        )
        assert ">sea</a>" in get(desk, "/topics")[2]


def test_a_watch_has_a_page_and_a_feed(tmp_path: Path) -> None:
    told = Told(tmp_path / "watches.db")
    article = told.article("herald", published="2022-01-05T10:00:00Z", title="<b>The ferry")
    told.connection.execute("UPDATE stories SET title = '<b>The ferry', outlets = 1, articles = 1,"
                            " first_at = '2022-01-05T10:00:00Z', last_at = first_at")  # fmt: skip
    store = open_store(told.path)
    with store.batch():
        wanted = ArticleFilter(outlet=("herald",))
        store.watches.add("sea", WatchedEvent.NEW_STORY, wanted, Delivery(way=Way.FEED), now=NOW)
    told.connection.execute("UPDATE watches SET first_article = 0, last_article = 0")
    told.connection.execute("UPDATE copy_groups SET linked_at = ?", (NOW,))
    assert look(store, run=1, now=NOW).events == 1
    (event,) = store.watches.events(store.watches.get("sea"), limit=9)
    store.close()
    told.connection.close()
    assert article == 1
    with serving(told.path) as desk:
        shown = get(desk, "/watches")[2]
        assert '<a href="/watches/sea.atom">Atom feed</a>' in shown
        assert "New story of 1 outlet: &lt;b&gt;The ferry" in shown
        status, headers, feed = get(desk, "/watches/sea.atom")
        assert status == 200
        assert headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert f"<id>urn:uuid:{event.key}</id>" in feed
        assert f'<link href="{desk.address}/story/1" />' in feed
        assert get(desk, "/watches/lake.atom")[0] == 404


def test_tables_wear_the_desk_s_dress(served: Served, page: Page) -> None:
    page.goto(f"{served.address}/store")
    assert page.locator("header nav [aria-current]").inner_text() == "Tables"
    sections = page.locator("main section h2").all_inner_texts()
    assert sections[:2] == ["Views", "Tables"]
    entry = page.locator(".names div", has=page.get_by_role("link", name="story_timeline"))
    assert "The articles of each story in time order." in entry.inner_text()
    follow(page.get_by_role("link", name="article_overview"))
    page.get_by_text("What the columns hold").click()
    codebook = page.locator("details.codebook")
    assert "Publication time, UTC; NULL when unknown." in codebook.inner_text()
    follow(codebook.get_by_role("link", name="count the values of language"))
    shown = page.locator("main table tbody tr")
    everything = shown.count()
    follow(page.locator(".facets li a", has_text="de"))
    assert 0 < shown.count() < everything
    follow(page.get_by_role("link", name="published_at, sort"))
    follow(page.get_by_role("link", name="published_at, sort descending"))
    column = page.locator("thead th").all_inner_texts().index("published_at ▼") + 1
    times = page.locator(f"tbody td:nth-child({column})").all_inner_texts()
    assert times == sorted(times, reverse=True)
    # A view leads to the pages of the desk, a table to its rows.
    follow(page.locator("tbody td a[href^='/article/']").first)
    assert page.get_by_role("heading", name="Fields and their origin").is_visible()
    page.goto(f"{served.address}/store/articles/1")
    value = page.locator(".names div", has=page.get_by_text("text_hash", exact=True))
    assert "BLAKE2 of headline and body" in value.inner_text()
    page.goto(f"{served.address}/store/story_timeline?story=1")
    assert page.locator("table tbody tr").count() > 0


def test_tables_can_be_narrowed_without_scripts(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/store/articles?_sort_desc=published_at")
    page.get_by_label("search", exact=True).fill("almaty")
    page.get_by_label("column of condition").select_option("language")
    page.get_by_label("value of condition").fill("en")
    follow(page.get_by_role("button", name="Show"))
    ((known,),) = ask(
        served.db,
        "SELECT count(*) FROM articles_fts f JOIN articles a ON a.id = f.rowid"
        " WHERE articles_fts MATCH 'almaty' AND a.language = 'en'",
    )
    assert f"{known} rows" in page.locator("main").inner_text()
    assert page.locator("tbody tr").count() == known > 0
    assert "published_at ▼" in page.locator("thead").inner_text()
    context.close()


def test_figures_can_be_read_without_scripts(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/network")
    page.get_by_text("The figures").click()
    assert page.locator("table tbody tr").first.is_visible()
    context.close()


def test_a_desk_with_nothing_on_it(tmp_path: Path, page: Page) -> None:
    from crawler.store import open_store

    open_store(tmp_path / "empty.db").close()
    with serving(tmp_path / "empty.db") as desk:
        page.goto(desk.address)
        assert "No articles yet" in page.locator("h1").inner_text()
        for path in ("/stories", "/outlets", "/network", "/search?words=x"):
            answer = page.goto(desk.address + path)
            assert answer is not None
            assert answer.status == 200, path
