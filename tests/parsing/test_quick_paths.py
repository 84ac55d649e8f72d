"""trafilatura's XPaths, compiled anew: they must find what the old ones found."""

from __future__ import annotations

from importlib import import_module

import pytest
from lxml import etree, html
from trafilatura import xpaths

import crawler.parsing.page.body  # noqa: F401 - puts them there
from crawler.parsing.page.quick_paths import quick

PAGE = html.fromstring(
    """<html><body><aside class="cookie-banner">x</aside>
    <div id="content-main"><article class="post"><p class="post-content">One</p>
    <section><article class="article-body"><h1>Two</h1></article></section></article></div>
    <div class="infinite-scroll"><p>Three</p></div><div id="comments"><ul class="comment"><li>x</li>
    </ul></div><div class="share-links"><span style="display:none">x</span></div>
    <main><div class="main">Four</div></main><footer>x</footer><svg></svg></body></html>"""
)


@pytest.mark.parametrize(
    "path",
    [
        ".//aside|.//div[contains(@class|@id, 'footer')]|.//footer|.//svg",
        ".//*[self::div or self::section][re:test(@class, 'infinite-?scroll')][not(.//h1)]",
        "(.//article)[1]",
        ".//*[re:test(@id|@class, 'comment') or contains(@style, 'display:none')]",
    ],
)
def test_quick_path_same_elements(path: str) -> None:
    before = etree.XPath(path, namespaces={"re": xpaths.REGEXP_NS})
    assert before(PAGE)
    assert quick(before)(PAGE) == before(PAGE)


def test_quick_path_position_same_first() -> None:
    before = etree.XPath(".//*[self::article or self::section][1]")
    assert len(before(PAGE)) > 1
    assert quick(before)(PAGE) == before(PAGE)[:1]


def test_quick_paths_stand_in_trafilatura() -> None:
    baseline = import_module("trafilatura.baseline")
    extractor = import_module("trafilatura.main_extractor")
    every = [*extractor.BODY_XPATH, *extractor.OVERALL_DISCARD_XPATH, baseline.BASIC_CLEAN_XPATH]
    assert not [path.path for path in every if ".//" in path.path]
