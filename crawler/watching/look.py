"""What is new to each watch since it last looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from crawler.clock import later
from crawler.errors import UsageError
from crawler.store import Store
from crawler.store.facts.watches import Noticed
from crawler.types import ArticleFilter, Watch, WatchedEvent
from crawler.watching.messages import (
    Message,
    copies_message,
    headline_message,
    key_of,
    silence_message,
    story_message,
)

OVERLAP = timedelta(hours=1)
"""For which it looks at changes of headlines again: clocks are set; an event is kept once."""


class Looked(NamedTuple):
    """What watches noticed."""

    events: int
    troubles: dict[str, str]
    """watches that could not look, and why"""


def look(store: Store, *, run: int, now: str) -> Looked:
    """Have every watch look, and put what it notices into the outbox.

    What one cannot understand, such as a topic that was removed, stops no other; it looks at the
    same again when that is mended.
    """
    events, troubles = 0, {}
    watches = store.watches.all()
    article = store.queries.watched.grouped_up_to() if watches else 0
    for watch in watches:
        try:
            wanted = store.queries.filters.checked(watch.wanted)
            noticed = [
                Noticed(message.key, message.as_json())
                for message in _NOTICE[watch.event](store, watch, wanted, now)
            ]
        except UsageError as error:
            troubles[watch.name] = f"cannot look: {error}"
            continue
        with store.batch():
            events += store.watches.looked(watch, noticed, run=run, now=now)
            store.watches.move_on(watch, article=article, now=now)
    return Looked(events, troubles)


def _new_stories(store: Store, watch: Watch, wanted: ArticleFilter, now: str) -> Iterator[Message]:
    for row in store.queries.watched.touched(wanted, after=watch.last_article):
        if row.first_article > watch.first_article:
            key = key_of(watch, "new story", row.story)
            text = "New story of {outlets}: {title}"
            yield story_message(store, watch, row.story, text, key=key, at=now)


def _growth(store: Store, watch: Watch, wanted: ArticleFilter, now: str) -> Iterator[Message]:
    for row in store.queries.watched.touched(wanted, after=watch.last_article):
        reached = level(row.outlets, watch.wanted.min_outlets)
        if reached is not None and row.outlets_before < reached:
            key = key_of(watch, "grows", row.story, reached)
            text = "Reported by {outlets} now: {title}"
            yield story_message(store, watch, row.story, text, key=key, at=now)


def level(outlets: int, least: int) -> int | None:
    """The highest of `least` (2 at the least) and its doubles that a number of outlets reaches."""
    reached = max(least, 2)
    if outlets < reached:
        return None
    while 2 * reached <= outlets:
        reached *= 2
    return reached


def _copies(store: Store, watch: Watch, wanted: ArticleFilter, now: str) -> Iterator[Message]:
    rows = store.queries.watched.prints(wanted, after=watch.last_article)
    for group, members in groupby(rows, key=lambda row: row.copy_group):
        prints = list(members)
        original = next((one for one in prints if one.passes), None)
        if original is None:
            continue
        later_ones = prints[prints.index(original) :]
        copies = [
            one
            for one in later_ones
            if one.article > watch.last_article and one.outlet != original.outlet
        ]
        if copies:
            key = key_of(watch, "copied", group, max(one.article for one in copies))
            yield copies_message(store, watch, original, copies, key=key, at=now)


def _headlines(store: Store, watch: Watch, wanted: ArticleFilter, now: str) -> Iterator[Message]:
    since = max(_added_at(watch, now), later(min(watch.looked_at, now), -OVERLAP))
    for row in store.queries.watched.changed_headlines(wanted, since=since):
        key = key_of(watch, "headline", row.article, row.revision)
        yield headline_message(store, watch, row, key=key, at=now)


def _silences(store: Store, watch: Watch, wanted: ArticleFilter, now: str) -> Iterator[Message]:
    for row in store.queries.watched.fallen_silent(
        wanted.outlet, wanted.country, since=_added_at(watch, now), now=now
    ):
        key = key_of(watch, "silent", row.outlet, row.last_new_at)
        yield silence_message(watch, row, key=key, at=now)


def _added_at(watch: Watch, now: str) -> str:
    """When a watch was added; one that will be was added under a clock that was ahead."""
    return min(watch.added_at, now)


_NOTICE: dict[WatchedEvent, Callable[[Store, Watch, ArticleFilter, str], Iterator[Message]]] = {
    WatchedEvent.NEW_STORY: _new_stories,
    WatchedEvent.GROWS: _growth,
    WatchedEvent.COPIED: _copies,
    WatchedEvent.HEADLINE_CHANGED: _headlines,
    WatchedEvent.OUTLET_SILENT: _silences,
}
