"""Grouping: compare what is new, then link stories. Idempotent; a killed run is simply gone on.

Each chunk of articles is one transaction that also takes them off the waiting list, so nothing
is half done and nothing is done twice.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from crawler.parsing.dates import posix
from crawler.store import Store
from dedupe import (
    CopyEdge,
    Document,
    Scheme,
    StoryScheme,
    copy_groups,
    document,
    find_copies,
    link_stories,
    longest_passage,
    members,
    seed_id,
)
from dedupe.text import shingles

COPIES = Scheme()
STORIES = StoryScheme()
CHUNK = 500
"""Articles compared in one transaction."""
STORY_CHUNK = 4_000
"""Copy groups linked at once, at the most; the window around them comes on top."""

Progress = Callable[[int, int], None]
"""Called with articles done and articles in all."""


class Grouped(NamedTuple):
    """What a grouping did."""

    compared: int
    edges: int
    linked: int


def group(
    store: Store,
    *,
    run: int,
    now: str,
    rebuild: bool = False,
    progress: Progress = lambda _done, _total: None,
    scheme: Scheme = COPIES,
    story_scheme: StoryScheme = STORIES,
) -> Grouped:
    """Bring copy groups and stories up to date with the articles."""
    with store.batch():
        seed = _prepare(store, scheme, story_scheme, rebuild=rebuild)
    total, compared, edges = store.copies.count_waiting(), 0, 0
    while True:
        with store.batch():
            done, found = _compare_chunk(store, scheme, seed=seed, run=run, now=now)
        if not done:
            break
        compared, edges = compared + done, edges + found
        progress(compared, total)
    linked = 0
    while waiting := store.stories.unlinked(STORY_CHUNK):
        chunk = _without_gaps(waiting, story_scheme.max_days)
        window = store.stories.window(chunk[0][1], chunk[-1][1], days=story_scheme.max_days)
        with store.batch():
            store.stories.apply(link_stories(window, story_scheme), run=run, now=now)
        linked += len(chunk)
    return Grouped(compared, edges, linked)


def _without_gaps(waiting: list[tuple[int, str]], days: float) -> list[tuple[int, str]]:
    """The first of these groups, up to a gap that no link can span: a window stays small."""
    for n, ((_, before), (_, after)) in enumerate(pairwise(waiting), start=1):
        if posix(after) - posix(before) > 2 * days * 86_400:
            return waiting[:n]
    return waiting


def _prepare(store: Store, scheme: Scheme, story_scheme: StoryScheme, *, rebuild: bool) -> int:
    """Settle scheme and seed; findings of another scheme are made anew."""
    known = store.copies.scheme()
    # 32 bits: what datasketch's permutations take.
    seed = known[1] if known else secrets.randbits(32)
    if rebuild or (known and known[0] != scheme.id):
        store.copies.queue_all()
    store.copies.set_scheme(scheme.id, seed=seed, seed_id=seed_id(seed))
    if store.stories.set_scheme(story_scheme.id) or rebuild:
        store.stories.unlink_all()
    return seed


def _compare_chunk(
    store: Store, scheme: Scheme, *, seed: int, run: int, now: str
) -> tuple[int, int]:
    waiting = store.copies.waiting(CHUNK)
    if not waiting:
        return 0, 0
    texts = {article.id: article.text for article in waiting}
    store.copies.forget(texts)
    documents = []
    for article in waiting:
        ready = document(article.id, article.text, scheme, seed=seed)
        store.copies.save_signature(
            ready,
            text_hash=article.text_hash,
            scheme=scheme.id,
            seed_id=seed_id(seed),
        )
        documents.append(ready)
    edges = _find_edges(store, documents, scheme)
    for edge in edges:
        passage = longest_passage(_text(store, texts, edge.a), _text(store, texts, edge.b), scheme)
        store.copies.save_edge(edge, passage=passage, scheme=scheme.id)
    affected = store.copies.neighbourhood(texts)
    groups = members(copy_groups(affected, store.copies.joined_edges(affected)))
    store.copies.assign(groups, run=run, now=now)
    store.copies.done(texts)
    return len(waiting), len(edges)


def _find_edges(store: Store, documents: list[Document], scheme: Scheme) -> list[CopyEdge]:
    known = {ready.id: ready.shingles for ready in documents}

    @functools.lru_cache(maxsize=2_000)
    def shingles_of(article: int) -> frozenset[str]:
        return known[article] if article in known else shingles(store.copies.text(article), scheme)

    return list(find_copies(documents, store.copies, scheme, shingles=shingles_of))


def _text(store: Store, known: dict[int, str], article: int) -> str:
    return known[article] if article in known else store.copies.text(article)
