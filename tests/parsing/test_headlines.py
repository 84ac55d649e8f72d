"""Which of the titles on a page is its headline, and what of it is the site's."""

from __future__ import annotations

import pytest

from crawler.parsing.urls import registered_domain
from crawler.types import Article
from tests.parsing.test_extract import read

TITLE = "Ferries cross the river again"
NAME = '<meta property="og:site_name" content="The Gazette">'


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


def read_page_of(head: str, heading: str) -> Article:
    return read(NAME + head, heading + "<p>" + "The boats were busy on Wednesday. " * 30 + "</p>")


@pytest.mark.parametrize(
    ("head", "heading"),
    [
        # What every page of the site states is no headline.
        (og("The Gazette"), f"<h1>{TITLE}</h1>"),
        (og("The Gazette - News for you") + f"<title>{TITLE}</title>", f"<h1>{TITLE}</h1>"),
        ("<title>The Gazette</title>", f"<h1>The Gazette</h1><h2>{TITLE}</h2>"),
        (f"<title>{TITLE} - The Gazette</title>", f"<h1>The Gazette</h1><h2>{TITLE}</h2>"),
        (f"<title>{TITLE}_The Gazette</title>", ""),
        (
            f'<meta property="article:section" content="Town"><title>{TITLE} | Town | The Gazette'
            "</title>",
            "",
        ),
        # Cut for other sites, and whole on the page.
        (og("Ferries cross the …"), f"<h1>{TITLE}</h1>"),
        (og("Ferries cross the river..."), f"<h1>{TITLE}</h1>"),
        # Stated in one place only.
        (f'<meta name="twitter:title" content="{TITLE}">', ""),
        # Parts that nobody sees.
        ("", f"<h1>{TITLE} <span class='sr-only'>Share</span></h1>"),
        ("", f"<h1><svg><title>Star</title></svg>{TITLE}<span hidden>!</span></h1>"),
        ("", "<h1>Fer&shy;ries cross&#8203; the&#8288; river&#65279; again</h1>"),
    ],
)
def test_the_headline_of_a_page(head: str, heading: str) -> None:
    assert read_page_of(head, heading).title == TITLE


def test_the_title_of_a_drawing_is_none() -> None:
    article = read_page_of("", "<svg><title>Menu</title></svg>")
    assert article.title.startswith("The boats were busy")


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        (og("And then there was …"), "<h1>And then there was … | The Gazette</h1>", None),
        (og("You will not believe it"), "<h1>Bridge closes</h1><h1>Tomorrow</h1>", None),
        ("<title>Ice | water</title>", "<h1>Ice | water</h1>", "Ice | water"),
    ],
)
def test_a_headline_is_not_made_longer_or_shorter(
    head: str, heading: str, title: str | None
) -> None:
    expected = title or head.partition('content="')[2].removesuffix('">')
    assert read_page_of(head, heading).title == expected


@pytest.mark.parametrize(
    "heading", ["<h1>Ferries cross<br>the river again</h1>", "<h1><b>Ferries</b><i>cross</i></h1>"]
)
def test_a_headline_in_parts_is_no_line_of_the_text(heading: str) -> None:
    assert read_page_of("", heading).text.startswith("The boats were busy")


@pytest.mark.parametrize(
    ("canonical", "is_taken"),
    [
        ("undefined", False),
        ("https://example.org/null", False),
        ("{{ page.url }}", False),
        ("https://example.org/news/%7B%7Burl%7D%7D", False),
        ("https://example.org/undefined-behaviour", True),
        ("example.org/b", True),
        ("https://example.org/https://example.org/b", True),
        ("https//example.org/b", True),
        ("https://www.example.org/b", True),
    ],
)
def test_a_canonical_link_that_was_not_filled_in_is_none(canonical: str, is_taken: bool) -> None:
    article = read(f'<link rel="canonical" href="{canonical}">')
    assert (article.url != "https://example.org/a") is is_taken
    assert "/b" in article.url or "undefined-" in article.url or not is_taken


def test_a_site_under_a_suffix_of_no_list_is_one_site() -> None:
    domains = {registered_domain(f"https://{name}gazette.example/") for name in ("", "m.", "www.")}
    assert domains == {"gazette.example"}
    assert registered_domain("http://127.0.0.2:80/") == "127.0.0.2"
    assert registered_domain("http://[::1]/") == "::1"


@pytest.mark.parametrize(
    ("image", "tags"),
    [
        ('<meta property="og:image:secure_url" content="https://cdn.example/a.jpg">', "Ferry, ice"),
        ('<meta name="twitter:image:src" content="//cdn.example/a.jpg">', "Ferry, ferry, ice"),
    ],
)
def test_images_and_tags_in_other_spellings(image: str, tags: str) -> None:
    article = read(f'{image}<meta name="keywords" content="{tags}">')
    assert (article.image, article.tags) == ("https://cdn.example/a.jpg", ("Ferry", "ice"))
