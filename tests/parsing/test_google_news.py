"""Links of Google News, which lead to no article, are refused by name wherever they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ExtractError, OutletError, UsageError
from crawler.outlets.descriptions import load_outlet
from crawler.outlets.opml import from_opml
from crawler.parsing.listing.feeds import parse_feed
from crawler.parsing.urls import canonical
from tests.conftest import Inside

LINK = "https://news.google.com/rss/articles/CBMiWkFVX3lxTE1?oc=5"
FEED = "https://news.google.com/rss/search?q=bridge"
HINT = "Google News links to itself, not to the articles; take the feeds of the outlets themselves"


@pytest.mark.parametrize(
    "url", [LINK, "https://news.google.com/articles/CBMi", "http://news.google.com/read/CBMi?hl=en"]
)
def test_a_link_is_no_address_of_an_article(url: str) -> None:
    with pytest.raises(UsageError, match=HINT):
        canonical(url)


def test_other_addresses_of_google_are_kept() -> None:
    for url in ("https://news.google.com/home", "https://blog.google/articles/bridge"):
        assert canonical(url) == url


def _feed(*links: str) -> bytes:
    items = "".join(f"<item><title>A bridge</title><link>{link}</link></item>" for link in links)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def test_a_feed_of_nothing_else_is_refused_and_others_lose_the_links_alone() -> None:
    with pytest.raises(ExtractError, match=HINT) as caught:
        parse_feed(_feed(LINK, LINK), url=FEED)
    assert caught.value.reason == "google-news"
    mixed = parse_feed(_feed(LINK, "https://g.org/1"), url="https://g.org/feed")
    assert [page.url for page in mixed.pages] == ["https://g.org/1"]
    assert mixed.refused == 1


def test_a_source_is_refused_in_a_description_and_in_opml(tmp_path: Path) -> None:
    file = tmp_path / "g.toml"
    file.write_text(f'name = "G"\nfeeds = ["{FEED}"]\n')
    with pytest.raises(OutletError, match=HINT):
        load_outlet(file)
    outline = "".join(
        f'<outline text="G" type="rss" xmlUrl="{url}"/>' for url in (FEED, "https://g.org/f")
    )
    done = from_opml(f'<opml version="2.0"><body>{outline}</body></opml>', {})
    assert [source.url for o in done.outlets.values() for source in o.sources] == [
        "https://g.org/f"
    ]
    assert HINT in done.bad[0]


def test_commands_say_what_to_do_instead(tmp_path: Path, inside: Inside) -> None:
    for url in (FEED, LINK):
        added = inside("outlets", "add", url, "--to", tmp_path / "outlets")
        assert added.returncode == 2
        assert HINT in added.stderr
    (tmp_path / "a.jsonl").write_text(f'{{"url": "{LINK}", "title": "A bridge"}}\n')
    imported = inside("--db", tmp_path / "a.db", "import", tmp_path / "a.jsonl")
    assert imported.returncode == 3
    assert HINT in imported.stderr
