"""Pages that are reached in several steps: a cookie for one chain, a page that sends on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl


def cookies(site: Site) -> dict[str, str | None]:
    """What was sent to each path the last time."""
    return {path: headers.get("cookie") for path, headers in site.asked}


def test_a_cookie_is_kept_for_one_chain_of_redirects(tmp_path: Path) -> None:
    def guarded(headers: Mapping[str, str]) -> Reply:
        if "seen=1" in headers.get("cookie", ""):
            return page("A bridge is closed")
        return Reply(status=302, headers={"Location": "/set"})

    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/a")), item(site.url("/b")))
        site["/a"] = guarded
        site["/set"] = Reply(status=302, headers={"Location": "/a", "Set-Cookie": "seen=1; Path=/"})
        site["/b"] = page("A mill burns down", head="<!-- b -->")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        sent = cookies(site)
        assert (sent["/a"], sent["/b"], sent["/robots.txt"]) == ("seen=1", None, None)
        assert ask(tmp_path, "SELECT title FROM articles ORDER BY title") == [
            ("A bridge is closed",), ("A mill burns down",),
        ]  # fmt: skip


def test_a_cookie_is_not_sent_to_another_host(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/a")))
        there = site.url("/there", host="other")
        site["/a"] = Reply(status=302, headers={"Location": there, "Set-Cookie": "id=1; Path=/"})
        site["/there"] = page("A bridge is closed")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        assert cookies(site)["/there"] is None


def refresh(content: str) -> Reply:
    head = f'<meta http-equiv="refresh" content="{content}"><title>Moved</title>'
    return Reply(f"<html><head>{head}</head><body></body></html>")


def test_a_page_that_sends_on_at_once_is_followed_once(tmp_path: Path) -> None:
    with Site() as site:
        for path, content in {
            "/now": "0; url=/b", "/later": "30; url=/c", "/itself": "0; url=/itself",
            "/twice": "0;URL='/again'", "/again": "0; url=/c", "/forbidden": "0; url=/secret",
        }.items():  # fmt: skip
            site[path] = refresh(content)
        site["/robots.txt"] = Reply("User-agent: *\nDisallow: /secret\n", kind="text/plain")
        site["/b"] = page("A bridge is closed")
        paths = ("/now", "/later", "/itself", "/twice", "/forbidden")
        site["/feed.xml"] = feed(*(item(site.url(path)) for path in paths))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        asked = [path for path, _ in site.asked]
        assert ask(tmp_path, "SELECT state, reason FROM pages ORDER BY id") == [
            ("article", None), ("rejected", "no-text"), ("rejected", "no-text"),
            ("rejected", "no-text"), ("rejected", "robots"),
        ]  # fmt: skip
        assert asked.count("/itself") == asked.count("/again") == 1
        assert not {"/c", "/secret"} & set(asked)


def test_a_page_that_an_older_store_knows_is_not_fetched_again(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/a?b=2&amp;a=1")), item(site.url("/news/5;7")))
        site["/a?b=2&a=1"] = page("A bridge is closed")
        site["/news/5;7"] = page("A mill burns down", head="<!-- b -->")
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        assert "/news/5;7" in site.paths()
        ask(tmp_path, "UPDATE pages SET url = replace(url, 'b=2&a=1', 'a=1&b=2')")
        ask(tmp_path, "UPDATE pages SET url = replace(url, ';', '%3B')")
        site["/feed.xml"] = feed(item(site.url("/a?b=2&amp;a=1"), title="A bridge is open"),
                                 item(site.url("/news/5;7")))  # fmt: skip
        crawl(tmp_path, "--now", "--no-revisits")
        assert ask(tmp_path, "SELECT count(*) FROM pages") == [(2,)]
        assert "/news/5;7" not in site.paths()
