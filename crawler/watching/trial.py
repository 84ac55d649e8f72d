"""The message of a test, which looks like any other."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from crawler.store import Store
from crawler.types import Watch, WatchedEvent
from crawler.watching.messages import Message, story_message

EVENT = "test"


def trial_message(store: Store, watch: Watch, *, at: str) -> Message:
    """A message with the newest story that passes, where there is one; it is not in the outbox.

    Raises UsageError where the watch could not look.
    """
    message = Message(
        key=str(uuid4()),
        watch=watch.name,
        event=EVENT,
        at=at,
        text=f"This is a test of the watch {watch.name}.",
    )
    if watch.event is WatchedEvent.OUTLET_SILENT:
        return message
    wanted = store.queries.filters.checked(watch.wanted)
    found = store.queries.stories.matching(wanted, limit=1, newest=True)
    if not found:
        return message
    text = f"{message.text} The newest story that passes: {{title}} ({{outlets}})"
    shown = story_message(store, watch, found[0].story, text, key=message.key, at=at)
    return replace(shown, event=EVENT)
