"""Grouping: compare what is new, then link stories. Idempotent; a killed run is simply gone on.

Each chunk of articles is one transaction that also takes them off the waiting list, so nothing
is half done and nothing is done twice.
"""

from __future__ import annotations

import functools
import secrets
from collections import defaultdict
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
    is_print,
    is_template,
    keyed,
    link_stories,
    seed_id,
    shared_passage,
    telling,
    without,
)

COPIES = Scheme()
STORIES = StoryScheme()
CHUNK = 500
"""Articles compared in one transaction."""
LEARNED_FIRST = 10_000
"""Articles from which a file learns what is common before it decides; they are in memory. Until
it has as many, it is grouped anew at each power of two: what few articles taught it was little."""
CACHED = 6_000
"""Texts kept cut, 12 kB each."""
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
        if rebuild or _has_doubled(store):
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


def _has_doubled(store: Store) -> bool:
    """Whether a file that is still small went past a power of two since it was last grouped."""
    articles = store.copies.count_articles(LEARNED_FIRST + 1)
    compared = articles - min(store.copies.count_waiting(), articles)
    return articles <= LEARNED_FIRST and articles.bit_length() > compared.bit_length()


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
        self._whole = functools.lru_cache(maxsize=CACHED)(self._cut_now)
        self._telling = functools.lru_cache(maxsize=CACHED)(self._leave_out)

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
        self._telling.cache_clear()
        copies.forget(self._texts)
        documents = [self._document(article) for article in waiting]
        found = list(find_copies(documents, self._store.keys, self._scheme, shingled=self._telling))
        saved = self._save_edges(found)
        near = copies.neighbourhood(self._texts)
        groups, more = copy_groups(near, copies.edges(near), self._compare_pair)
        saved += self._save_edges(more)
        copies.assign(groups, run=self._run, now=self._now)
        self._learn(documents, found)
        copies.done(self._texts)
        return saved

    def _document(self, article: ComparedText) -> Document:
        ready = keyed(article.id, self._telling(article.id), self._scheme, seed=self._seed)
        self._store.copies.save_signature(
            ready,
            text_hash=article.text_hash,
            scheme=self._scheme.id,
            seed_id=seed_id(self._seed),
        )
        return ready

    def _compare_pair(self, a: int, b: int) -> CopyEdge | None:
        one, two = (Document(id=n, shingled=self._telling(n)) for n in (a, b))
        return compare(one, two, self._scheme)

    def _save_edges(self, edges: list[CopyEdge]) -> int:
        """Keep the evidence, but not of templates: it says nothing of who copies whom.

        There would be more pairs of weather reports than of anything else. Edges kept.
        """
        kept = [
            e for e in edges if not is_template(e.numbers_same, e.numbers_changed, self._scheme)
        ]
        for edge in kept:
            passage = shared_passage(
                self._telling(edge.a),
                self._telling(edge.b),
                (self._text(edge.a).text, self._text(edge.b).text),
                self._scheme,
            )
            self._store.copies.save_edge(edge, passage=passage, scheme=self._scheme.id)
        return len(kept)

    def _learn_first(self) -> None:
        """Count the first articles of the file before any is compared.

        It writes nothing: a run killed before its counts are saved learns the same again.
        """
        index, cuts, outlets = MemoryIndex(), dict[int, Shingled](), dict[int, int]()
        for article in self._store.copies.first(LEARNED_FIRST):
            common = telling(self._scheme, self._common, self._outlet(article.outlet))
            ready = document(article.id, article.text, self._scheme, seed=self._seed, common=common)
            cuts[ready.id] = ready.shingled
            found = list(find_copies([ready], index, self._scheme, shingled=cuts.__getitem__))
            outlets[article.id] = article.outlet
            self._count(ready, article.outlet, found, outlets.__getitem__)
            self._learned = max(self._learned, article.id)

    def _learn(self, documents: list[Document], found: list[CopyEdge]) -> None:
        """Count the shingles of these texts, given the edges to what was there before them."""
        by_newer = defaultdict[int, list[CopyEdge]](list)
        for edge in found:
            # The newer of a pair has the higher number, unless it is a revision of an old article.
            by_newer[edge.b if edge.b in self._texts else edge.a].append(edge)
        for ready in documents:
            if ready.id > self._learned:
                outlet = self._texts[ready.id].outlet
                self._count(ready, outlet, by_newer[ready.id], lambda n: self._text(n).outlet)

    def _count(
        self,
        ready: Document,
        outlet: int,
        edges: list[CopyEdge],
        outlet_of: Callable[[int], int],
    ) -> None:
        """A text counts once, however many print it; for its outlet, however often it does."""
        prints = [edge for edge in edges if is_print(edge, self._scheme)]
        again = any(outlet_of(edge.a) == outlet_of(edge.b) for edge in prints)
        self._common.count(ready.shingled.every, copy=bool(prints))
        self._outlet(outlet).count(ready.shingled.every, copy=again)

    def _save_counts(self) -> None:
        counts = self._store.counts
        counts.save_common(Count(self._common.documents, self._common.pack()))
        for outlet, furniture in self._furniture.items():
            counts.save_furniture(outlet, Count(furniture.texts, furniture.pack()))

    def _leave_out(self, article: int) -> Shingled:
        """What tells something of an article, by the counts as they are."""
        outlet = self._outlet(self._text(article).outlet)
        return without(self._whole(article), telling(self._scheme, self._common, outlet))

    def _cut_now(self, article: int) -> Shingled:
        return cut(self._text(article).text, self._scheme)

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
