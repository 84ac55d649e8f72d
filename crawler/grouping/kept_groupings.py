"""A second grouping beside the first: a rebuild in a copy of the file, its outcome kept.

The numbers that decide may be others than usual; the file's own copies and stories stay as they
are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from crawler.errors import UsageError
from crawler.grouping.event_linker import EVENTS
from crawler.grouping.linker import STORIES
from crawler.grouping.run import COPIES, Grouped, Progress, group
from crawler.store import Store, open_store
from dedupe import RENAMED, CopyScheme, EventScheme, InvalidScheme, StoryScheme

S = TypeVar("S", CopyScheme, StoryScheme, EventScheme)
_KINDS = ("copies", "stories", "events")


def keep_beside(
    store: Store,
    name: str,
    settings: Mapping[str, str],
    *,
    embedding_model: str | None = None,
    run: int,
    now: str,
    progress: Progress,
) -> Grouped:
    """Group everything again with some numbers changed, and keep the outcome under a name.

    `settings` are written copies.NAME, stories.NAME or events.NAME. An earlier outcome of that name
    is replaced. Raises UsageError naming the setting that is wrong.
    """
    for setting in settings:
        if setting.partition(".")[0] not in _KINDS:
            raise UsageError(f"{setting}: a setting begins with copies., stories. or events.")
    scheme, story_scheme, event_scheme = (
        _changed("copies", COPIES, settings),
        _changed("stories", STORIES, settings),
        _changed("events", EVENTS, settings),
    )
    # Beside the file, where there is likely to be room for another of its size.
    folder = Path(store.path).absolute().parent
    with tempfile.TemporaryDirectory(prefix=".newsloom-", dir=folder) as workshop:
        copy = Path(workshop) / "copy.db"
        with store.explained():
            store.upkeep.backup(copy)
        other = open_store(copy)
        try:
            done = group(
                other, run=run, now=now, rebuild=True, progress=progress,
                scheme=scheme, story_scheme=story_scheme, event_scheme=event_scheme,
                embedding_model=embedding_model,
            )  # fmt: skip
            with store.batch():
                store.groupings.keep(name, other.groupings)
        finally:
            other.close()
    return done


def _changed(kind: str, scheme: S, settings: Mapping[str, str]) -> S:
    types = {f.name: type(getattr(scheme, f.name)) for f in fields(scheme) if f.init}
    types.pop("embedding_model", None)  # no number: an option of its own
    found: dict[str, Any] = {}
    for setting, value in settings.items():
        where, _, name = setting.partition(".")
        if where != kind:
            continue
        renamed = RENAMED.get(type(scheme), {})
        if renamed.get(name) in types:
            raise UsageError(f"{setting} is {kind}.{renamed[name]} now")
        if name not in types:
            raise UsageError(f"{setting}: there is no such number; {kind} have {', '.join(types)}")
        try:
            found[name] = types[name](value)
        except ValueError:
            kind_of = "whole number" if types[name] is int else "number"
            raise UsageError(f"{setting}: {value!r} is no {kind_of}") from None
    try:
        return replace(scheme, **found)
    except InvalidScheme as error:
        raise UsageError(str(error)) from error
