"""Recorded pages are read as they were when somebody looked at them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from crawler.demo.town import Town
from crawler.outlets.recorded_pages import EXPECTED, differences
from crawler.outlets.scrub import scrub
from tests.conftest import newsloom

RECORDED = Path(__file__).parents[1] / "recorded"


@pytest.mark.parametrize("folder", sorted(RECORDED.iterdir()), ids=lambda folder: folder.name)
def test_recorded_pages_are_read_as_expected(folder: Path) -> None:
    assert differences(folder) == []


def test_a_record_holds_the_markup_and_not_the_words(tmp_path: Path) -> None:
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        done = newsloom(
            "outlets", "record", "abendblick", "--outlets", outlets, "--allow-private",
            "--to", tmp_path, "--pages", 2,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        prints = [one for one in town.truth().values() if one.outlet == "abendblick"]
    folder = tmp_path / "abendblick"
    assert differences(folder) == []
    expected = json.loads((folder / EXPECTED).read_text())
    assert len(expected) == 2
    for name, page in expected.items():
        assert page["title"]
        assert page["published"]["precision"] in ("second", "minute")
        assert len(page["text"].split()) > 50
        scrubbed = (folder / name).read_text()
        for one in prints:
            sentences = re.split(r"[.!?]\s+", one.body)
            assert not any(s in scrubbed for s in sentences if len(s.split()) > 3)

    page = expected["1.html"] | {"title": "Another"}
    (folder / EXPECTED).write_text(json.dumps(expected | {"1.html": page}))
    (difference,) = differences(folder)
    assert difference.startswith("1.html: title was 'Another', is ")


def test_scrubbing_is_the_same_each_time_and_keeps_what_extraction_goes_by() -> None:
    page = (
        "<html><head><title>A bridge falls</title><script>secret()</script>"
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A bridge falls",'
        ' "datePublished": "2022-01-05T10:00:00Z"}</script></head><body><!-- secret -->'
        "<h1>A bridge falls</h1><p>PARIS (Reuters) - Мост упал 12 января.</p>"
        "<p>Read more</p><img alt='A secret bridge'></body></html>"
    ).encode()
    once, twice = (scrub(page, content_type="text/html") for _ in range(2))
    assert once == twice
    text = once.decode()
    assert "secret" not in text
    assert "Мост" not in text
    for kept in ("Reuters", "2022-01-05T10:00:00Z", "12", "Read more", '"NewsArticle"'):
        assert kept in text
    headlines = re.findall(r"<title>(.*?)</title>|<h1>(.*?)</h1>|\"headline\": \"(.*?)\"", text)
    assert len({"".join(found) for found in headlines}) == 1


def test_captions_and_attributes_are_scrubbed_too() -> None:
    page = (
        "<html><head><meta property='og:image:alt' content='The mayor decided'>"
        "<meta name=description content='/ American markets separated'></head><body>"
        "<p data-headline='Marina among us'>x</p><span itemprop=name content='Octavia'>y</span>"
        "<iframe srcdoc='<p>Junior</p>'></iframe><a href='mailto:a@b.c?subject=Money'>z</a>"
        '<script type="application/ld+json">{"articleBody": "2022-01-05 mayor decided"}</script>'
        "</body></html>"
    )
    text = scrub(page.encode(), content_type="text/html").decode().lower()
    for word in ("mayor", "decided", "american", "marina", "octavia", "junior", "money"):
        assert word not in text


def test_an_outlet_without_pages_is_an_error(tmp_path: Path) -> None:
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        done = newsloom(
            "outlets", "record", "closed-shop", "--outlets", outlets, "--allow-private",
            "--to", tmp_path / "to",
        )  # fmt: skip
    assert done.returncode == 2
    assert "no page could be fetched" in done.stderr
    shutil.rmtree(tmp_path / "to", ignore_errors=True)
