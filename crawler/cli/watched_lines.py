"""What watches did at the end of a run, as `crawl`, `group` and `health` say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.output.visible import counted

if TYPE_CHECKING:
    from crawler.store import Store
    from crawler.watching.end_of_run import Watched


def show_watched(watched: Watched | None, *, quiet: bool) -> None:
    """What watches could not tell, and how much they did; a quiet run shows new trouble only."""
    if watched is None:
        return
    for trouble in watched.troubles:
        if not (quiet and trouble.again):
            click.echo(f"watch {trouble.watch}: {trouble.why}", err=True)
    if not quiet and (watched.events or watched.sent):
        events, messages = counted(watched.events, "event"), counted(watched.sent, "message")
        click.echo(f"Watches noticed {events} and sent {messages}.", err=True)


def show_untold(store: Store) -> None:
    """Watches with events that could not be sent."""
    for watch in store.watches.all():
        figures = store.watches.figures(watch)
        if figures.trouble is None:
            continue
        parts = [f"{counted(figures.waiting, 'event')} waiting"] if figures.waiting else []
        parts += [f"{counted(figures.given_up, 'event')} given up"] if figures.given_up else []
        click.echo(f"\nwatch {watch.name}: {', '.join(parts)}: {figures.trouble}")
