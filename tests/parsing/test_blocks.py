"""Blocks of a page, their alignment with extracted lines, and the choice among them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.parsing.blocks.alignment import align, squeeze
from crawler.parsing.blocks.choice import GAIN, LIKELY, choose
from crawler.parsing.blocks.features import (
    Weights,
    all_columns,
    learned_columns,
    page_blocks,
    short_words,
)
from crawler.parsing.blocks.judge import Candidates, judge
from crawler.parsing.blocks.model import model
from crawler.parsing.blocks.walk import LEVELS, Block, blocks_near, levels, name_parts
from crawler.parsing.page.body import CLEANED, JUDGED, read_body

PROBES = Path(__file__).with_name("block_probes.npz")
WORDS = st.text("abcdefgh", min_size=1, max_size=9)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), max_size=12)


def blocks_of(body: str) -> list[Block]:
    return blocks_near(html.fromstring(f"<html><body>{body}</body></html>"), []).blocks


def texts_of(body: str) -> list[str]:
    return [block.text for block in blocks_of(body)]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("<p>One <b>two</b> three.</p><p>Four.</p>", ["One two three.", "Four."]),
        ("<div>Before<p>Inside</p>behind</div>", ["Before", "Inside", "behind"]),
        ("<p>One<br>two<br><br>three</p>", ["One", "two", "three"]),
        ("<p>One<br><b>two</b></p>", ["One", "two"]),
        ("<p><b>One</b> <i>two</i> <a href=x><u>three</u></a></p>", ["One two three"]),
        ("<p><b>One</b><i>two</i></p>", ["Onetwo"]),
        ("<p>One<br><img><i></i><b>two</b></p>", ["One", "two"]),
        ("<p>One<span><br></span>two</p>", ["Onetwo"]),
        ("<p>One <b>two</b><br>three</p>", ["One two", "three"]),
        ("<div>One<hr>two</div>", ["One", "two"]),
        ("<ul><li>One</li><li>Two <a href=x>three</a></li></ul>", ["One", "Two three"]),
        ("<table><tr><th>Team</th><td>1<br>2</td></tr></table>", ["Team | 12"]),
        ("<table><tr><td><p>A</p></td><td><p>B</p><p>C</p></td></tr></table>", ["A | BC"]),
        ("<p>Read</p><script>var a = 1</script><style>a {}</style><p>on</p>", ["Read", "on"]),
        ("<noscript><p>No script</p></noscript><select><option>A</option></select>", []),
        ("<button>Share</button><my-text>Its <i>own</i> tag</my-text>", ["Share", "Its own tag"]),
        ("<p>\u00a0</p><p> \n </p>", []),
    ],
)
def test_text_stands_in_blocks(body: str, texts: list[str]) -> None:
    assert texts_of(body) == texts


def test_a_long_cell_is_read_as_blocks_of_its_own() -> None:
    body = f"<table><tr><td><p>{'one ' * 60}</p><p>{'two ' * 60}</p></td><td>3</td></tr></table>"
    assert [text[:3] for text in texts_of(body)] == ["one", "two", "3"]


def test_the_title_is_no_block() -> None:
    tree = html.fromstring("<html><head><title>Fire</title></head><body><p>Text</p></body></html>")
    assert [block.text for block in blocks_near(tree, []).blocks] == ["Text"]


def test_a_block_knows_its_links_and_what_is_above_it() -> None:
    body = "<article class='story-Body'><div id=main><p>All <a href=x>of it</a></p></div></article>"
    [block] = blocks_of(body)
    assert block.linked == len("of it")
    named = {level: name_parts(place.names) for level, place in levels(block.place)}
    assert named[1] == ("main",)
    assert named[2] == ("story", "body")


def test_only_what_is_near_the_lines_is_read() -> None:
    far = "<li>menu</li>" * 500
    body = f"<ul>{far}</ul><p>The fire broke out at noon.</p><ul>{far}</ul>"
    tree = html.fromstring(f"<html><body>{body}</body></html>")
    found = blocks_near(tree, ["The fire broke out at noon."])
    assert "The fire broke out at noon." in [block.text for block in found.blocks]
    assert len(found.blocks) < 200
    assert 0.4 < found.start < 0.5 < found.end < 0.6
    assert len(blocks_near(tree, ["Of another page altogether"]).blocks) == 1001


@given(TEXTS, TEXTS)
def test_each_place_of_a_text_is_one_blocks(texts: list[str], lines: list[str]) -> None:
    found = align([squeeze(text) for text in texts], [squeeze(line) for line in lines])
    places = sorted(
        (int(a), int(b)) for a, b in zip(found.starts, found.ends, strict=True) if a >= 0
    )
    assert all(start < end for start, end in places)
    assert all(one[1] <= two[0] for one, two in pairwise(places))
    assert 0 <= found.matched <= 1


@given(st.lists(st.lists(WORDS, min_size=8, max_size=20).map(" ".join), max_size=8))
def test_long_lines_find_themselves(lines: list[str]) -> None:
    keys = [squeeze(line) for line in lines if len(squeeze(line)) >= 20]
    found = align(keys, [f"-{key}" for key in keys])
    assert found.taken.all()


def test_equal_blocks_are_taken_as_often_as_there_are_lines() -> None:
    text = squeeze("To read the whole report, click here and then there.")
    assert align([text, text, text], [text, text]).taken.tolist() == [True, True, False]


def test_a_block_that_lost_a_link_is_found() -> None:
    line = f"The report {PARAGRAPHS[0]}"
    block = f"The report, opens new tab {PARAGRAPHS[0]}"
    assert align([squeeze(block)], [squeeze(line)]).taken.all()


def test_a_short_block_is_sought_between_its_neighbours_only() -> None:
    long = [squeeze(f"{word} sentence that is long enough to be known") for word in ("A", "One")]
    found = align(["Fire", long[0], long[1], "Fire"], [long[0], "Fire", long[1]])
    assert found.taken.tolist() == [False, True, True, False]
    found = align([long[0], "Fire", long[1]], [long[0], "Fire", long[1]])
    assert found.taken.all()


def odds(values: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


PAGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(1, 99), st.booleans()), min_size=1, max_size=12
)


@given(PAGES)
def test_the_best_blocks_by_expected_f1_are_chosen(page: list[tuple[float, int, bool]]) -> None:
    likely = odds([one for one, _, _ in page])
    sizes = np.array([size for _, size, _ in page], dtype=np.float32)
    kept = np.array([is_kept for _, _, is_kept in page])
    chosen = choose(likely, sizes, kept=kept, words_kept=float(sizes[kept].sum()))

    def expected(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        inside = float((likely * sizes)[flags].sum())
        return 2 * inside / max(float(sizes[flags].sum() + (likely * sizes).sum()), 1.0)

    least = [likely >= bound for bound in {*likely, 1.1} if bound >= LIKELY]
    best = max(map(expected, least), default=0.0)
    if chosen is None:
        assert best - expected(kept) <= GAIN + 1e-6
    else:
        assert likely[chosen].min() >= LIKELY
        assert expected(chosen) >= best - 1e-6
        assert expected(chosen) - expected(kept) > GAIN - 1e-6


def test_the_trees_say_what_the_trained_ones_say() -> None:
    with np.load(PROBES, allow_pickle=False) as probes:
        table, likely = probes["table"], probes["likely"]
    columns = {name: table[:, number] for number, name in enumerate(model().columns)}
    assert model().probabilities(columns) == pytest.approx(likely, abs=1e-5)
    assert likely.min() < 0.1
    assert likely.max() > 0.9


def test_weights_hold_no_text_of_a_page() -> None:
    weights = model().weights
    assert all(len(name) <= 40 and name.isalpha() for name in weights.names)
    assert all(word == "".join(word.split()) and len(word) <= 40 for word in weights.words)


PARAGRAPHS = [
    f"The {name} of the town said on Monday that the bridge over the river would stay closed "
    f"until its {part} had been looked at by the engineers, who are to come in the {when}."
    for name, part, when in (
        ("mayor", "deck", "spring"), ("council", "piers", "summer"), ("police", "lamps", "autumn"),
        ("school", "rails", "winter"), ("fire brigade", "cables", "new year"),
    )
]  # fmt: skip


def candidates(body: str, lines: list[str]) -> Candidates:
    tree = html.fromstring(f"<html><body>{body}</body></html>")
    found = Candidates.of(tree, lines, [True] * len(lines))
    assert found is not None
    return found


def test_columns_are_finite_and_all_that_the_model_needs() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "<h2>More</h2><ul><li>火災</ul>"
    found = candidates(body, PARAGRAPHS)
    columns = all_columns(found.base, learned_columns(found.page, model().weights))
    assert set(model().columns) <= set(columns)
    assert all(np.isfinite(column).all() for column in columns.values())
    assert {len(column) for column in columns.values()} == {len(PARAGRAPHS) + 2}


def test_names_are_weighed_by_the_levels_that_the_training_sees() -> None:
    body = (
        "<main class='site-main'><div id=content><section class='article-body story'>"
        "<div class=text><p class=lead>One</p><div><p>Two</p></div></div></section></div></main>"
    )
    parts = ("site", "main", "content", "article", "body", "story", "text", "lead")
    weights = {part: tuple(4.0**n + level for level in range(4)) for n, part in enumerate(parts)}
    found = candidates(body, ["One"])
    columns = learned_columns(found.page, Weights(weights, {}))
    for number, block in enumerate(found.page.blocks):
        sums = [0.0] * len(LEVELS)
        for level, place in levels(block.place):
            sums[level] += sum(weights[part][level] for part in name_parts(place.names))
        assert [columns[f"names {level}"][number] for level in LEVELS] == pytest.approx(sums)
        assert columns["names"][number] == pytest.approx(sum(sums))
    assert columns["names own"][0] != columns["names own"][1]


def test_a_page_whose_lines_are_not_in_its_blocks_is_not_judged() -> None:
    tree = html.fromstring("<html><body><p>Something else altogether</p></body></html>")
    assert Candidates.of(tree, PARAGRAPHS, [True] * len(PARAGRAPHS)) is None
    assert Candidates.of(tree, [], []) is None


def test_a_good_text_stays_as_it_is() -> None:
    body = "<article>" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "</article>"
    assert judge(candidates(body, PARAGRAPHS)) is None


def test_paragraphs_that_were_missed_are_added_in_their_place() -> None:
    body = "<article>" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "</article>"
    lines = [PARAGRAPHS[0], PARAGRAPHS[4]]
    assert judge(candidates(body, lines)) == PARAGRAPHS


def test_related_teasers_are_dropped() -> None:
    teasers = [f"Ten things to know about {city} before you go there" for city in "ABCDEFGH"]
    related = "".join(f"<li class=related-item><a href=x>{text}</a></li>" for text in teasers)
    body = (
        "<article class=article-body>"
        + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
        + f"</article><div class=related><h3>Related stories</h3><ul>{related}</ul></div>"
    )
    assert judge(candidates(body, [*PARAGRAPHS, "Related stories", *teasers])) == PARAGRAPHS


def test_a_second_copy_of_the_text_is_not_added() -> None:
    once = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    body = f"<article>{once}</article><div class=article-body>{once}</div>"
    assert judge(candidates(body, PARAGRAPHS)) in (None, PARAGRAPHS)
    assert judge(candidates(body, PARAGRAPHS[:2])) in (None, PARAGRAPHS)


def test_list_items_and_rows_read_as_trafilatura_writes_them() -> None:
    rows = "".join(f"<tr><td>Pier {n}</td><td>{n} metres</td></tr>" for n in range(4))
    items = "".join(f"<li>{text}</li>" for text in PARAGRAPHS[1:4])
    body = f"<article><p>{PARAGRAPHS[0]}</p><ul>{items}</ul><table>{rows}</table></article>"
    found = candidates(body, [PARAGRAPHS[0], *PARAGRAPHS[1:4]])
    lines = found.chosen(np.ones(len(found.page.blocks)) * 0.99)
    assert lines is not None
    assert lines[1] == f"- {PARAGRAPHS[1]}"
    assert lines[-1] == "| Pier 3 | 3 metres |"


def test_words_are_looked_up_of_short_blocks_only() -> None:
    assert short_words("Read More: read more 24") == ["read", "more"]
    assert short_words("word " * 40) == []


def test_an_empty_page_has_no_blocks() -> None:
    found = page_blocks(blocks_near(html.fromstring("<html></html>"), []), [], [])
    assert found.blocks == []


@pytest.mark.parametrize(("lines", "source"), [(["Judged."], JUDGED), (None, CLEANED)])
def test_a_body_says_whether_its_blocks_were_judged(
    monkeypatch: pytest.MonkeyPatch, lines: list[str] | None, source: str
) -> None:
    monkeypatch.setattr("crawler.parsing.page.body.judge", lambda _: lines)
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    tree = html.fromstring(f"<html><body><article>{paragraphs}</article></body></html>")
    body = read_body(tree, url="https://www.gazette.example/bridge", titles=[])
    assert body.source == source
    assert body.text == "\n".join(lines or PARAGRAPHS)
