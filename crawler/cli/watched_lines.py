"""What watches did at the end of a run, as `crawl`, `group` and `health` say it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from crawler.clock import later, now
from crawler.output.visible import counted

if TYPE_CHECKING:
    from crawler.store import Store
    from crawler.watching.end_of_run import Watched

SHOWN = timedelta(days=7)
"""For which `health` shows that an event was given up."""


def show_watched(watched: Watched | None, *, quiet: bool) -> None:
    """What watches could not send, and how much they did; a quiet run shows new trouble only."""
    if watched is None:
        return
    for trouble in watched.troubles:
        if not (quiet and trouble.again):
            click.echo(f"watch {trouble.watch}: {trouble.why}", err=True)
    if not quiet and (watched.events or watched.sent):
        events, messages = counted(watched.events, "event"), counted(watched.sent, "message")
        click.echo(f"Watches noticed {events} and sent {messages}.", err=True)


def show_unsent(store: Store) -> None:
    """Watches with events that could not be sent, or were given up in the last days."""
    since = later(now(), -SHOWN)
    for watch in store.watches.all():
        found = store.watches.unsent(watch, since=since)
        if found.trouble is None:
            continue
        parts = [f"{counted(found.waiting, 'event')} waiting"] if found.waiting else []
        parts += [f"{counted(found.given_up, 'event')} given up"] if found.given_up else []
        click.echo(f"\nwatch {watch.name}: {', '.join(parts)}: {found.trouble}")
