"""How Newsloom behaves where it is a guest."""

from __future__ import annotations

from pathlib import Path

from crawler.parsing.urls import slot
from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl


def robots_asked(site: Site) -> int:
    times = [path for path, _ in site.asked].count("/robots.txt")
    site.asked.clear()
    return times


def test_hosts_of_one_registered_domain_take_turns() -> None:
    assert slot("https://www.bbc.co.uk/a") == slot("http://feeds.bbc.co.uk:80/b") == "bbc.co.uk"
    assert slot("http://127.0.0.1:8000/") == "127.0.0.1"


def test_robots_txt_is_asked_once_a_day(tmp_path: Path) -> None:
    with Site() as site:
        site["/robots.txt"] = Reply("User-agent: *\nDisallow: /no\n", kind="text/plain")
        site["/feed.xml"] = feed(item(site.url("/yes")), item(site.url("/no")))
        site["/yes"] = page("A bridge is closed")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        assert robots_asked(site) == 1
        crawl(tmp_path, "--now")
        assert robots_asked(site) == 0
        assert ask(tmp_path, "SELECT reason FROM pages ORDER BY id") == [(None,), ("robots",)]

        # A day later it is asked again; while it cannot be reached, what it said holds.
        ask(tmp_path, "UPDATE robots SET fetched_at = datetime('now', '-2 days')")
        site["/robots.txt"] = Reply(status=503)
        assert crawl(tmp_path, "--now").returncode == 0
        assert robots_asked(site) >= 1
        # After a month it holds no more: what cannot be read forbids all.
        ask(tmp_path, "UPDATE robots SET fetched_at = datetime('now', '-31 days')")
        assert crawl(tmp_path, "--now").returncode == 4
        assert ask(tmp_path, "SELECT reason FROM fetches ORDER BY id DESC LIMIT 1") == [
            ("robots-unreachable",)
        ]


def test_stored_rules_hold_with_the_mark_that_earlier_versions_left(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        ask(tmp_path, "UPDATE robots SET rules = char(65279) || 'User-agent: *\nDisallow: /'")
        assert crawl(tmp_path, "--now").returncode == 4
        assert ask(tmp_path, "SELECT reason FROM fetches ORDER BY id DESC LIMIT 1") == [("robots",)]


def test_rules_from_a_clock_that_was_ahead_are_asked_for_again(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        ask(tmp_path, "UPDATE robots SET fetched_at = '2099-01-01T00:00:00Z'")
        site.asked.clear()
        crawl(tmp_path, "--now")
        assert robots_asked(site) == 1


def test_a_site_without_robots_txt_is_remembered_too(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        crawl(tmp_path, "--now")
        assert robots_asked(site) == 1
        assert ask(tmp_path, "SELECT rules FROM robots") == [(None,)]


def test_redirects_are_within_a_pages_budget(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(*(item(site.url(f"/old/{n}")) for n in range(12)))
        for n in range(12):
            site[f"/old/{n}"] = Reply(status=301, headers={"Location": site.url(f"/{n}")})
            site[f"/{n}"] = page(f"Bridge {n} is closed")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path, "--host-limit", 2)
        assert ask(tmp_path, "SELECT count(*) FROM articles") == [(2,)]


def test_what_one_host_may_not_give_another_may(tmp_path: Path) -> None:
    with Site() as site:
        for slug in (f"o{n}" for n in range(12)):
            site[f"/{slug}.xml"] = feed(*(item(site.url(f"/{slug}/{n}", slug)) for n in range(5)))
            for n in range(5):
                site[f"/{slug}/{n}"] = page(f"Bridge {n} of {slug} is closed")
            site.describe(tmp_path / "outlets", slug, feeds=[site.url(f"/{slug}.xml", slug)])
        crawl(tmp_path, "--host-limit", 1, "--limit", 10)
        assert ask(tmp_path, "SELECT count(*) FROM articles") == [(10,)]


def test_a_visit_that_did_not_come_about_is_due_still(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(6)))
        for n in range(6):
            site[f"/{n}"] = page(f"Bridge {n} is closed")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        ask(tmp_path, "UPDATE pages SET revisit_at = '2026-01-01T00:00:00Z'")
        site.paths()
        crawl(tmp_path, "--host-limit", 2)
        assert len(site.paths()) == 2
        crawl(tmp_path)
        assert len(site.paths()) == 4


def test_pages_wait_while_robots_txt_cannot_be_read(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1", "pages")))
        site.describe(tmp_path / "outlets", feeds=[site.url("/feed.xml", "feeds")])
        site["/robots.txt"] = lambda headers: Reply(
            status=503 if "pages" in headers["host"] else 404
        )
        for _ in range(4):
            crawl(tmp_path, "--now")
            ask(tmp_path, "UPDATE pages SET due_at = NULL")
        assert ask(tmp_path, "SELECT state, reason FROM pages") == [
            ("pending", "robots-unreachable")
        ]


def test_no_host_gives_more_than_its_share(tmp_path: Path) -> None:
    with Site() as site:
        for slug in ("gazette", "herald"):
            pages = [site.url(f"/{slug}/{n}", slug) for n in range(30)]
            site[f"/{slug}.xml"] = feed(*map(item, pages))
            for n in range(30):
                site[f"/{slug}/{n}"] = page(f"Bridge {n} of the {slug} is closed")
            site.describe(tmp_path / "outlets", slug, feeds=[site.url(f"/{slug}.xml", slug)])
        crawl(tmp_path, "--host-limit", 11)
        counts = "SELECT count(*) FROM articles GROUP BY outlet"
        assert ask(tmp_path, counts) == [(11,), (11,)]
        crawl(tmp_path, "--host-limit", 11)
        assert ask(tmp_path, counts) == [(22,), (22,)]
        crawl(tmp_path)
        assert ask(tmp_path, counts) == [(30,), (30,)]
