from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.store import Store, open_store
from crawler.store.queries.outlets import ReasonCount
from crawler.types import Article, Listing, Page, Rejected, Source, SourceKind
from tests.conftest import NOW

LATER = "2022-02-20T12:00:00Z"
FEED = Source(url="https://g.org/feed", kind=SourceKind.FEED, outlet="g")


class Desk:
    """An outlet with one feed, and pages of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outlet = store.outlets.ensure("g")
        self.source = store.polls.ensure(FEED, self.outlet).id

    def offer(self, *listings: Listing, at: str = NOW, source: int | None = None) -> int:
        offered = self.store.sightings.offer(
            listings, outlet=self.outlet, source=source or self.source, seen_at=at,
            previous_poll_at=None, run=1,
        )  # fmt: skip
        return len(offered.pages)

    def pending(self, now: str = NOW) -> list[Page]:
        return self.store.pages.pending(self.outlet, "g", after=0, now=now, limit=100)

    def reject(self, page: Page, reason: str, **given_: object) -> bool:
        return self.store.pages.reject(
            Rejected(page=page, reason=reason, detail="", at=NOW, **given_)  # type: ignore[arg-type]
        )

    def save(self, page: Page, text: str = "text") -> None:
        article = Article(url=page.url, outlet="g", title="t", text=text, page=page.id)
        self.store.articles.save(article, outlet=self.outlet, run=1, now=NOW)
        self.store.pages.settle(page.id, at=NOW)


def listing(n: int, title: str = "t", modified_at: str | None = None) -> Listing:
    return Listing(url=f"https://g.org/{n}", title=title, modified_at=modified_at)


def test_a_page_is_offered_once(store: Store) -> None:
    desk = Desk(store)
    assert desk.offer(listing(1), listing(2)) == 2
    assert desk.offer(listing(1), listing(2)) == 0
    assert [p.url for p in desk.pending()] == ["https://g.org/1", "https://g.org/2"]


def test_a_page_known_from_another_source_is_a_sighting_not_a_fetch(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    other = Source(url="https://g.org/map", kind=SourceKind.SITEMAP, outlet="g")
    desk.save(desk.pending()[0])
    second = store.polls.ensure(other, desk.outlet).id
    assert desk.offer(listing(1, "other words"), source=second) == 0
    assert desk.pending() == []


def test_a_rewritten_headline_makes_an_article_due_again_once(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    desk.save(desk.pending()[0])
    assert desk.offer(listing(1, "a new headline")) == 1
    assert len(desk.pending()) == 1
    desk.save(desk.pending()[0])
    assert desk.offer(listing(1, "a new headline")) == 0
    # back to the first headline: the source said that before
    assert desk.offer(listing(1)) == 0


def test_a_later_time_of_change_makes_an_article_due_again(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1, modified_at=NOW))
    desk.save(desk.pending()[0])
    assert desk.offer(listing(1, modified_at=LATER)) == 1


def test_a_passing_failure_is_tried_three_times_ever_later(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    assert not desk.reject(desk.pending()[0], "timeout", temporary=True)
    assert desk.pending() == []
    assert not desk.reject(desk.pending(LATER)[0], "timeout", temporary=True)
    assert desk.reject(desk.pending(LATER)[0], "timeout", temporary=True)
    assert desk.pending(LATER) == []
    assert store.queries.outlets.rejections() == [ReasonCount("timeout", 1)]


def test_a_page_that_was_not_asked_for_loses_no_try(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    for _ in range(5):
        page = desk.pending(LATER)[0]
        assert page.attempts == 0
        assert not desk.reject(
            page, "asked-to-wait", temporary=True, until="2022-01-20T13:00:00Z", asked=False
        )
    assert desk.pending(NOW) == []


def test_an_article_that_is_taken_down_stays_an_article(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    desk.save(desk.pending()[0])
    desk.offer(listing(1, "changed"))
    desk.reject(desk.pending()[0], "http-410")
    assert store.queries.outlets.page_states() == {"article": 1}


def test_the_twin_of_an_amp_page_inherits_its_sightings(store: Store) -> None:
    desk = Desk(store)
    desk.offer(listing(1))
    page = desk.pending()[0]
    assert store.sightings.offer_instead(listing(2), page=page.id, run=1)
    assert store.sightings.offer_instead(listing(2), page=page.id, run=1) is None
    desk.reject(page, "amp-twin")
    twin = desk.pending()[0]
    desk.save(twin)
    number = store.queries.articles.number(twin.url)
    assert number is not None
    found = store.queries.articles.get(number)
    assert found is not None
    assert found.first_seen_at == NOW


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("lnasrtw")), max_size=40))
def test_no_page_is_ever_lost(steps: list[tuple[int, str]]) -> None:
    """Law 1: whatever happens, a page is pending, an article, or rejected with a reason."""
    store = open_store(":memory:")
    store.runs.open("test", now=NOW, pid=1)
    desk = Desk(store)
    listed = set()
    for number, step in steps:
        if step in "ln":
            desk.offer(listing(number, title=step))
            listed.add(number)
        page = next((p for p in desk.pending(LATER) if p.url.endswith(f"/{number}")), None)
        if page is None:
            continue
        if step == "a":
            desk.save(page)
        elif step in "rt":
            desk.reject(page, "why", temporary=step == "t")
        elif step == "w":
            desk.reject(page, "wait", temporary=True, until=LATER, asked=False)
    assert sum(store.queries.outlets.page_states().values()) == len(listed)
    assert store.upkeep.problems() == []
    store.close()
