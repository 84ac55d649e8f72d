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

from crawler.errors import SchemeChanged
from crawler.parsing.dates import posix
from crawler.store import Store
from crawler.store.copies import ComparedText
from crawler.store.counts import Count
from dedupe import (
    Common,
    CopyEdge,
    Document,
    Furniture,
    MemoryIndex,
    Scheme,
    Shingled,
    StoryScheme,
    compare,
    copy_groups,
    cut,
    document,
    find_copies,
    link_stories,
    seed_id,
    shared_passage,
    telling,
)

COPIES = Scheme()
STORIES = StoryScheme()
CHUNK = 500
"""Articles compared in one transaction."""
LEARNED_FIRST = 10_000
"""Articles from which the first grouping of a file learns what is common; they are in memory."""
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
    stories: bool = True,
    progress: Progress = lambda _done, _total: None,
    scheme: Scheme = COPIES,
    story_scheme: StoryScheme = STORIES,
) -> Grouped:
    """Bring copy groups and stories up to date with the articles.

    The first grouping of a file, and a rebuild, learn what is common before they decide. Without
    `stories` only copies are looked for. Raises SchemeChanged when the file was grouped with
    other numbers.
    """
    seed = _seed(store, scheme, rebuild=rebuild)
    with store.batch():
        store.copies.set_scheme(scheme.id, seed=seed, seed_id=seed_id(seed))
        if store.stories.set_scheme(story_scheme.id) or rebuild:
            store.stories.unlink_all()
        if rebuild:
            store.copies.queue_all()
            store.counts.forget()
    copier = _Copier(store, scheme, seed=seed, run=run, now=now)
    compared, edges = copier.work(progress)
    linked = _link(store, story_scheme, run=run, now=now) if stories else 0
    return Grouped(compared, edges, linked)


def _seed(store: Store, scheme: Scheme, *, rebuild: bool) -> int:
    """The file's secret seed; 32 bits, which is what datasketch's permutations take."""
    known = store.copies.scheme()
    if known is None:
        return secrets.randbits(32)
    if known[0] != scheme.id and not rebuild:
        raise SchemeChanged(store.path, known[0], scheme.id)
    return known[1]


class _Copier:
    """Compares the waiting articles, chunk by chunk."""

    def __init__(self, store: Store, scheme: Scheme, *, seed: int, run: int, now: str) -> None:
        self._store, self._scheme, self._seed = store, scheme, seed
        self._run, self._now = run, now
        known = store.counts.common()
        self._common = Common(known.texts, known.packed) if known else Common()
        self._furniture: dict[int, Furniture] = {}
        self._learned = 0
        """number of the last article that was counted before any was compared"""
        self._texts: dict[int, ComparedText] = {}
        self._cuts: dict[int, Shingled] = {}
        self._cut = functools.lru_cache(maxsize=6_000)(self._cut_now)

    def work(self, progress: Progress) -> tuple[int, int]:
        """Compare all that waits; articles compared and edges kept."""
        total, compared, edges = self._store.copies.count_waiting(), 0, 0
        if total and self._store.counts.common() is None:
            self._learn_first()
        while waiting := self._store.copies.waiting(CHUNK):
            with self._store.batch():
                edges += self._compare(waiting)
                compared += len(waiting)
                self._store.keys.merge_recent()
                # What was learned is saved with the last chunk, and before too much is at stake.
                if compared >= total or compared // CHUNK % 100 == 0:
                    self._save_counts()
            progress(compared, total)
        return compared, edges

    def _compare(self, waiting: list[ComparedText]) -> int:
        copies = self._store.copies
        self._texts = {article.id: article for article in waiting}
        self._cut.cache_clear()
        copies.forget(self._texts)
        documents = [self._document(article) for article in waiting]
        self._cuts = {ready.id: ready.shingled for ready in documents}
        found = list(
            find_copies(documents, self._store.keys, self._scheme, shingled=self._shingled)
        )
        self._save_edges(found)
        near = copies.neighbourhood(self._texts)
        groups, more = copy_groups(near, copies.edges(near), self._compare_pair)
        self._save_edges(more)
        copies.assign(groups, run=self._run, now=self._now)
        # The newer of a pair has the higher number, unless it is a revision of an old article.
        newer = {e.b if e.b in self._texts else e.a for e in found if e.joined}
        self._learn(documents, newer)
        copies.done(self._texts)
        return len(found) + len(more)

    def _document(self, article: ComparedText) -> Document:
        ready = document(
            article.id,
            article.text,
            self._scheme,
            seed=self._seed,
            common=telling(self._scheme, self._common, self._outlet(article.outlet)),
        )
        self._store.copies.save_signature(
            ready,
            text_hash=article.text_hash,
            scheme=self._scheme.id,
            seed_id=seed_id(self._seed),
        )
        return ready

    def _compare_pair(self, a: int, b: int) -> CopyEdge | None:
        one, two = (Document(id=n, shingled=self._shingled(n)) for n in (a, b))
        return compare(one, two, self._scheme)

    def _save_edges(self, edges: list[CopyEdge]) -> None:
        for edge in edges:
            passage = shared_passage(
                self._shingled(edge.a),
                self._shingled(edge.b),
                (self._text(edge.a).text, self._text(edge.b).text),
                self._scheme,
            )
            self._store.copies.save_edge(edge, passage=passage, scheme=self._scheme.id)

    def _learn_first(self) -> None:
        """Count the first articles of the file before any is compared.

        It writes nothing: a run killed before its counts are saved learns the same again.
        """
        index, cuts = MemoryIndex(), dict[int, Shingled]()
        for article in self._store.copies.first(LEARNED_FIRST):
            common = telling(self._scheme, self._common, self._outlet(article.outlet))
            ready = document(article.id, article.text, self._scheme, seed=self._seed, common=common)
            cuts[ready.id] = ready.shingled
            found = list(find_copies([ready], index, self._scheme, shingled=cuts.__getitem__))
            self._count(ready, article.outlet, copy=any(edge.joined for edge in found))
            self._learned = article.id

    def _learn(self, documents: list[Document], copies: set[int]) -> None:
        """Count the shingles of these texts; `copies` are copies of others."""
        for ready in documents:
            if ready.id > self._learned:
                self._count(ready, self._texts[ready.id].outlet, copy=ready.id in copies)

    def _count(self, ready: Document, outlet: int, *, copy: bool) -> None:
        self._common.count(ready.shingled.every, copy=copy)
        self._outlet(outlet).count(ready.shingled.every, copy=copy)

    def _save_counts(self) -> None:
        counts = self._store.counts
        counts.save_common(Count(self._common.documents, self._common.pack()))
        for outlet, furniture in self._furniture.items():
            counts.save_furniture(outlet, Count(furniture.texts, furniture.pack()))

    def _shingled(self, article: int) -> Shingled:
        return self._cuts.get(article) or self._cut(article)

    def _cut_now(self, article: int) -> Shingled:
        found = self._text(article)
        common = telling(self._scheme, self._common, self._outlet(found.outlet))
        return cut(found.text, self._scheme, common)

    def _text(self, article: int) -> ComparedText:
        return self._texts.get(article) or self._store.copies.text(article)

    def _outlet(self, outlet: int) -> Furniture:
        if outlet not in self._furniture:
            known = self._store.counts.furniture(outlet)
            self._furniture[outlet] = Furniture(known.texts, known.packed) if known else Furniture()
        return self._furniture[outlet]


def _link(store: Store, scheme: StoryScheme, *, run: int, now: str) -> int:
    """Link the copy groups that wait for it; their number."""
    linked = 0
    while waiting := store.stories.unlinked(STORY_CHUNK):
        chunk = _without_gaps(waiting, scheme.max_days)
        window = store.stories.window(chunk[0][1], chunk[-1][1], days=scheme.max_days)
        with store.batch():
            store.stories.apply(link_stories(window, scheme), run=run, now=now)
        linked += len(chunk)
    return linked


def _without_gaps(waiting: list[tuple[int, str]], days: float) -> list[tuple[int, str]]:
    """The first of these groups, up to a gap that no link can span: a window stays small."""
    for n, ((_, before), (_, after)) in enumerate(pairwise(waiting), start=1):
        if posix(after) - posix(before) > 2 * days * 86_400:
            return waiting[:n]
    return waiting
