"""Floors of the event linker on headlines, where little more than names speaks for it."""

from __future__ import annotations

from bench.events import headlines, linked, profiles, scored
from crawler.grouping.event_linker import EVENTS
from tests.conftest import shared


def test_events_of_headlines_in_nine_languages() -> None:
    shared("stories/og2021_headlines.jsonl.gz")
    stories = headlines()
    found = scored(stories, linked(profiles(stories, EVENTS), EVENTS))
    print(found)  # noqa: T201
    assert found.stories.precision >= 0.92
    assert found.stories.recall >= 0.195
    assert found.after >= found.before + 0.04
