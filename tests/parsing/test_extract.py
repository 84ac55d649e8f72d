from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ExtractError
from crawler.parsing.page.clutter import PageChrome, clean
from crawler.parsing.page.extract import TwinPage, extract
from crawler.types import Article, Fetched, Listing, Moment, Outlet, Page, Precision
from tests.conftest import NOW

OUTLET = Outlet(slug="gazette", name="The Gazette", language="en")
TEXT = "<p>" + "The council said on Wednesday that the old bridge would close. " * 6 + "</p>"


def fetched(html: str | bytes, *, url: str = "https://example.org/a", kind: str = "text/html",
            listing: Listing | None = None) -> Fetched:  # fmt: skip
    body = html if isinstance(html, bytes) else html.encode()
    page = Page(id=1, url="https://example.org/a", outlet="gazette", attempts=0,
                listing=listing or Listing(url="https://example.org/a"))  # fmt: skip
    return Fetched(page=page, url=url, status=200, content_type=kind, body=body, at=NOW)


def read(head: str, body: str = TEXT, **given_: object) -> Article:
    html = f"<html lang='en-GB'><head>{head}</head><body><article>{body}</article></body></html>"
    return extract(fetched(html, **given_), OUTLET)  # type: ignore[arg-type]


LD = """<script type="application/ld+json">
{"@graph": [{"@type": "WebPage"}, {"@type": ["NewsArticle"], "headline": "Bridge closes",
 "datePublished": "2022-01-05T10:00:00+01:00", "author": [{"name": "By Ann Lee and Bo Chan"}],
 "publisher": {"name": "The Gazette"}, "isAccessibleForFree": "False", "articleSection": "Town",}]}
</script>"""


def test_json_ld_speaks_first_even_when_slightly_broken() -> None:
    article = read(LD + '<meta property="og:title" content="The old bridge closes">')
    assert article.title == "Bridge closes"
    assert article.authors == ("Ann Lee", "Bo Chan")
    assert article.paywalled is True
    assert article.section == "Town"
    assert article.published is not None
    assert (article.published.at, article.published.source) == ("2022-01-05T09:00:00Z", "jsonld")


def test_meta_elements_come_next() -> None:
    article = read(
        '<title>Bridge closes | The Gazette</title><meta property="og:site_name" '
        'content="The Gazette"><meta property="article:published_time" content="2022-01-05">'
        '<meta name="author" content="The Gazette">'
    )
    assert article.title == "Bridge closes"
    assert article.published is not None
    assert article.published.precision is Precision.DAY
    assert article.authors == ()


def test_the_feed_speaks_where_the_page_is_silent() -> None:
    said = Moment(at="2022-01-05T09:00:00Z", precision=Precision.SECOND, source="feed", raw="x")
    listing = Listing(url="https://example.org/a", title="From the feed", published=said)
    article = read("", listing=listing)
    assert (article.title, article.published) == ("From the feed", said)


def test_a_date_from_the_future_is_not_believed() -> None:
    article = read('<title>t</title><meta property="article:published_time" content="2031-01-01">')
    assert article.published is None


def test_the_language_of_the_text_wins_and_the_page_may_refine_it() -> None:
    assert read("<title>t</title>").language == "en-GB"
    german = "<p>" + "Der Rat hat am Mittwoch beschlossen, dass die Brücke gesperrt wird. " * 6
    assert read("<title>t</title>", german).language == "de"


def test_a_canonical_link_of_the_same_site_names_the_article() -> None:
    assert read('<title>t</title><link rel="canonical" href="/b">').url == "https://example.org/b"
    for foreign in ("https://elsewhere.com/b", "https://example.org/", "javascript:x"):
        article = read(f'<title>t</title><link rel="canonical" href="{foreign}">')
        assert article.url == "https://example.org/a"


def test_an_amp_page_names_its_twin() -> None:
    html = f"<html amp><head><title>t</title><link rel=canonical href=/b></head>{TEXT}"
    with pytest.raises(TwinPage) as caught:
        extract(fetched(html), OUTLET)
    assert caught.value.url == "https://example.org/b"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (fetched(b"%PDF", kind="application/pdf"), "not-html"),
        (fetched(b""), "unreadable"),
        (fetched("<html><title>t</title><p>Too little text.</p></html>"), "no-text"),
        (fetched(f"<title>t</title>{TEXT}", url="https://example.org/"), "front-page"),
        (fetched(b"<html>" + b"a" * 6_000_000), "too-large"),
    ],
)
def test_every_rejection_has_a_name(page: Fetched, reason: str) -> None:
    with pytest.raises(ExtractError) as caught:
        extract(page, OUTLET)
    assert caught.value.reason == reason


def test_clutter_goes_and_the_article_stays() -> None:
    text = clean(
        "Bridge closes\nThe council said so.\nRead more\nComments / Post a Comment\n"
        "Protesters. Source: A. Person /AFP via Getty Images. |\n© 2022 The Gazette\n"
        "Shops said they would stay open: all of them.",
        PageChrome.of(titles=["Bridge closes"], links=[], authors=[]),
    )
    assert text == "The council said so.\nShops said they would stay open: all of them."


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_named_rejection(body: bytes) -> None:
    try:
        extract(fetched(b"<html><title>t</title><body>" + body), OUTLET)
    except ExtractError as error:
        assert error.reason
