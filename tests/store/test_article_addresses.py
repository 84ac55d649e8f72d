"""Different texts are never one article, whatever address their pages claim; one text is."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.store import Saved, Store
from crawler.store.facts.text_identity import Text, are_one_article
from crawler.types import Article, Listing, Moment, Precision
from tests.conftest import NOW
from tests.store.test_merging import Machine, at, merged, text

SITE = "https://www.g.example"


class Crawl:
    """Saves pages as a crawl would."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.batch():
            self.outlet = store.outlets.ensure("g")
            self.run = store.runs.open("newsloom crawl", now=NOW, pid=1)

    def save(
        self, page: str | None, body: str, *, canonical: str | None = None, title: str = "A title",
        ours: bool = False, fetched: str = NOW, published: str | None = None,
    ) -> Saved:  # fmt: skip
        """A page of this path, which claims another as its canonical address."""
        own = f"{SITE}{page}" if page else None
        number = None
        moment = published and Moment(
            at=published, precision=Precision.SECOND, source="feed", raw=""
        )
        with self.store.batch():
            if own:
                number = self.store.sightings._ensure(Listing(url=own), self.outlet)[0]
            return self.store.articles.save(
                Article(
                    url=f"{SITE}{canonical}" if canonical else str(own), address=own, outlet="g",
                    title=title, text=body, page=number, fetched_at=fetched,
                    published=moment or None,
                ),
                outlet=self.outlet, run=self.run, now=NOW, ours=ours,
            )  # fmt: skip

    def articles(self) -> dict[str, str]:
        """Texts by path."""
        rows = self.store._connection.execute("SELECT url, text FROM articles")
        return {row["url"].removeprefix(SITE): row["text"] for row in rows}

    def revisions(self) -> int:
        found: int = self.store._connection.execute("SELECT count(*) FROM revisions").fetchone()[0]
        return found


@pytest.fixture
def crawl(store: Store) -> Crawl:
    return Crawl(store)


def test_texts_that_name_their_section_are_articles_at_their_own_addresses(crawl: Crawl) -> None:
    for n in range(5):
        assert crawl.save(f"/news/a{n}", text(n), canonical="/news/") is Saved.NEW
    assert crawl.articles() == {f"/news/a{n}": text(n) for n in range(5)}


def test_texts_that_name_another_article_are_articles_of_their_own(crawl: Crawl) -> None:
    assert crawl.save("/a/1", text(1)) is Saved.NEW
    assert crawl.save("/b/2", text(2), canonical="/a/1") is Saved.NEW
    assert crawl.save("/b/3", text(3), canonical="/a/1") is Saved.NEW
    assert crawl.articles() == {"/a/1": text(1), "/b/2": text(2), "/b/3": text(3)}


def test_who_claimed_another_page_s_address_gives_it_back(crawl: Crawl) -> None:
    assert crawl.save("/b/2", text(2), canonical="/a/1") is Saved.NEW
    assert crawl.save("/a/1", text(1)) is Saved.NEW
    assert crawl.articles() == {"/a/1": text(1), "/b/2": text(2)}
    assert crawl.save("/b/2", text(5), canonical="/a/1") is Saved.REVISED
    assert crawl.articles() == {"/a/1": text(1), "/b/2": text(5)}


def test_pages_that_swap_their_addresses_are_two_articles(crawl: Crawl) -> None:
    crawl.save("/a", text(1), canonical="/b")
    crawl.save("/b", text(2), canonical="/a")
    assert sorted(crawl.articles().values()) == sorted([text(1), text(2)])


def test_one_text_under_a_claimed_address_is_one_article(crawl: Crawl) -> None:
    longer = f"{text(1)} {text(2)[:200]}"
    assert crawl.save("/a/1", text(1)) is Saved.NEW
    assert crawl.save("/print/1", longer, canonical="/a/1") is Saved.TWIN
    assert crawl.save("/teaser/1", text(1)[:300], canonical="/a/1") is Saved.TWIN
    assert crawl.save("/other-title/1", text(1), canonical="/a/1", title="Other") is Saved.TWIN
    assert list(crawl.articles()) == ["/a/1"]


@pytest.mark.parametrize(
    "form",
    ["/n/1/", "/n/1/amp", "/n/1.amp", "/amp/n/1", "/n/1?cmp=rss", "/n/1/?cmp=rss&x", "/n/1.html",
     "/n/1/amp/", "/n/1/index.html", "/n/1?output=1"],
)  # fmt: skip
@pytest.mark.parametrize("is_first", [True, False])
def test_forms_of_an_address_with_one_text_are_one_article(
    crawl: Crawl, form: str, is_first: bool
) -> None:
    pages = ["/n/1", form] if is_first else [form, "/n/1"]
    assert [crawl.save(page, text(1)) for page in pages] == [Saved.NEW, Saved.TWIN]
    assert crawl.save("/n/10", text(1)) is Saved.NEW
    assert list(crawl.articles()) == [pages[0], "/n/10"]


@pytest.mark.parametrize("host", ["g.example", "m.g.example", "amp.g.example"])
def test_forms_of_a_host_with_one_text_are_one_article(crawl: Crawl, host: str) -> None:
    crawl.save("/n/1", text(1))
    with crawl.store.batch():
        saved = crawl.store.articles.save(
            Article(url=f"http://{host}/n/1", outlet="g", title="A title", text=text(1)),
            outlet=crawl.outlet, run=crawl.run, now=NOW,
        )  # fmt: skip
    assert saved is Saved.TWIN


@pytest.mark.parametrize(
    ("one", "two"),
    [("/n?id=1", "/n?id=2"), ("/n/1?ref=901", "/n/1?ref=902"), ("/n/1", "/n/2"), ("/", "/?p=1")],
)
def test_addresses_that_differ_by_more_are_two_articles(crawl: Crawl, one: str, two: str) -> None:
    assert [crawl.save(page, text(1)) for page in (one, two)] == [Saved.NEW, Saved.NEW]


def test_forms_with_different_texts_or_times_are_two_articles(crawl: Crawl) -> None:
    assert crawl.save("/n?ref=x", text(1)) is Saved.NEW
    assert crawl.save("/n?ref=y", text(2)) is Saved.NEW
    assert crawl.save("/w?d=mon", text(3), published=at("10:00")) is Saved.NEW
    assert crawl.save("/w?d=tue", text(3), published=at("11:00")) is Saved.NEW
    assert len(crawl.articles()) == 4


def test_a_page_that_changes_is_revised_whatever_it_becomes(crawl: Crawl) -> None:
    crawl.save("/a", text(1))
    assert crawl.save("/a", text(2), title="Another") is Saved.REVISED
    assert (crawl.articles(), crawl.revisions()) == ({"/a": text(2)}, 1)


def test_an_imported_article_is_known_by_its_address(crawl: Crawl) -> None:
    assert crawl.save(None, text(1), canonical="/a") is Saved.NEW
    assert crawl.save(None, text(2), canonical="/a") is Saved.REVISED
    assert crawl.save("/a", text(3)) is Saved.REVISED
    assert crawl.save(None, text(3), canonical="/a/") is Saved.TWIN
    assert list(crawl.articles()) == ["/a"]


def test_captures_that_name_one_address_are_articles_of_their_own(crawl: Crawl) -> None:
    with crawl.store.batch():
        for n in range(3):
            crawl.store.articles.save(
                Article(
                    url=f"{SITE}/latest", address=f"{SITE}/c/{n}", outlet="g", title=f"Title {n}",
                    text=text(n), fetched_at=NOW,
                ),
                outlet=crawl.outlet, run=crawl.run, now=NOW,
            )  # fmt: skip
    assert sorted(crawl.articles().values()) == sorted(map(text, range(3)))
    assert crawl.revisions() == 0


def test_reading_again_corrects_an_address_that_is_free(crawl: Crawl) -> None:
    crawl.save("/a/1", text(1), canonical="/video/9")
    assert crawl.save("/a/1", text(1), ours=True) is Saved.SAME
    assert list(crawl.articles()) == ["/a/1"]
    crawl.save("/a/2", text(2))
    assert crawl.save("/a/2", text(2), canonical="/a/1", ours=True) is Saved.SAME
    assert crawl.articles() == {"/a/1": text(1), "/a/2": text(2)}


def template(n: int, town: str) -> str:
    return (
        f"In {town} it will be {n} degrees at noon and {n - 7} at night, with wind of {n * 3} "
        "kilometres an hour from the west and a little rain towards the evening. " * 3
    )


@pytest.mark.parametrize(
    ("one", "two", "is_one"),
    [
        (Text("A", text(1)), Text("A", text(1)), True),
        (Text("A", text(1)), Text("B", text(1)), True),
        (Text("A", text(1)), Text("A", text(1)[:300]), True),
        (Text("A", text(1)), Text("A", text(1)[:400] + text(2)[:200]), True),
        (Text("A", text(1)), Text("A", text(2)), False),
        (Text("A", text(1)), Text("B", text(1)[:400] + text(2)[:200]), False),
        (Text("Weather", template(20, "Bonn")), Text("Weather", template(31, "Köln")), False),
        (Text("Weather", template(20, "Bonn")), Text("Weather", template(31, "Bonn")), False),
        (Text("市长", "市长宣布大桥将于周一重新开放，渡轮将停运。"),
         Text("市长", "市长宣布大桥将于周一重新开放，渡轮将停运。"), True),
        (Text("市长", "市长宣布大桥将于周一重新开放，渡轮将停运。"),
         Text("市长", "议会昨日否决了关于港口扩建的提案，争论持续。"), False),
        (Text("A", ""), Text("B", text(1)), False),
        (Text("A", "Yes."), Text("A", "No."), False),
    ],
)  # fmt: skip
def test_texts_are_one_by_their_words_and_numbers(one: Text, two: Text, is_one: bool) -> None:
    assert are_one_article(one, two) is are_one_article(two, one) is is_one


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_merged_stores_keep_different_texts_of_one_claimed_address(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    files = []
    for n, pages in enumerate([("a1", "a2"), ("a3", "a1")]):
        machine = Machine(tmp_path / f"{n}.db")
        for page in pages:
            machine.save("g", page, text(int(page[1])), seen=at("10:00"), polled=None)
        # As a store from before has it: the first page under the address that it claims.
        machine.execute(
            "UPDATE articles SET url = 'https://g.example/latest' WHERE url LIKE ?", f"%/{pages[0]}"
        )
        files.append(machine.done())
    db = merged(tmp_path, *(files[n] for n in order))
    rows = db.execute("SELECT url, text, revision FROM articles").fetchall()
    assert sorted(row[1] for row in rows) == sorted(map(text, (1, 2, 3)))
    assert {row[2] for row in rows} == {0}
    assert not db.execute("SELECT 1 FROM pages WHERE state <> 'article'").fetchall()
    db.close()


def test_a_merge_gives_an_address_to_the_page_that_has_it(tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "a.db"), Machine(tmp_path / "b.db")
    one.save("g", "b", text(2), seen=at("10:00"), polled=None)
    one.execute("UPDATE articles SET url = 'https://g.example/a'")
    two.save("g", "a", text(1), seen=at("10:00"), polled=None)
    db = merged(tmp_path, one.done(), two.done())
    assert dict(db.execute("SELECT url, text FROM articles")) == {
        "https://g.example/a": text(1), "https://g.example/b": text(2),
    }  # fmt: skip
    db.close()
