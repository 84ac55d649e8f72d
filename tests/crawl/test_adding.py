"""Outlets found from their front pages, and OPML in and out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.outlets.descriptions import bundled_outlets, load_outlet, load_outlets
from crawler.outlets.opml import from_opml, to_opml
from crawler.outlets.toml import as_toml, free_slug
from crawler.parsing.listing.front_page import read_front_page
from crawler.types import Outlet, Source, SourceKind
from tests.conftest import newsloom
from tests.crawl.site import Reply, Site, feed, item
from tests.crawl.test_discovery import sitemap

HOME = "https://gazette.example.org/"


def add(site: Site, folder: Path, *arguments: object) -> CompletedProcess[str]:
    return newsloom("outlets", "add", site.url("/"), "--allow-private", "--to", folder, *arguments)


def front(links: str = "", *, lang: str = "en-GB") -> Reply:
    return Reply(
        f"<html lang={lang}><head><title>The River Gazette - latest news</title>{links}</head>"
        "<body><p>The council closed the old bridge on Monday, said the mayor.</p></body></html>"
    )


def test_feeds_and_news_sitemaps_of_a_front_page_are_found(tmp_path: Path) -> None:
    declared = "<link rel=alternate type=application/rss+xml href=/{}.xml>"
    with Site() as site:
        site["/"] = front("".join(map(declared.format, ("all", "same", "comments", "gone"))))
        site["/all.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(20)))
        site["/same.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(19)))
        site["/robots.txt"] = Reply(
            f"Sitemap: /news.xml\nSitemap: {site.url('/pages.xml')}\n",
            kind="text/plain",
        )
        site["/pages.xml"] = sitemap(site, ("/about", "2020-01-01"))
        site["/news.xml"] = Reply(
            "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>"
            f"<loc>{site.url('/77')}</loc><n:news><n:publication_date>2022-01-05"
            "</n:publication_date></n:news></url></urlset>"
        )
        done = add(site, tmp_path / "mine")
        assert done.returncode == 0, done.stderr
        found = load_outlet(tmp_path / "mine" / "gazette.toml")
        assert (found.name, found.country, found.language) == ("The River Gazette", "GB", "en-GB")
        assert [(s.kind, s.url) for s in found.sources] == [
            (SourceKind.FEED, site.url("/all.xml")), (SourceKind.SITEMAP, site.url("/news.xml")),
        ]  # fmt: skip
        assert "/gone.xml (http-404)" in done.stderr
        assert "comments" not in done.stdout
        # No guesses where feeds are named.
        assert "/feed" not in site.paths()

        again = add(site, tmp_path / "mine")
        assert again.returncode == 2
        assert "--replace overwrites its description" in again.stderr
        assert add(site, tmp_path / "mine", "--replace").returncode == 0


def test_the_usual_places_are_tried_where_nothing_is_named(tmp_path: Path) -> None:
    with Site() as site:
        site["/"] = front(lang="de")
        site["/rss.xml"] = feed(item(site.url("/1")))
        done = add(site, tmp_path)
        assert done.returncode == 0, done.stderr
        assert site.url("/rss.xml") in (tmp_path / "gazette.toml").read_text()


def test_an_outlet_without_sources_is_an_error_that_says_what_was_tried(tmp_path: Path) -> None:
    with Site() as site:
        site["/"] = Reply(status=403)
        done = add(site, tmp_path)
        assert done.returncode == 2
        assert "no feed or sitemap was found" in done.stderr
        assert "http-403" in done.stderr
        assert not list(tmp_path.iterdir())
    assert newsloom("outlets", "add", "ftp://x").returncode == 2
    assert "already" in newsloom("outlets", "add", "https://www.bbc.co.uk/").stderr


def test_many_addresses_are_added_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    with Site() as site:
        site["/"] = front("<link rel=alternate type=application/rss+xml href=/all.xml>")
        site["/all.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(3)))
        of_two = f"<link>{site.url('/', 'two')}</link><language>sw</language>"
        site["/sport.xml"] = feed(item(site.url("/s", "two")), extra=of_two)
        site["/world.xml"] = feed(item(site.url("/w", "two")), extra=of_two)
        site["/feed.json"] = Reply(
            '{"version": "https://jsonfeed.org/version/1.1", "title": "Four", "items": ['
            f'{{"url": "{site.url("/4", "four")}"}}], "language": "fr",'
            f'"home_page_url": "{site.url("/gone", "four")}"}}',
            kind="application/json",
        )
        (tmp_path / "more.txt").write_text(
            f"# found by hand\n{site.url('/world.xml', 'two')}\n\n{site.url('/no', 'three')}\n"
        )
        options = ("--allow-private", "--to", tmp_path / "mine")
        done = newsloom(
            "outlets", "add", site.url("/", "one"), site.url("/sport.xml", "two"), "ftp://x",
            site.url("/feed.json", "four"), "https://www.bbc.co.uk/", "--from",
            tmp_path / "more.txt", *options,
        )  # fmt: skip
        assert done.returncode == 3, done.stderr
        found = load_outlets(tmp_path / "mine")
        assert {slug: [s.url for s in outlet.sources] for slug, outlet in found.items()} == {
            "one": [site.url("/all.xml", "one")],
            "two": [site.url("/sport.xml", "two"), site.url("/world.xml", "two")],
            "four": [site.url("/feed.json", "four")],
        }
        # A feed's site says more; where it cannot be read, the feed itself has to do.
        assert (found["two"].name, found["two"].language) == ("The River Gazette", "en-GB")
        assert (found["four"].name, found["four"].language) == ("Four", "fr")
        for said in (
            "left out: not a web address: 'ftp://x'",
            "/no: no feed or sitemap was found (",
            "http-404",
            "left out: https://www.bbc.co.uk/: bbc (BBC News) is an outlet",
        ):
            assert said in done.stderr
        assert done.stdout.endswith("mine: 3 outlets described, 3 addresses left out\n")

        again = newsloom("outlets", "add", "--from", "-", *options,
                         stdin=f"{site.url('/', 'one')}\nftp://x\n")  # fmt: skip
        assert (again.returncode, "one (The River Gazette) is an outlet" in again.stderr) == (
            4, True,
        )  # fmt: skip
        alone = newsloom("outlets", "add", site.url("/sport.xml", "two"), *options, "--replace")
        assert alone.returncode == 0, alone.stderr
        (source,) = load_outlet(tmp_path / "mine" / "two.toml").sources
        assert source.url == site.url("/sport.xml", "two")
    assert "no address is given" in newsloom("outlets", "add").stderr
    gone = newsloom("outlets", "add", "--from", "nowhere.txt")
    assert (gone.returncode, "nowhere.txt: cannot be read" in gone.stderr) == (2, True)


@pytest.mark.parametrize(
    ("html", "name", "country"),
    [
        ("<meta property=og:site_name content='The Gazette'>", "The Gazette", "GB"),
        ("<title>Gazette | News, sport and weather</title>", "Gazette", "GB"),
        (
            '<html lang=es-MX><script type="application/ld+json">{"@type": '
            '"NewsMediaOrganization", "name": "El Diario"}</script><p>Hola.</p></html>',
            "El Diario", "MX",
        ),
    ],
)  # fmt: skip
def test_names_and_countries(html: str, name: str, country: str) -> None:
    page = html if "<html" in html else f"<html><head>{html}</head><p>News.</p></html>"
    found = read_front_page(page.encode(), url="https://gazette.co.uk/", content_type="text/html")
    assert (found.name, found.country) == (name, country)


def test_opml_becomes_outlets_and_comes_out_again(tmp_path: Path) -> None:
    good = "".join(
        f'<outline type="rss" text="Gazette - {s}" xmlUrl="https://g.example.org/{s}.xml"/>'
        for s in ("World", "Sport")
    )
    file = tmp_path / "feeds.opml"
    file.write_text(
        f'<opml version="2.0"><body><outline text="Papers">{good}'
        '<outline type="rss" text="B" xmlUrl="https://b.example.com/rss"/>'
        '<outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>'
        '<outline type="rss" text="BBC" xmlUrl="http://feeds.bbci.co.uk/news/rss.xml"/>'
        "</outline></body></opml>"
    )
    folder = tmp_path / "outlets"
    dry = newsloom("outlets", "import", file, "--to", folder, "--dry-run")
    assert not folder.exists()
    done = newsloom("outlets", "import", file, "--to", folder)
    assert dry.returncode == done.returncode == 3
    assert "3 feeds of 2 outlets are described" in done.stdout
    assert "1 known already, 1 left out" in done.stdout
    assert "Bad" in done.stderr
    outlets = load_outlets(folder)
    assert {o.name for o in outlets.values()} == {"Gazette", "B"}

    again = newsloom("outlets", "import", file, "--to", folder)
    assert "0 feeds of 0 outlets" in again.stdout

    out = newsloom("outlets", "export", "--opml", "--only", "--outlets", folder).stdout
    assert from_opml(out, {}).bad == []
    assert {s.url for o in from_opml(out, {}).outlets.values() for s in o.sources} == {
        s.url for o in outlets.values() for s in o.sources
    }


def test_a_large_opml_with_broken_feeds(tmp_path: Path) -> None:
    lines = "".join(
        f'<outline type="rss" text="F{n}" xmlUrl="https://f{n}.example-{n}.org/rss"/>'
        if n % 10
        else f'<outline type="rss" text="F{n}" xmlUrl="file:///etc/{n}"/>'
        for n in range(5_000)
    )
    done = from_opml(f'<opml version="2.0"><body>{lines}</body></opml>', {})
    assert len(done.outlets) == 4_500
    assert len(done.bad) == 500


def test_odd_addresses_make_descriptions_that_can_be_read(tmp_path: Path) -> None:
    urls = (
        "http://rss_bridge:3000/?a=1", "http://-foo.com/feed", "http://a..b/x",
        "\u200bhttps://g.example.org/rss", f"http://{'x' * 70}.org/feed",
    )  # fmt: skip
    lines = "".join(f'<outline type="rss" text="T" xmlUrl="{url}"/>' for url in urls)
    file = tmp_path / "odd.opml"
    file.write_text(f'<opml version="2.0"><body>{lines}</body></opml>', encoding="utf-8")
    done = newsloom("outlets", "import", file, "--to", tmp_path / "outlets")
    assert done.returncode in (0, 3), done.stderr
    assert len(load_outlets(tmp_path / "outlets")) >= 3


@pytest.mark.parametrize("text", ["", "no xml", "<html></html>", "\x00\x01"])
def test_what_is_no_opml_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="OPML"):
        from_opml(text, {})


@given(st.text(min_size=1, max_size=60).filter(str.strip), st.sampled_from(["a.org", "b.co.uk"]))
def test_a_description_says_what_it_was_made_of(name: str, host: str) -> None:
    source = Source(url=f"https://{host}/feed?a=1&b='", kind=SourceKind.FEED, outlet="x")
    outlet = Outlet(slug="x", name=name, home=f"https://{host}/", sources=(source,))
    table = tomllib.loads(as_toml(outlet))
    assert (table["name"], table["feeds"]) == (name, [source.url])
    if name.isprintable():
        (back,) = from_opml(to_opml({"x": outlet}), {}).outlets.values()
        assert [s.url for s in back.sources] == [source.url]


def test_slugs_are_free() -> None:
    assert free_slug("https://www.bbc.co.uk/news", []) == "bbc"
    assert free_slug("https://www.bbc.co.uk/news", ["bbc"]) == "bbc-co-uk"
    assert free_slug("https://bücher.example/", []).startswith("xn--")


def test_the_bundle_is_wide() -> None:
    outlets = load_outlets(bundled_outlets()).values()
    assert len(outlets) >= 150
    assert len({o.country for o in outlets if o.country}) >= 25
    assert len({(o.language or "").partition("-")[0] for o in outlets if o.language}) >= 15
    assert sum(o.agency for o in outlets) >= 10
    urls = [source.url for o in outlets for source in o.sources]
    assert len(urls) == len(set(urls))
