from __future__ import annotations

from itertools import permutations

import pytest

from crawler.store import Store
from crawler.store.facts.polls import Taken
from crawler.types import Listing, Listings, Polled, Source, SourceKind, SourceReading
from tests.conftest import NOW

FEEDS = [
    Source(url=f"https://g.org/{name}", kind=SourceKind.FEED, outlet="g") for name in ("a", "b")
]


def source_reading(source: Source, content_hash: str) -> SourceReading:
    polled = Polled(
        source=source, url=source.url, status=200, size=1, at=NOW, content_hash=content_hash
    )
    return SourceReading(polled=polled, listings=Listings(pages=(Listing(url="https://g.org/1"),)))


@pytest.mark.parametrize("order", list(permutations(FEEDS)))
def test_of_two_feeds_that_give_the_same_the_later_answer_is_left_alone(
    store: Store, order: tuple[Source, Source]
) -> None:
    outlet = store.outlets.ensure("g")
    for source in FEEDS:
        store.polls.ensure(source, outlet)
    first, later = order
    for source in order:
        store.polls.read(source_reading(source, "the same"), Taken(listed=1, wanted=1), run=1)
    assert store.polls.state(first.url).same_as is None
    assert store.polls.state(later.url).same_as == first.url
    # They are two again as soon as the one that is asked rarely gives something else.
    store.polls.read(source_reading(later, "other"), Taken(listed=1, wanted=1), run=1)
    assert store.polls.state(later.url).same_as is None
