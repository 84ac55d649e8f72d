"""The end of a run: watches look at what it brought, and what they noticed is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TextIO

from crawler.clock import now
from crawler.store import Store
from crawler.watching.trouble import Trouble


class Watched(NamedTuple):
    """What watches did at the end of a run."""

    events: int
    """that they noticed"""
    sent: int
    """messages, those of earlier runs among them"""
    troubles: tuple[Trouble, ...]


def look_and_send(
    store: Store, *, run: int, environment: Mapping[str, str], out: TextIO
) -> Watched:
    """Look, then send; whatever receivers do, it takes seconds and fails nothing.

    `environment` has the secrets that watches name, `out` is where watches of standard output
    write.
    """
    if not store.watches.all():
        return Watched(0, 0, ())
    # Imported when they are needed: most stores have no watches.
    from crawler.watching.look import look
    from crawler.watching.outbox import send_waiting

    looked = look(store, run=run, now=now())
    sent, unsent = send_waiting(store, environment=environment, out=out)
    unable = [Trouble(name, why, again=False) for name, why in looked.troubles.items()]
    return Watched(looked.events, sent, (*unable, *unsent))
