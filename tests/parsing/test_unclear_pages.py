"""Times and languages of pages that say little: labels, datelines, attributes, near languages."""

from __future__ import annotations

import pytest

from crawler.parsing.languages import language_of
from tests.parsing.test_extract import read

TEXT = (
    "<p>The two ferries that link the north bank with the old harbour began to cross the river "
    "again, three weeks after ice had closed the channel.</p>" * 3
)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("<p>Published January 5, 2022 at 10:00 AM EST | Updated January 6, 2022 at 9:00 AM EST"
         "</p>", "2022-01-05T15:00:00Z"),
        ("<p>NORTHBANK, Jan. 5, 2022 — The ferries that link both banks of the river crossed it "
         "again on this day after three weeks of ice.</p>", "2022-01-05T00:00:00Z"),
        ("<span class=date data-timestamp=1641376800>long ago</span>", "2022-01-05T10:00:00Z"),
        ("<div class=published data-date='2022-01-05T10:00:00Z'></div>", "2022-01-05T10:00:00Z"),
        # What an article tells of another day, and what it quotes.
        ("<p>They are back.</p><blockquote>Back! — Harbour <a href=x>January 5, 2022</a>"
         "</blockquote>", None),
        ("<p>The fair begins on 12 March 2022 on the quay of the old harbour.</p>", None),
        ("<p>In March 2022 - or on 12 March 2022, as some have it - the ferries that link both "
         "banks will cross the river again.</p>", None),
    ],
)  # fmt: skip
def test_a_day_that_stands_near_the_headline(body: str, at: str | None) -> None:
    article = read("<title>Ferries cross</title>", f"<h1>Ferries cross</h1>{body}{TEXT}")
    assert (article.published.at if article.published else None) == at


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published" content="2022-01-05T10:00:00Z">',
        '<meta name="article_date_original" content="2022-01-05 10:00:00">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "dateCreated": '
        '"2022-01-05T10:00:00Z"}</script>',
    ],
)
def test_a_time_under_another_name(head: str) -> None:
    article = read(head, TEXT)
    assert article.published is not None
    assert article.published.at == "2022-01-05T10:00:00Z"


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("https://example.org/world/2022/jan/05/ferries", "2022-01-05T00:00:00Z"),
        ("https://example.org/world/2022/may/be/ferries", None),
    ],
)
def test_a_day_of_an_address_with_the_name_of_its_month(url: str, at: str | None) -> None:
    article = read("", TEXT, url=url)
    assert (article.published.at if article.published else None) == at


CROATIAN = (
    "Dva trajekta koji povezuju sjevernu obalu sa starom lukom ponovno su u srijedu ujutro počela "
    "prelaziti rijeku, tri tjedna nakon što je led zatvorio plovni put, rekla je upraviteljica."
)
ENGLISH = "The ferries that link both banks crossed the river again after three weeks of ice. " * 2


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        (CROATIAN, "hr", "hr"),
        (CROATIAN, "sr-Latn", "sr-Latn"),
        (CROATIAN, "en", None),
        (ENGLISH, "hr", "en"),
        (ENGLISH, "en-GB", "en-GB"),
    ],
)
def test_a_stated_language_decides_between_near_ones(
    text: str, stated: str, language: str | None
) -> None:
    found = language_of(text, stated=stated)
    assert found == language if language else found != stated
