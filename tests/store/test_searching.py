"""What a search means: an oracle in Python, on real FTS5; and what is no search, with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import WordsError
from crawler.store import Store, open_store
from crawler.store.queries import search
from crawler.store.queries.search_match import MOST_ENDINGS
from crawler.store.queries.search_words import FIELDS, MOST_CHARACTERS, MOST_DEPTH, parse_words
from crawler.types import Article, ArticleFilter
from tests.conftest import NOW

TEXTS = (
    "bridge bridge bridge opens over the river",
    "the council talks of a bridge, of schools, of roads and of much else that it has talked of",
    "the orchestra opens its season",
    "the ferry sails",
    "总统抵达北京，阿拉木图机场关闭",
    "東京のカザフスタン大使館",
    "ประธานาธิบดีคาซัคสถานลาออก",
)


def save(store: Store, number: int, text: str, *, title: str = "", outlet: str = "g.org") -> None:
    article = Article(url=f"https://g.org/{number}", outlet="", title=title, text=text)
    store.articles.save(article, outlet=store.outlets.ensure(outlet), run=1, now=NOW)


@pytest.fixture
def filled(store: Store) -> Store:
    with store.batch():
        for number, text in enumerate(TEXTS):
            save(store, number, text)
        save(store, 98, "no word of it", title="Ferry sinks", outlet="herald.org")
        save(store, 99, "Embassy of 北京 in the capital", title="关闭阿拉木图", outlet="herald.org")
    return store


def found(store: Store, words: str) -> list[int]:
    """Numbers of the articles that a search finds; their filter leaves these articles too."""
    hits = store.queries.search.best(ArticleFilter(words=words), limit=20).hits
    exported = store.queries.exports.export("articles", ArticleFilter(words=words), text=False)
    assert {row[0] for row in exported.rows} == {row.article for row in hits}
    return [row.article for row in hits]


@pytest.mark.parametrize(
    ("words", "articles"),
    [
        ("bridge", [1, 2]),
        ("the bridge", [1, 2]),
        ("bridge \0", [1, 2]),
        ('"opens over"', [1]),
        ("“opens over”", [1]),
        ('"over opens"', []),
        ("ferry OR orchestra", [3, 4, 8]),
        ("the (ferry OR orchestra)", [3, 4]),
        ("the NOT bridge", [3, 4, 9]),
        ("the -bridge -(ferry OR capital)", [3]),
        ("-bridge the opens", [3]),
        ("the AND opens AND NOT season", [1]),
        ("orch*", [3]),
        ('"opens it"*', [3]),
        ("NEAR(council schools, 10)", [2]),
        ("NEAR(council schools, 2)", []),
        ("title:ferry", [8]),
        ("text:ferry", [4]),
        ("title:(ferry OR bridge) -text:sails", [8]),
        ("outlet:herald.org ferry", [8]),
        ("ferry -outlet:herald.org", [4]),
        ("outlet:herald.org", [8, 9]),
        ("orchestra OR outlet:herald.org", [3, 8, 9]),
        ("北京", [5, 9]),
        ("阿拉木图", [5, 9]),
        ("title:阿拉木图", [9]),
        ("木", [5, 9]),
        ("北京 embassy", [9]),
        ("北京 -embassy", [5]),
        ("北京 OR ferry", [4, 5, 8, 9]),
        ('"拉木图机"', [5]),
        ("関係", []),
        ("カザフ", [6]),
        ("大使館", [6]),
        ("คาซัคสถาน", [7]),
        ("ลา", [7]),
        ("NEAR(阿拉木 机场关, 20)", [5]),
        ("bridge — ?", [1, 2]),
        ("bridge 12:30 OR opens", [1, 3]),
        ("https://g.org/1 OR council", [2]),
    ],
)
def test_a_search_finds(filled: Store, words: str, articles: list[int]) -> None:
    assert sorted(found(filled, words)) == articles


def test_the_best_match_comes_first(filled: Store) -> None:
    assert found(filled, "bridge") == [1, 2]


def test_of_a_word_that_very_many_articles_hold_the_newest_come_first(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMMON", 1)
    assert found(filled, "bridge") == [2, 1]
    # A common word makes it so for all of them.
    assert found(filled, "sails") == [4]
    assert found(filled, "the bridge") == [2, 1]


def test_a_changed_and_a_removed_article_leave_the_index_of_parts(filled: Store) -> None:
    save(filled, 4, "no such script any more")
    assert found(filled, "阿拉木图") == [9]
    save(filled, 4, "阿拉木图")
    assert found(filled, "阿拉木图") == [9, 5] or found(filled, "阿拉木图") == [5, 9]
    connection = filled._connection
    connection.execute("INSERT INTO article_parts (article_parts) VALUES ('integrity-check')")
    connection.execute("DELETE FROM to_group")
    connection.execute("DELETE FROM revisions")
    connection.execute("DELETE FROM articles WHERE id IN (5, 9)")
    assert found(filled, "阿拉木图") == []
    assert connection.execute("SELECT count(*) FROM part_terms").fetchone()[0] < MOST_ENDINGS


def test_copies_of_a_text_are_one_row(filled: Store) -> None:
    connection = filled._connection
    connection.execute("INSERT INTO copy_groups (id, articles) VALUES (1, 2), (3, 1)")
    connection.execute(
        "INSERT INTO memberships (article, copy_group) VALUES (1, 1), (2, 1), (3, 3)"
    )
    both = filled.queries.search.best(ArticleFilter(words="bridge OR opens"), limit=9)
    assert {(row.article, row.copies) for row in both.hits} == {(1, 1), (3, 0)}
    assert (both.articles, both.texts) == (3, 2)
    each = filled.queries.search.best(
        ArticleFilter(words="bridge OR opens"), limit=9, each_copy=True
    )
    assert {(row.article, row.copies) for row in each.hits} == {(1, 0), (2, 0), (3, 0)}
    assert "\x02bridge\x03" in both.hits[0].passage


@pytest.mark.parametrize(
    ("words", "at", "says"),
    [
        ("(almaty OR astana", 0, "not closed"),
        ("almaty) astana", 6, "closes nothing"),
        ('almaty "astana', 7, "no second one"),
        ("almaty OR", 7, "OR needs a word on both sides"),
        ("OR almaty", 0, "OR needs a word on both sides"),
        ("AND almaty", 0, "AND needs a word on both sides"),
        ("almaty AND", 7, "AND needs a word on both sides"),
        ("almaty NOT", 7, "NOT needs a word after it"),
        ("almaty NOT NOT astana", 7, "NOT needs a word after it"),
        ("NOT almaty", 0, "only take articles away"),
        ("x OR -almaty", 5, "only take articles away"),
        ("al*aty", 2, "end of a word"),
        ("*", 0, "end of a word"),
        ("NEAR(almaty", 0, "NEAR takes two words"),
        ("x NEAR(almaty, airport)", 13, "NEAR takes two words"),
        ("NEAR(北京 机场)", 0, "runs of 3 characters"),
        ("titel:almaty", 0, "no field of this name"),
        ("almaty title:", 7, "title: needs a word"),
        (" ??? ", 1, "no letter and no digit"),
        ("(" * (MOST_DEPTH + 1) + "x", MOST_DEPTH, "nested more than"),
        ("x" * (MOST_CHARACTERS + 1), MOST_CHARACTERS, "longer than"),
    ],
)
def test_a_mistake_is_shown_in_its_place(words: str, at: int, says: str) -> None:
    with pytest.raises(WordsError, match=says) as raised:
        parse_words(words)
    assert raised.value.at == at
    sentence, _, caret = str(raised.value).split("\n")
    assert says in sentence
    assert ";" in sentence or "NEAR(" in sentence  # and what to do
    assert caret.strip() == "^"


def test_the_caret_stands_below_wide_and_cut_searches() -> None:
    assert str(WordsError("no", "北京 (x", 3)).split("\n")[1:] == ["  北京 (x", "       ^"]
    shown, caret = str(WordsError("no", "y" * 500 + "(\x1b[0m", 500)).split("\n")[1:]
    assert shown[len(caret) - 1] == "("
    assert "\x1b" not in shown


PIECES = [
    "AND", "OR", "NOT", "NEAR(", "NEAR", "(", ")", '"', "*", "-", ":", ",", "^", "{", "}", "+", "'",
    "\\", ";", "%", "\0", "北京", "京", "ลา", "阿拉木图", "almaty", "a", "5", " ", "  ", "“", "（",
    "\u202e", "\U0010ffff", "é", "title:", "outlet:", "text:", "col:", "{title}:", "NULL", "--",
    "e\u0301", "\ue000",
    *FIELDS,
]  # fmt: skip


@pytest.fixture(scope="module")
def real() -> Store:
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
        for number, text in enumerate(TEXTS):
            save(store, number, text)
    return store


@given(words=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join))
def test_no_search_is_an_error_of_sql(real: Store, words: str) -> None:
    try:
        words.encode()
        parse_words(words)
    except (WordsError, UnicodeEncodeError):
        return
    wanted = ArticleFilter(words=words)
    real.queries.search.best(wanted, limit=5)
    real.queries.stories.matching(wanted, limit=5)


@given(depth=st.integers(1, MOST_DEPTH), joined=st.sampled_from([" OR ", " AND ", " NOT ", " "]))
def test_what_the_parser_takes_fts5_takes(real: Store, depth: int, joined: str) -> None:
    words = f"the{joined}(" * depth + "bridge" + f"{joined}ferry)" * depth
    real.queries.search.best(ArticleFilter(words=words), limit=5)
    long = joined.join(["w"] * 300)
    real.queries.search.best(ArticleFilter(words=long), limit=5)
