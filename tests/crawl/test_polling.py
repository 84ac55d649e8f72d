"""When sources and articles are asked again, and what is not asked at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import polling
from crawler.clock import utc
from tests.conftest import newsloom
from tests.crawl.site import WORDS, Reply, Site, feed, item, page


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


def crawl(folder: Path, *arguments: object) -> CompletedProcess[str]:
    return newsloom(
        "--db", folder / "t.db", "crawl", "--allow-private", "--no-group", "--only",
        "--outlets", folder / "outlets", *arguments,
    )  # fmt: skip


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "t.db")
    rows = connection.execute(sql).fetchall()
    connection.commit()
    connection.close()
    return rows


@given(st.floats(0, 1e4), st.integers(0, 500), st.floats(0.01, 1e4))
def test_a_rate_lies_between_what_was_known_and_what_was_seen(
    rate: float, new: int, hours: float
) -> None:
    found = polling.rate_after(rate, new=new, hours=hours)
    assert found is not None
    assert min(rate, new / hours) - 1e-9 <= found <= max(rate, new / hours) + 1e-9


@given(st.none() | st.floats(0, 1e6), st.integers(0, 500))
def test_a_wait_is_bounded(rate: float | None, listed: int) -> None:
    assert polling.SHORTEST <= polling.until_news(rate, listed=listed) <= polling.LONGEST


def test_a_source_that_brings_an_article_an_hour_is_asked_each_hour() -> None:
    rate: float | None = None
    for _ in range(100):
        rate = polling.rate_after(rate, new=1, hours=1)
    assert polling.until_news(rate, listed=30) == timedelta(hours=1)
    for _ in range(24 * 7):
        rate = polling.rate_after(rate, new=0, hours=1)
    assert polling.until_news(rate, listed=30) == polling.LONGEST


def test_one_quiet_quarter_of_an_hour_says_little() -> None:
    rate = polling.rate_after(None, new=0, hours=0.25)
    assert polling.until_news(rate, listed=30) < timedelta(hours=2)


def test_failures_double_the_wait() -> None:
    waits = [polling.after_failure(n, passing=False) for n in (1, 2, 3, 50)]
    assert waits == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(days=7)]
    assert polling.after_failure(10_000, passing=True) == timedelta(days=1)


def test_the_same_feed_under_two_addresses_is_asked_once(site: Site, tmp_path: Path) -> None:
    site["/a.xml"] = site["/b.xml"] = feed(item(site.url("/1")))
    site["/1"] = page("A bridge is closed")
    site.describe(tmp_path / "outlets", feeds=["/a.xml", "/b.xml"])
    crawl(tmp_path)
    site.paths()
    # The one that answered first.
    ((url,),) = ask(tmp_path, "SELECT url FROM sources WHERE same_as IS NULL")
    first = "/" + str(url).rpartition("/")[2]
    (other,) = {"/a.xml", "/b.xml"} - {first}
    ask(tmp_path, f"UPDATE sources SET due_at = NULL WHERE url = '{url}'")
    crawl(tmp_path)
    assert site.paths() == [first]
    plan = newsloom("--db", tmp_path / "t.db", "crawl", "--dry-run", "--json", "--only",
                    "--outlets", tmp_path / "outlets")  # fmt: skip
    assert all(row["due_at"] for row in json.loads(plan.stdout))
    # The one that was asked fails for good: the other is asked again.
    site[first] = Reply(status=410)
    ask(tmp_path, f"UPDATE sources SET due_at = NULL WHERE url = '{url}'")
    crawl(tmp_path)
    site.paths()
    crawl(tmp_path)
    assert site.paths() == [other]


def test_the_same_bytes_are_not_read_again_and_a_new_address_is_remembered(
    site: Site, tmp_path: Path
) -> None:
    site["/old.xml"] = Reply(status=301, headers={"Location": site.url("/new.xml")})
    site["/new.xml"] = feed(item(site.url("/1")))
    site["/1"] = page("A bridge is closed")
    site.describe(tmp_path / "outlets", feeds=["/old.xml"])
    crawl(tmp_path)
    site.paths()
    crawl(tmp_path, "--now")
    assert site.paths() == ["/new.xml"]
    assert ask(tmp_path, "SELECT outcome FROM fetches") == [("read",), ("unchanged",)]
    # Where it was sent is gone: the address of the description counts again.
    site["/new.xml"] = Reply(status=404)
    site["/old.xml"] = feed(item(site.url("/1")), item(site.url("/2")))
    crawl(tmp_path, "--now")
    site.paths()
    crawl(tmp_path, "--now")
    assert site.paths()[0] == "/old.xml"


def test_a_temporary_redirect_is_not_remembered(site: Site, tmp_path: Path) -> None:
    site["/old.xml"] = Reply(status=302, headers={"Location": site.url("/new.xml")})
    site["/new.xml"] = feed(item(site.url("/1")))
    site.describe(tmp_path / "outlets", feeds=["/old.xml"])
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT moved_to FROM sources") == [(None,)]


def test_failing_sources_are_asked_more_rarely(site: Site, tmp_path: Path) -> None:
    site["/feed.xml"] = Reply("<html>no feed</html>")
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    assert crawl(tmp_path).returncode == 4
    site.paths()
    assert crawl(tmp_path).returncode == 0
    assert site.paths() == []
    ((hours, failures),) = ask(
        tmp_path,
        "SELECT round(24 * (julianday(due_at) - julianday(f.at)), 1), failures FROM sources s"
        " JOIN fetches f ON f.source = s.id",
    )
    assert (hours, failures) == (1.0, 1)


def test_a_sitemap_that_has_not_changed_by_its_index_is_left_alone(
    site: Site, tmp_path: Path
) -> None:
    def index(*rows: tuple[str, str]) -> Reply:
        entries = "".join(
            f"<sitemap><loc>{site.url(path)}</loc><lastmod>{at}</lastmod></sitemap>"
            for path, at in rows
        )
        return Reply(f"<sitemapindex>{entries}</sitemapindex>", kind="application/xml")

    urls = "<urlset><url><loc>{}</loc></url></urlset>"
    site["/index.xml"] = index(("/old.xml", "2022-01-01"), ("/now.xml", "2022-01-01"))
    site["/old.xml"] = Reply(urls.format(site.url("/1")), kind="application/xml")
    site["/now.xml"] = Reply(urls.format(site.url("/2")), kind="application/xml")
    site["/1"], site["/2"] = page("One bridge"), page("Another bridge")
    site.describe(tmp_path / "outlets", sitemaps=["/index.xml"])
    crawl(tmp_path)
    ask(tmp_path, "UPDATE sources SET due_at = NULL")
    site["/index.xml"] = index(("/old.xml", "2022-01-01"), ("/now.xml", "2100-01-01"))
    site.paths()
    crawl(tmp_path)
    assert site.paths() == ["/index.xml", "/now.xml"]
    # A day has no hour, and an index may forget: a change of these days counts, and so does a week.
    today = utc(datetime.now(UTC))[:10]
    for change in (
        f"UPDATE sources SET due_at = NULL /* {today} */",
        "UPDATE sources SET due_at = NULL, polled_at = '2022-03-01T00:00:00Z'",
    ):
        ask(tmp_path, change)
        day = today if today in change else "2022-01-01"
        site["/index.xml"] = index(("/old.xml", day))
        crawl(tmp_path)
        assert site.paths() == ["/index.xml", "/old.xml"]


def test_what_since_left_out_is_read_by_a_later_crawl(site: Site, tmp_path: Path) -> None:
    site["/index.xml"] = Reply(
        f"<sitemapindex><sitemap><loc>{site.url('/a.xml')}</loc><lastmod>2022-01-05</lastmod>"
        "</sitemap></sitemapindex>"
    )
    site["/a.xml"] = Reply(
        "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
        + "".join(
            f"<url><loc>{site.url(f'/{day}')}</loc><n:news><n:publication_date>2022-01-0{day}"
            "</n:publication_date></n:news></url>"
            for day in (1, 5)
        )
        + "</urlset>"
    )
    site.describe(tmp_path / "outlets", sitemaps=["/index.xml"])
    crawl(tmp_path, "--since", "2022-01-03")
    ask(tmp_path, "UPDATE sources SET due_at = NULL")
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT count(*) FROM pages") == [(2,)]


def test_a_new_address_that_is_gone_does_not_retire_the_old_one(site: Site, tmp_path: Path) -> None:
    site["/old.xml"] = Reply(status=301, headers={"Location": site.url("/new.xml")})
    site["/new.xml"] = feed(item(site.url("/1")))
    site.describe(tmp_path / "outlets", feeds=["/old.xml"])
    crawl(tmp_path)
    site["/new.xml"] = Reply(status=410)
    crawl(tmp_path, "--now")
    assert ask(tmp_path, "SELECT moved_to, retired_at FROM sources") == [(None, None)]
    site["/old.xml"] = Reply(status=410)
    assert crawl(tmp_path, "--now").returncode == 4
    site.paths()
    crawl(tmp_path, "--now")
    assert site.paths() == []


def test_one_dead_feed_among_those_not_due_is_not_all(site: Site, tmp_path: Path) -> None:
    site["/feed.xml"] = feed(item(site.url("/1")))
    site.describe(tmp_path / "outlets", feeds=["/feed.xml", "/dead.xml"])
    assert crawl(tmp_path).returncode == 3
    ask(tmp_path, "UPDATE sources SET due_at = NULL WHERE failures > 0")
    assert crawl(tmp_path).returncode == 3


def test_the_second_source_of_a_page_says_what_the_first_did_not(
    site: Site, tmp_path: Path
) -> None:
    body = f"<description><![CDATA[<p>{WORDS}</p><p>{WORDS[::-1]}</p>]]></description>"
    site["/bare.xml"] = feed(f"<item><link>{site.url('/1')}</link></item>")
    site["/full.xml"] = feed(item(site.url("/1"), "A bridge", more=body))
    site["/1"] = Reply(status=403)
    # Whether the page is asked for before the second feed is read, or after.
    site.describe(tmp_path / "outlets", feeds=["/bare.xml"])
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT state FROM pages") == [("rejected",)]
    site.describe(tmp_path / "outlets", feeds=["/bare.xml", "/full.xml"])
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT title, text_from FROM articles") == [("A bridge", "feed")]
    (tmp_path / "t.db").unlink()
    for _ in range(2):
        crawl(tmp_path)
        ask(tmp_path, "UPDATE pages SET due_at = NULL")
    assert ask(tmp_path, "SELECT title, text_from FROM articles") == [("A bridge", "feed")]


def test_a_missed_window_is_known(site: Site, tmp_path: Path) -> None:
    date = "<pubDate>Mon, 05 Jan 2099 10:00:00 GMT</pubDate>"
    site["/feed.xml"] = feed(item(site.url("/1")))
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    crawl(tmp_path)
    ask(tmp_path, "UPDATE sources SET polled_at = '2026-01-01T00:00:00Z'")
    site["/feed.xml"] = feed(item(site.url("/7"), more=date.replace("2099", "2026")))
    crawl(tmp_path, "--now")
    assert ask(tmp_path, "SELECT gap_seconds FROM fetches") == [(None,), (4 * 86_400 + 36_000,)]
    assert ask(tmp_path, "SELECT sum(gaps), sum(gap_seconds) FROM outlet_day") == [(1, 381_600)]


def test_articles_of_the_last_days_are_fetched_again(site: Site, tmp_path: Path) -> None:
    site["/feed.xml"] = feed(item(site.url("/1")))

    def conditional(headers: dict[str, str]) -> Reply:
        if headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        return page("A bridge is closed")._replace(headers={"ETag": '"1"'})

    site["/1"] = conditional  # type: ignore[assignment]
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    crawl(tmp_path)
    (revisit,) = ask(
        tmp_path,
        "SELECT round(24 * (julianday(revisit_at) - julianday(first_seen_at)), 1)"
        " FROM pages p JOIN articles a ON a.page = p.id",
    )
    assert revisit == (1.0,)
    ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z'")
    site.paths()
    done = crawl(tmp_path)
    assert site.paths() == ["/1"]
    assert "nothing new" in done.stdout
    assert ask(tmp_path, "SELECT state, revisit_at > '2026-01-02' FROM pages") == [("article", 1)]

    site["/1"] = page("A bridge is open again")
    ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z'")
    crawl(tmp_path, "--no-revisits")
    assert site.paths() == []
    assert "1 revised" in crawl(tmp_path).stdout
    # An old article is not looked at again: its ages have passed.
    ask(tmp_path, "UPDATE articles SET published_at = '2022-01-01T00:00:00Z'")
    ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z'")
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT revisit_at FROM pages") == [(None,)]


def test_an_outlet_may_ask_not_to_be_revisited(site: Site, tmp_path: Path) -> None:
    site["/feed.xml"] = feed(item(site.url("/1")))
    site["/1"] = page("A bridge is closed")
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"], revisits=[])
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT revisit_at FROM pages") == [(None,)]
    (tmp_path / "t.db").unlink()
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    site["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 0.1\n", kind="text/plain")
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT revisit_at FROM pages") == [(None,)]


def test_the_text_of_a_feed_stands_in_for_a_page_that_cannot_be_read(
    site: Site, tmp_path: Path
) -> None:
    body = f"<description><![CDATA[<p>{WORDS}</p><p>{WORDS[::-1]}</p>]]></description>"
    site["/feed.xml"] = feed(
        *(item(site.url(f"/{n}"), f"Bridge {n}", more=body) for n in (1, 2, 3)),
        item(site.url("/4"), "Bridge 4", more="<description>A teaser.</description>"),
    )
    site["/1"] = Reply(status=403)
    site["/2"] = Reply(status=410)
    site["/3"] = page("Bridge 3 from its page")
    site["/4"] = Reply(status=403)
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    crawl(tmp_path)
    rows = ask(
        tmp_path,
        "SELECT p.state, p.reason, a.title, a.text_from, a.language, p.text FROM pages p"
        " LEFT JOIN articles a ON a.page = p.id ORDER BY p.id",
    )
    assert rows[0] == ("article", "http-403", "Bridge 1", "feed", "en", None)
    assert rows[1][:3] == ("rejected", "http-410", None)
    assert rows[2] == ("article", None, "Bridge 3 from its page", "page", "en", None)
    assert rows[3][:3] == ("rejected", "http-403", None)


def test_a_page_that_may_be_read_later_is_tried_again(site: Site, tmp_path: Path) -> None:
    body = f"<description><![CDATA[<p>{WORDS}</p><p>{WORDS[::-1]}</p>]]></description>"
    site["/feed.xml"] = feed(item(site.url("/1"), "Bridge 1", more=body))
    site["/1"] = Reply(status=500)
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    for _ in range(3):
        crawl(tmp_path)
        ask(tmp_path, "UPDATE pages SET due_at = NULL")
    assert ask(tmp_path, "SELECT text_from FROM articles") == [("feed",)]
    ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z' WHERE revisit_at > ''")
    site["/1"] = page("Bridge 1 from its page")
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT title, text_from FROM articles") == [
        ("Bridge 1 from its page", "page")
    ]
    # The outlet changed nothing.
    assert ask(tmp_path, "SELECT ours FROM revisions") == [(1,)]


def test_reservations_are_recorded(site: Site, tmp_path: Path) -> None:
    site["/feed.xml"] = feed(*(item(site.url(f"/{n}")) for n in (1, 2, 3)))
    site["/1"] = page("One bridge")._replace(headers={"TDM-Reservation": "1"})
    site["/2"] = page("Two bridges", head="<meta name=robots content='index, noai'>")
    site["/3"] = page("Three bridges", head="<meta name=tdm-reservation content=0>")
    site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT reserved FROM articles ORDER BY url") == [
        ("header tdm-reservation: 1",), ("meta robots: noai",), (None,),
    ]  # fmt: skip
    ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z'")
    site["/1"] = page("One bridge")
    site["/3"] = page("Three bridges")._replace(headers={"TDM-Reservation": "1"})
    crawl(tmp_path)
    assert ask(tmp_path, "SELECT reserved FROM articles ORDER BY url") == [
        (None,), ("meta robots: noai",), ("header tdm-reservation: 1",),
    ]  # fmt: skip
