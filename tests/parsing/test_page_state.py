"""Articles that are only in a page's JSON-LD or state: every carrier, and what must not come in."""

from __future__ import annotations

import html
import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.errors import ExtractError
from crawler.parsing.page.extract import Finding, examine, extract
from crawler.types import Article, Fetched, Listing, Outlet, Page
from tests.conftest import NOW

URL = "https://www.gazette.example/news/ferries-cross-the-river-again"
TITLE = "Ferries cross the river again"
PARAGRAPHS = [
    "The harbour master said on Wednesday that ferries would cross from the old quay.",
    "Two of the four boats had been laid up since a barge struck the pontoon in December.",
    "The council paid for the work and hopes to get most of the money back from the owner.",
]
OTHERS = [
    {
        "title": f"Council raises the tax on {what} this year",
        "url": f"/news/tax-on-{what}",
        "body": f"The tax on {what} rises by a tenth, the council said on Friday evening. " * 8,
    }
    for what in ("boats", "barges", "bridges", "piers", "locks")
]
HTML = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)


def page(
    state: str, *, title: str = TITLE, url: str = URL, lang: str = "en", body: str = ""
) -> Fetched:
    markup = (
        f"<!DOCTYPE html><html lang={lang}><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><div id=app>{body}</div>{state}</body></html>"
    )
    listed = Page(id=1, url=url, outlet="g", attempts=0, listing=Listing(url=url))
    return Fetched(
        page=listed, url=url, status=200, content_type="text/html", body=markup.encode(), at=NOW
    )


def article(fetched: Fetched) -> Article:
    return extract(fetched, Outlet(slug="g", name="Gazette"))


def refusal(fetched: Fetched) -> str:
    with pytest.raises(ExtractError) as raised:
        article(fetched)
    return raised.value.reason


def script(value: Any, attributes: str = 'type="application/json"') -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"<script {attributes}>" + text.replace("</", "<\\/") + "</script>"


def state(**fields: Any) -> dict[str, Any]:
    return {"props": {"pageProps": {"article": {"title": TITLE, **fields}}}}


def blocks(name: str, **more: Any) -> list[dict[str, Any]]:
    return [{name: one, **more} for one in PARAGRAPHS]


RICH_TEXTS: dict[str, Any] = {
    "plain string": "\n\n".join(PARAGRAPHS),
    "html": HTML,
    "escaped html": html.escape(HTML),
    "html escaped twice": html.escape(html.escape(HTML)),
    "wordpress": {"rendered": HTML, "protected": False},
    "list of strings": PARAGRAPHS,
    "next.js blocks": blocks("text", type="paragraph"),
    "arc": [
        {"type": "text", "_id": "A", "content": PARAGRAPHS[0], "additional_properties": {}},
        {"type": "image", "caption": "The Margaret at the quay.", "url": "https://x.example/a"},
        {"type": "text", "_id": "B", "content": PARAGRAPHS[1]},
        {"type": "interstitial_link", "content": "Read more of boats.", "url": "/news/boats"},
        {"type": "text", "_id": "C", "content": PARAGRAPHS[2]},
    ],
    "gutenberg": [
        {"name": "core/paragraph", "attributes": {"content": one, "dropCap": False}}
        for one in PARAGRAPHS
    ],
    "portable text": [
        {"_type": "block", "style": "normal", "children": [
            {"_type": "span", "text": one[:20], "marks": ["em"]},
            {"_type": "span", "text": one[20:], "marks": []},
        ]} for one in PARAGRAPHS
    ],
    "contentful": {"nodeType": "document", "content": [
        {"nodeType": "paragraph", "data": {}, "content": [
            {"nodeType": "text", "value": one[:20], "marks": []},
            {"nodeType": "hyperlink", "data": {"uri": "https://x.example/"}, "content": [
                {"nodeType": "text", "value": one[20:30], "marks": []}]},
            {"nodeType": "text", "value": one[30:], "marks": []},
        ]} for one in PARAGRAPHS
    ]},
    "slate": [{"children": [{"text": one[:20]}, {"text": one[20:], "bold": True}]}
              for one in PARAGRAPHS],
    "lexical": {"root": {"type": "root", "children": [
        {"type": "paragraph", "children": [{"type": "text", "text": one}]} for one in PARAGRAPHS
    ]}},
    "syntax tree of html": {"type": "root", "children": [
        {"type": "element", "tagName": "p", "children": [{"type": "text", "value": one}]}
        for one in PARAGRAPHS
    ]},
    "editor.js": {"time": 7, "blocks": [
        {"type": "paragraph", "data": {"text": one}} for one in PARAGRAPHS
    ]},
    "draft.js": {"blocks": blocks("text", type="unstyled", key="f3"), "entityMap": {}},
    "fragments beside the whole": {"blocks": [
        {"type": "text", "model": {"blocks": [
            {"type": "paragraph", "model": {"text": one, "blocks": [
                {"type": "fragment", "model": {"text": one[:20]}},
                {"type": "fragment", "model": {"text": one[20:]}}]}}
            for one in PARAGRAPHS]}},
        {"type": "image", "model": {"blocks": [
            {"type": "caption", "model": {"text": "A caption of a picture."}}]}},
    ]},
}  # fmt: skip


@pytest.mark.parametrize("body", RICH_TEXTS.values(), ids=RICH_TEXTS)
def test_state_text_has_a_line_for_each_paragraph(body: Any) -> None:
    found = article(page(script(state(body=body, summary="Boats are back. " * 30))))
    assert found.text.splitlines() == PARAGRAPHS


VALUE = {"article": {"headline": TITLE, "url": URL, "content": HTML}}
APOLLO = {
    "ROOT_QUERY": {"article": {"__ref": "Article:7"}},
    "Article:7": {"__typename": "Article", "title": TITLE, "body": {"__ref": "Body:7"}},
    "Body:7": {"__typename": "Body", "html": HTML},
    "Article:8": {"__typename": "Article", **OTHERS[0]},
}
NUXT = (
    "window.__NUXT__=(function(a,b,c){return {layout:'default',data:[{article:{title:a,live:!1,"
    "tags:[b,void 0],html:" + json.dumps(HTML).replace("</", "\\x3c/") + "}}],error:c}}"
    f"({json.dumps(TITLE)},'boats',null));"
)
NUMBERED = [
    ["ShallowReactive", 1], {"data": 2, "self": 1}, ["Reactive", 3], {"article": 4},
    {"title": 5, "html": 6}, TITLE, HTML,
]  # fmt: skip
CARRIERS: dict[str, str] = {
    "__NEXT_DATA__": script(VALUE, 'id="__NEXT_DATA__" type="application/json"'),
    "broken-json": script(json.dumps(VALUE)[:-1] + ",}", 'type="application/json" id=broken-json'),
    "escaped-json": script(html.escape(json.dumps(VALUE)), 'type="text/json" id="escaped-json"'),
    "angular-state": script(
        json.dumps(VALUE).replace("&", "&a;").replace('"', "&q;"),
        'type="application/json" id="angular-state"',
    ),
    "__NUXT_DATA__": script(NUMBERED, 'type="application/json" id="__NUXT_DATA__"'),
    "__NUXT__": script(NUXT, ""),
    "__APOLLO_STATE__": script(f"window.__APOLLO_STATE__ = {json.dumps(APOLLO)};", ""),
    "globalContent": script(
        f"window.Fusion=window.Fusion||{{}};Fusion.arcSite='g';"
        f"Fusion.globalContent={json.dumps(VALUE)};Fusion.lastModified=7;",
        'type="application/javascript" id="fusion-metadata"',
    ),
    "__INITIAL_STATE__": script(
        f"window['__INITIAL_STATE__'] = JSON.parse({json.dumps(json.dumps(VALUE))});", ""
    ),
    "__INITIAL_DATA__": script(
        f"window.__INITIAL_DATA__={json.dumps(json.dumps(VALUE))};", ""
    ),
    "preloadedState": script(
        f"var preloadedState = {{route: '/news', article: {{title: '{TITLE}', 'body': '{HTML}'}}}}",
        "",
    ),
    "fetched": script(
        {"status": 200, "body": json.dumps(VALUE)}, 'type="application/json" id="fetched"'
    ),
}  # fmt: skip


@pytest.mark.parametrize("carrier", CARRIERS)
def test_state_carrier_is_read_and_named(carrier: str) -> None:
    fetched = page(CARRIERS[carrier])
    assert article(fetched).text.splitlines() == PARAGRAPHS
    texts = [one for one in examine(fetched, Outlet(slug="g", name="G")) if one.field == "text"]
    assert texts == [Finding("text", "49 words", f"page state {carrier}")]


def test_state_of_jsonld_is_named_and_prefers_the_own_node() -> None:
    other = {"@type": "NewsArticle", "headline": OTHERS[0]["title"], "url": OTHERS[0]["url"]}
    own = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n".join(PARAGRAPHS)}
    nodes = [other | {"articleBody": OTHERS[0]["body"]}, own]
    assert (
        article(page(script(nodes, 'type="application/ld+json"'))).text.splitlines() == PARAGRAPHS
    )


def test_state_of_jsonld_replaces_a_teaser() -> None:
    body = "\n".join(f"{one} {number}." for number in range(4) for one in PARAGRAPHS)
    own = {"@type": "NewsArticle", "headline": TITLE, "articleBody": body}
    teaser = (
        f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]} Read on, for it is all here.</p></article>"
    )
    found = article(page(script(own, 'type="application/ld+json"'), body=teaser))
    assert found.text.splitlines() == body.splitlines()


@pytest.mark.parametrize(
    ("lang", "title", "body"),
    [
        ("de", "Fähren überqueren wieder den Fluss", "Die Fähren legten am Mittwoch wieder ab. "),
        ("ar", "العبارات تعبر النهر من جديد", "عادت العبارات إلى العمل يوم الأربعاء بعد أسابيع. "),
        ("ru", "Паромы снова ходят через реку", "Паромы в среду снова вышли на линию. "),
        ("ja", "渡し船が再び川を渡る", "港長は水曜日、渡し船が古い埠頭から再び出ると述べた。"),
        ("hi", "नाव फिर नदी पार करने लगी", "बंदरगाह प्रमुख ने बुधवार को कहा कि नावें फिर चलेंगी। "),
    ],
)
def test_state_in_other_languages(lang: str, title: str, body: str) -> None:
    lines = [f"{number}. {body * 3}".strip() for number in range(1, 5)]
    value = {"post": {"title": title, "paragraphs": lines}}
    found = article(page(script(value), title=title, lang=lang))
    assert found.text.splitlines() == lines


@pytest.mark.parametrize("key", ["related", "more", "stories", "items"])
def test_state_of_related_articles_stays_out(key: str) -> None:
    found = article(page(script(state(body=PARAGRAPHS, **{key: OTHERS}))))
    assert found.text.splitlines() == PARAGRAPHS


def test_state_of_related_articles_alone_is_no_article() -> None:
    assert refusal(page(script({"props": {"articles": OTHERS}}))) == "no-text"
    assert refusal(page(script(state(description="Boats are back. " * 30)))) == "no-text"
    assert refusal(page(script(state(content=OTHERS)))) == "no-text"
    assert refusal(page(script(state(edges=[{"node": one} for one in OTHERS])))) == "no-text"


@pytest.mark.parametrize("headline", ["Ferries will not cross the bay again", "Ferries", ""])
def test_state_of_a_like_headline_is_not_the_article(headline: str) -> None:
    other = {"title": headline, "url": "/news/bay", "body": PARAGRAPHS}
    assert refusal(page(script({"story": other}))) == "no-text"


def test_state_comments_stay_out() -> None:
    comments = [
        {"author": f"Reader {n}", "text": f"I never liked ferries. {n} " * 30} for n in "123"
    ]
    value = state(content=PARAGRAPHS, comments=comments, discussion={"content": comments})
    assert article(page(script(value))).text.splitlines() == PARAGRAPHS


def test_state_with_headline_beside_the_text() -> None:
    value = {"pageProps": {"seo": {"title": TITLE}, "content": HTML, "latest": OTHERS}}
    assert article(page(script(value))).text.splitlines() == PARAGRAPHS


def test_state_known_by_address_alone_needs_a_longer_text() -> None:
    lines = [*PARAGRAPHS, *(one.replace("The", "This") for one in PARAGRAPHS)]
    story: dict[str, Any] = {"path": urlsplit(URL).path, "body": lines}
    value = {"a": OTHERS[0], "b": story}
    assert article(page(script(value), title="The Gazette")).text.splitlines() == lines
    story["body"] = PARAGRAPHS
    assert refusal(page(script(value), title="The Gazette")) == "no-text"


@pytest.mark.parametrize(("times", "longer"), [(1, False), (20, True)])
def test_state_of_a_surer_object_is_preferred_unless_it_is_short(times: int, longer: bool) -> None:
    much = [f"{one} {number}." for number in range(times * 2) for one in PARAGRAPHS]
    value = {"a": {"url": URL, "body": much}, "b": {"title": TITLE, "body": PARAGRAPHS}}
    assert article(page(script(value))).text.splitlines() == (much if longer else PARAGRAPHS)


def test_state_of_a_front_page_is_no_article() -> None:
    title, front = "The Example Gazette of News", "https://www.gazette.example/"
    value = {"title": title, "body": PARAGRAPHS, "articles": OTHERS}
    assert refusal(page(script(value), title=title, url=front)) == "no-text"
    assert article(page(script(value), title=title)).text.splitlines() == PARAGRAPHS


def test_state_is_not_read_where_the_page_shows_its_text() -> None:
    shown = "".join(f"<p>{one['body']}</p>" for one in OTHERS)
    found = article(page(script(state(body=PARAGRAPHS)), body=f"<article>{shown}</article>"))
    assert PARAGRAPHS[0] not in found.text


def test_state_lines_carry_the_credit() -> None:
    value = state(body=[f"GAZETTE HARBOUR (Reuters) - {PARAGRAPHS[0]}", *PARAGRAPHS[1:]])
    assert [credit.agency for credit in article(page(script(value))).credits] == ["Reuters"]


def _nested(depth: int, inner: Any) -> str:
    return '{"content":[' * depth + json.dumps(inner) + "]}" * depth


HOSTILE: dict[str, str] = {
    "deep list": script("window.__STATE__ = " + "[" * 500_000, ""),
    "named at each level": script(f'{{"title":"{TITLE}","content":{{"a":' * 400 + "1" + "}}" * 400),
    "numbers that name each other": script([{"title": 1, "body": 2}, TITLE, [2, 2, 0, 9]]),
    "references in a ring": script(
        {"A:1": {"title": TITLE, "body": {"__ref": "A:2"}}, "A:2": {"body": {"__ref": "A:1"}}}
    ),
    "strings without an end": script("window.__DATA__={a:" + '"\\"' * 300_000, ""),
    "assignments in strings": script('a=["' * 300_000, ""),
    "a parameter used often": script(
        f"window.__NUXT__=(function(a){{return [{'a,' * 200_000}a]}}('{'x' * 100_000}'));", ""
    ),
    "bare words": script("window.__DATA__={" + "a " * 400_000, ""),
    "huge": script({"list": [{"title": f"News of {n}", "url": f"/{n}"} for n in range(60_000)]}),
    "a headline without end": script({"title": "a b " * 900_000, "body": PARAGRAPHS}),
    "tags without end": script(state(body="<p <p " * 200_000)),
    "numbers": script([None, True, 7, "x", {}, [[]], {"title": None, "body": {"text": 7}}, 1.5]),
}  # fmt: skip


@pytest.mark.parametrize("carrier", HOSTILE.values(), ids=HOSTILE)
def test_hostile_state_ends_soon_by_name(carrier: str) -> None:
    began = time.process_time()
    assert refusal(page(carrier)) == "no-text"
    assert time.process_time() - began < 5


def test_deep_state_is_read_where_python_reads_it() -> None:
    deep = page(script(_nested(20_000, VALUE)))
    if sys.version_info >= (3, 14):  # its parser of JSON goes on until the stack ends
        assert article(deep).text.splitlines() == PARAGRAPHS
    else:
        assert refusal(deep) == "no-text"


def test_huge_state_is_read() -> None:
    value = {"news": [dict(one, id=n) for n in range(3_000) for one in OTHERS[:1]], **VALUE}
    assert article(page(script(value))).text.splitlines() == PARAGRAPHS
