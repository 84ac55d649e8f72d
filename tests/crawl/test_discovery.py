"""Every way an outlet tells what it published."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl

URLS = "SELECT url FROM articles ORDER BY url"


def paths(folder: Path) -> list[str]:
    return sorted("/" + str(url).partition("localhost:")[2].partition("/")[2]
                  for (url,) in ask(folder, "SELECT url FROM pages"))  # fmt: skip


def sitemap(site: Site, *entries: tuple[str, str]) -> Reply:
    rows = "".join(
        f"<url><loc>{site.url(path)}</loc><lastmod>{at}</lastmod></url>" for path, at in entries
    )
    return Reply(f"<urlset>{rows}</urlset>", kind="application/xml")


def index(site: Site, *entries: str) -> Reply:
    rows = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in entries)
    return Reply(f"<sitemapindex>{rows}</sitemapindex>", kind="application/xml")


def test_a_large_sitemap_is_read_in_parts_the_newest_first(tmp_path: Path) -> None:
    with Site() as site:
        days = [(f"/{n}", f"20{n // 366 + 10}-01-{n % 28 + 1:02d}") for n in range(2_500)]
        site["/sitemap.xml"] = sitemap(site, *days)
        site.describe(tmp_path / "outlets", sitemaps=["/sitemap.xml"])
        crawl(tmp_path, "--limit", 1)
        assert ask(tmp_path, "SELECT listed, offered FROM fetches") == [(2_500, 2_500)]
        dates = dict(days)
        newest = [dates[path] for path in paths(tmp_path)]
        assert len(newest) == 2_500
        first = ask(tmp_path, "SELECT url FROM pages ORDER BY id LIMIT 1")[0][0]
        assert dates["/" + str(first).rpartition("/")[2]] == max(dates.values())


def test_old_news_are_found_by_the_dates_of_sitemaps(tmp_path: Path) -> None:
    with Site() as site:
        months = ("2021-11", "2021-12", "2022-01", "2022-02")
        site["/index.xml"] = index(site, *(f"/sitemap-{month}.xml" for month in months))
        for month in months:
            site[f"/sitemap-{month}.xml"] = Reply(
                "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
                + "".join(
                    f"<url><loc>{site.url(f'/{month}-{day:02d}')}</loc><news:news>"
                    f"<news:publication_date>{month}-{day:02d}</news:publication_date>"
                    "</news:news></url>"
                    for day in (1, 15, 28)
                )
                + "</urlset>"
            )
        site.describe(tmp_path / "outlets", sitemaps=["/index.xml"])
        crawl(tmp_path, "--since", "2021-12-30")
        site.paths()
        (tmp_path / "t.db").unlink()
        for _ in range(2):  # an archive is asked for whether it is due or not
            crawl(tmp_path, "--since", "2021-12-10", "--until", "2022-01-15")
            asked = site.paths()
            assert asked[0] == "/index.xml"
            assert {p for p in asked if "sitemap" in p} == {
                "/sitemap-2021-12.xml", "/sitemap-2022-01.xml",
            }  # fmt: skip
        assert paths(tmp_path) == ["/2021-12-15", "/2021-12-28", "/2022-01-01", "/2022-01-15"]


def test_a_text_sitemap_and_a_feed_in_the_place_of_one(tmp_path: Path) -> None:
    with Site() as site:
        site["/sitemap.txt"] = Reply(f"\ufeff{site.url('/1')}\n{site.url('/2')}\n# no address\n")
        site["/sitemap.rss"] = feed(item(site.url("/3")))
        site.describe(tmp_path / "outlets", sitemaps=["/sitemap.txt", "/sitemap.rss"])
        crawl(tmp_path)
        assert paths(tmp_path) == ["/1", "/2", "/3"]


def test_section_pages_learn_how_articles_are_addressed(tmp_path: Path) -> None:
    links = (
        "/news/7001-the-bridge-is-closed", "/news/7002-a-ferry-runs-all-night",
        "/about/our-story-since-1850-and-before", "/sport", "/news/tag/bridges",
        "https://elsewhere.example/news/7003-a-long-slug-of-others", "javascript:void(0)",
        "/pictures/the-old-bridge-at-night.jpg", "/section",
    )  # fmt: skip
    body = "".join(f"<a href='{link}'>A link</a>" for link in links)
    with Site() as site:
        site["/section"] = Reply(f"<html><body><main>{body}</main></body></html>")
        for link in links[:2]:
            site[link] = page(f"The story of {link}")
        site.describe(tmp_path / "outlets", pages=["/section"])
        crawl(tmp_path)
        # Nothing is known of this outlet yet: a long slug is taken for an article.
        assert paths(tmp_path) == sorted((*links[:2], links[2]))
        site["/section"] = Reply(
            f"<html><body><main>{body}<a href='/news/7004-the-mayor-is-very-sorry'>x</a>"
            "<a href='/help/how-to-cancel-a-subscription-today'>y</a></main></body></html>"
        )
        crawl(tmp_path, "--now")
        assert paths(tmp_path) == sorted(
            (*links[:2], links[2], "/news/7004-the-mayor-is-very-sorry")
        )


def test_a_selector_says_which_links_of_a_section_lead_to_articles(tmp_path: Path) -> None:
    with Site() as site:
        site["/section"] = Reply(
            "<html><body><a href='/a-long-slug-of-a-menu-item'>x</a>"
            "<h2 class=teaser><a href='/1'>one</a></h2><h2 class=teaser><a href='/2'>two</a></h2>"
            "</body></html>"
        )
        site.describe(tmp_path / "outlets", pages=["/section"], urls="h2.teaser")
        crawl(tmp_path)
        assert paths(tmp_path) == ["/1", "/2"]


def test_a_hub_is_noted(tmp_path: Path) -> None:
    hub = '<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")), extra=hub)
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        assert ask(tmp_path, "SELECT hub FROM sources") == [("https://hub.example/",)]


def test_indexes_that_name_each_other_end(tmp_path: Path) -> None:
    with Site() as site:
        site["/a.xml"] = index(site, "/b.xml", "/a.xml")
        site["/b.xml"] = index(site, "/a.xml", "/c.xml")
        site["/c.xml"] = index(site, "/b.xml")
        site.describe(tmp_path / "outlets", sitemaps=["/a.xml"])
        crawl(tmp_path)
        assert sorted(site.paths()) == ["/a.xml", "/b.xml", "/c.xml"]
