"""Groupings beside the file's own: a rebuild in a copy of the file, its outcome kept by name.

The numbers that decide may be others than the file's; its own copies and stories stay as they are
until one of the kept groupings is adopted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crawler.errors import UsageError
from crawler.grouping.file_schemes import changed, file_schemes, settings_of
from crawler.grouping.run import Grouped, Progress, group
from crawler.output.visible import one_line
from crawler.output.workshop import workshop
from crawler.store import Store, open_store


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

    `settings` are as `changed` takes them. An earlier outcome of that name is replaced. Raises
    UsageError naming the setting that is wrong.
    """
    schemes = changed(settings, file_schemes(store))
    # Beside the file, where there is likely to be room for another of its size.
    folder = Path(store.path).absolute().parent
    with workshop(folder) as place:
        copy = place / "copy.db"
        with store.explained():
            store.upkeep.backup(copy)
        other = open_store(copy)
        try:
            done = group(
                other, run=run, now=now, rebuild=True, progress=progress,
                scheme=schemes.copies, story_scheme=schemes.stories, event_scheme=schemes.events,
                embedding_model=embedding_model,
            )  # fmt: skip
            with store.batch():
                store.groupings.keep(name, other.groupings)
        finally:
            other.close()
    return done


def adopt(
    store: Store, name: str, *, run: int, now: str, progress: Progress
) -> tuple[Grouped, str]:
    """Group the file with the numbers of a kept grouping, now and from now on.

    Returns what was done, and the name under which the grouping that this replaces is kept: to
    adopt that one takes it back. Raises UsageError where no grouping has the name.
    """
    numbers = store.groupings.numbers_of(name)
    if numbers is None:
        there_are = ", ".join(map(one_line, store.groupings.partitions())) or "none"
        raise UsageError(
            f"no grouping is kept as {one_line(name)}; there are: {there_are}. "
            f"`newsloom group --rebuild --as {one_line(name)}` makes it"
        )
    settings = settings_of(numbers)
    model = str(numbers.get("stories", {}).get("embedding_model", ""))
    before = f"before-{name}"
    with store.batch():
        store.groupings.keep(before, store.groupings)
        store.groupings.set_settings(settings)
    done = group(store, run=run, now=now, rebuild=True, embedding_model=model, progress=progress)
    return done, before
