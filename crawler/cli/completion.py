"""What a shell completes: outlets, lists, stories, topics and watches.

Completion has no place for messages, so what cannot be read completes to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from crawler.cli.arguments import reading
from crawler.cli.described import Described
from crawler.errors import NewsloomError
from crawler.outlets.selection import LIST
from crawler.output.visible import one_line
from crawler.types import ALL

MOST = 200
"""Stories that are looked at."""


def outlet_names(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Slugs of the outlets that the options before mean, and lists once it begins with @."""
    folder = ctx.params.get("folder")
    described = Described(Path(folder) if folder else None, bool(ctx.params.get("only")))
    if incomplete.startswith(LIST):
        return _lists(described.list_folders(), incomplete)
    try:
        known = described.load(quiet=True)
    except NewsloomError:
        return []
    return [
        CompletionItem(slug, help=one_line(outlet.name))
        for slug, outlet in sorted(known.items())
        if slug.startswith(incomplete)
    ]


def stored_outlets(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Slugs of the outlets in the store, and lists once it begins with @."""
    if incomplete.startswith(LIST):
        return _lists(Described.by_environment().list_folders(), incomplete)
    try:
        with reading(ctx.find_root().params["db"]) as store:
            slugs = store.queries.outlets.names()
    except NewsloomError:
        return []
    return [CompletionItem(slug) for slug in slugs if slug.startswith(incomplete)]


def _lists(folders: Sequence[Path], incomplete: str) -> list[CompletionItem]:
    files = [file for place in folders for file in sorted(place.glob("*.txt"))]
    names = dict.fromkeys(f"{LIST}{file.stem}" for file in files)
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def story_numbers(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Numbers of the store's largest stories, with their titles."""
    db: Path = ctx.find_root().params["db"]
    try:
        with reading(db) as store:
            rows = store.queries.stories.matching(ALL, limit=MOST)
    except NewsloomError:
        return []
    return [
        CompletionItem(str(row.story), help=one_line(row.title))
        for row in rows
        if str(row.story).startswith(incomplete)
    ]


def topic_names(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Topics of the store, with what they are for."""
    db: Path = ctx.find_root().params["db"]
    try:
        with reading(db) as store:
            topics = store.topics.all()
    except NewsloomError:
        return []
    return [
        CompletionItem(topic.name, help=one_line(topic.why or ""))
        for topic in topics
        if topic.name.startswith(incomplete)
    ]


def watch_names(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Watches of the store, with what they report."""
    db: Path = ctx.find_root().params["db"]
    try:
        with reading(db) as store:
            watches = store.watches.all()
    except NewsloomError:
        return []
    return [
        CompletionItem(watch.name, help=watch.event)
        for watch in watches
        if watch.name.startswith(incomplete)
    ]
