"""Grouping: compare what is new, link stories, then events across languages.

Idempotent: after a kill, run it again and it resumes.
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from typing import NamedTuple
from unicodedata import unidata_version

from crawler.errors import SchemeChanged
from crawler.grouping.comparer import Comparer
from crawler.grouping.embedding_models import embedding_versions, open_embedding_model
from crawler.grouping.event_linker import EventLinker
from crawler.grouping.file_schemes import Schemes, file_schemes
from crawler.grouping.linker import Linker
from crawler.release import __version__
from crawler.store import Store
from dedupe import CopyScheme, EventScheme, StoryScheme, seed_id

_OUTDATED = "outdated"
_LIBRARIES = ("anyascii", "babel", "datasketch", "justext", "numpy", "scipy")
"""Those that decide, with their tables and sums, what is grouped."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Grouped(NamedTuple):
    """What a grouping did."""

    compared: int
    edges: int
    linked: int
    waiting: int = 0
    """articles and copy groups that there was no time for; the next grouping resumes there"""
    repeated: int = 0
    """articles of which little was compared: many texts, or its outlet, repeat the rest"""


def group(
    store: Store,
    *,
    run: int,
    now: str,
    rebuild: bool = False,
    stories: bool = True,
    progress: Progress = lambda _what, _done, _total: None,
    scheme: CopyScheme | None = None,
    story_scheme: StoryScheme | None = None,
    event_scheme: EventScheme | None = None,
    embedding_model: str | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Grouped:
    """Bring copy groups, stories and events up to date with the articles.

    The numbers are the file's own, see `file_schemes`, where no scheme is given. The first
    grouping of a file, and a rebuild, learn what is common before they decide. Without
    `stories` only copies are looked for. With an `embedding_model` it helps to link stories from
    now on, with an empty one none does; None leaves it as it is. When `is_over` says so the rest
    waits for the next grouping; what is all or nothing is done to its end: the articles of a file
    that has few (`CopyScheme.warm_up_articles`), and stories that are all linked again after a
    change of scheme. Raises SchemeChanged when the file was grouped with other numbers,
    EmbeddingModelMissing when its model cannot be loaded.
    """
    own = file_schemes(store)
    if embedding_model is None:
        embedding_model = own.stories.embedding_model
    schemes = Schemes(
        scheme or own.copies, story_scheme or own.stories, event_scheme or own.events
    ).with_model(embedding_model)
    scheme, story_scheme, event_scheme = schemes
    if rebuild and embedding_model:
        # An hour later would be late to find that it is not here.
        open_embedding_model(embedding_model)
    seed = _seed(store, scheme, rebuild=rebuild)
    again = _begin(store, scheme, story_scheme, seed=seed, rebuild=rebuild)
    linker = Linker(store, story_scheme, run=run, now=now)
    relink = stories and linker.will_relink(_count_waiting(store))
    entry = _open_entry(
        store,
        schemes.numbers,
        run=run,
        now=now,
        compare_all=again,
        relink=relink,
        events_wait=stories and _events_wait(store, event_scheme),
    )
    comparer = Comparer(store, scheme, seed=seed, run=run, now=now, entry=entry)
    compared, edges = comparer.work(partial(progress, "comparing"), is_over=is_over)
    if not stories:
        waiting = store.copies.count_waiting()
        return Grouped(compared, edges, linked=0, waiting=waiting, repeated=comparer.repeated)
    linked = linker.link(partial(progress, "linking"), rebuild=relink, is_over=is_over)
    EventLinker(store, event_scheme, run=run, now=now).work(
        partial(progress, "linking languages"), rebuild=relink, is_over=is_over
    )
    if linked and entry is not None:
        with store.batch():
            store.groupings.linked(entry, linked)
    return Grouped(compared, edges, linked, _count_waiting(store), comparer.repeated)


def _open_entry(
    store: Store,
    settings: Mapping[str, Mapping[str, int | float | str]],
    *,
    run: int,
    now: str,
    compare_all: bool,
    relink: bool,
    events_wait: bool,
) -> int | None:
    """Say in the manifest what the grouping is made with; its entry, None where nothing waits."""
    if not relink and not _count_waiting(store) and not events_wait:
        return None
    with store.batch():
        return store.groupings.begin(
            run=run,
            now=now,
            compare_all=compare_all,
            relinked=relink,
            settings=settings,
            versions=versions(embeddings=bool(settings["stories"]["embedding_model"])),
        )


def _count_waiting(store: Store) -> int:
    """Articles to compare, and copy groups to link."""
    return store.copies.count_waiting() + store.story_links.count_waiting()


def _events_wait(store: Store, scheme: EventScheme) -> bool:
    """Whether the events of some stories are to be looked for, or of all with another scheme."""
    links = store.event_links
    return links.count_waiting() > 0 or links.scheme() not in (None, scheme.id)


def _begin(
    store: Store, scheme: CopyScheme, story_scheme: StoryScheme, *, seed: int, rebuild: bool
) -> bool:
    """Say with what the file is grouped; whether all its articles are compared again."""
    links = store.story_links
    with store.batch():
        store.copies.set_scheme(scheme.id, seed=seed, seed_id=seed_id(seed))
        if rebuild or links.scheme() is None:
            # A rebuild that is killed links all stories when it is resumed: no scheme has this id.
            links.set_scheme(_OUTDATED if rebuild else story_scheme.id)
            links.set_embedding_model(story_scheme.embedding_model)
        # Findings that came without the seed they were made with have no signatures.
        again = rebuild or not store.copies.has_compared() or _has_doubled(store, scheme)
        if again:
            store.copies.queue_all()
            store.boilerplate.forget()
            store.copy_credits.forget()
    return again


def versions(*, embeddings: bool) -> dict[str, str]:
    """Versions of what decides how articles are grouped, by name."""
    return {
        "newsloom": __version__,
        "python": platform.python_version(),
        # What counts as a letter, and the words that are common in a language.
        "unicode": unidata_version,
        **{name: version(name) for name in _LIBRARIES},
        **(embedding_versions() if embeddings else {}),
    }


def _seed(store: Store, scheme: CopyScheme, *, rebuild: bool) -> int:
    """The file's secret seed; 32 bits, which is what datasketch's permutations take."""
    known = store.copies.scheme()
    if known is None:
        return secrets.randbits(32)
    if known[0] != scheme.id and not rebuild:
        raise SchemeChanged(store.path, known[0], scheme.id)
    return known[1]


def _has_doubled(store: Store, scheme: CopyScheme) -> bool:
    """Whether a file that is still small went past a power of two since it was last grouped.

    Boilerplate learned from few articles is unreliable, so the larger file is looked at again.
    """
    articles = store.copies.count_articles(scheme.warm_up_articles + 1)
    compared = articles - min(store.copies.count_waiting(), articles)
    return articles <= scheme.warm_up_articles and articles.bit_length() > compared.bit_length()
