"""Comparing articles that wait, chunk by chunk: evidence of copies, and copy groups.

Each chunk is one transaction that also takes its articles off the waiting list, so nothing is half
done and nothing is done twice.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from crawler.grouping.boilerplate import Learned
from crawler.grouping.kept_passage import to_keep
from crawler.store import Store
from crawler.store.findings.copies import ComparedText, Waiting
from dedupe import (
    CopyEdge,
    CopyScheme,
    Document,
    ShingledText,
    closest_edge,
    copy_groups,
    find_copies,
    is_reprint,
    is_template,
    keyed,
    seed_id,
    shared_passage,
    shingled_text,
)

CACHED = 6_000
"""Texts kept as shingles, 12 kB each."""
LITTLE = 0.2
"""Share of a text: when less is left without what many texts have, it hardly finds its copies."""
SAVE_EVERY = 100
"""Chunks between two times that what was learned is saved."""


class TextCache:
    """The articles of a file, cut; their earlier texts as well."""

    def __init__(self, store: Store, scheme: CopyScheme, learned: Learned) -> None:
        self._store, self._scheme, self._learned = store, scheme, learned
        self._waiting: dict[int, ComparedText] = {}
        self._read = functools.lru_cache(maxsize=CACHED)(store.copies.article)
        self._whole = functools.lru_cache(maxsize=CACHED)(self._cut)
        self._telling = functools.lru_cache(maxsize=CACHED)(self._leave_out)

    def begin(self, waiting: Iterable[ComparedText]) -> None:
        """From now on see texts by the counts as they are; these were read already."""
        self._waiting = {article.id: article for article in waiting}
        self._telling.cache_clear()

    def article(self, number: int) -> ComparedText:
        """An article with its newest text."""
        return self._waiting.get(number) or self._read(number)

    def of(self, number: int) -> list[ComparedText]:
        """The texts that an article had, the newest last."""
        return self._store.copies.texts(self.article(number), self._scheme.max_revisions)

    def documents(self, number: int) -> list[Document]:
        """The same for the copy finder, without keys."""
        return [self.document(text) for text in self.of(number)]

    def document(self, text: ComparedText) -> Document:
        """A text for the copy finder, without keys."""
        return Document(id=text.id, revision=text.revision, shingled=self._telling(text))

    def _leave_out(self, text: ComparedText) -> ShingledText:
        return self._learned.leave_out(self._whole(text), text.outlet)

    def _cut(self, text: ComparedText) -> ShingledText:
        return shingled_text(text.text, self._scheme)


class Comparer:
    """Compares the waiting articles, chunk by chunk."""

    def __init__(
        self,
        store: Store,
        scheme: CopyScheme,
        *,
        seed: int,
        run: int,
        now: str,
        entry: int | None,
        learned: Learned | None = None,
    ) -> None:
        self._store, self._scheme, self._seed = store, scheme, seed
        self._run, self._now, self._entry = run, now, entry
        self._learned = learned or Learned(store, scheme)
        self._texts = TextCache(store, scheme, self._learned)
        self._put_off: set[int] = set()
        """articles compared, and grouped when all are"""
        self.repeated = 0
        """articles of which less than LITTLE was compared"""

    def work(
        self, progress: Callable[[int, int], None], *, is_over: Callable[[], bool]
    ) -> tuple[int, int]:
        """Compare all that waits, or as much as there is time for; how many, and edges kept."""
        total, compared, edges, last = self._store.copies.count_waiting(), 0, 0, 0
        chunk, small = self._scheme.batch_size, self._scheme.warm_up_articles
        progress(0, total)
        if total and self._learned.is_new:
            self._learned.learn_first(self._seed)
        # A small file is compared again whenever it has doubled: broken off, it would begin again.
        is_small = self._store.copies.count_articles(small + 1) <= small
        ends = False
        while not ends and (waiting := self._store.copies.waiting(chunk, after=last)):
            with self._store.batch():
                edges += self.compare(waiting)
                compared, last = compared + len(waiting), waiting[-1].article.id
                self._store.key_index.merge_recent()
                # What was learned is saved with the last chunk, and before too much is at stake.
                ends = not is_small and is_over()
                if ends or compared >= total or compared // chunk % SAVE_EVERY == 0:
                    self._learned.save()
            progress(compared, total)
        return compared, edges + self.finish()

    def finish(self) -> int:
        """Group what was put off until all is compared, and count agency copy; edges kept."""
        edges = 0
        with self._store.batch():
            if self._put_off:
                near, _ = self._store.copy_groups.neighbourhood(self._put_off)
                edges = self._group(near, self._put_off)
            self._store.agency_evidence.recount()
        return edges

    def compare(self, waiting: list[Waiting]) -> int:
        """Compare some articles with each other and with those before, and group them; edges kept.

        For a transaction of the caller's; `finish` follows the last.
        """
        groups, numbers = self._store.copy_groups, [article.id for article, _ in waiting]
        changed = {one.article.id for one in waiting if one.has_changed}
        self._texts.begin(article for article, _ in waiting)
        documents = [ready for article in waiting for ready in self._new_texts(article)]
        found = list(
            find_copies(documents, self._store.key_index, self._scheme, texts=self._texts.documents)
        )
        saved = self._save_edges(found)
        # To group what thousands of copies connect takes as long as there are, chunk after chunk.
        near, large = groups.neighbourhood(numbers, most=self._scheme.large_component)
        later = large.intersection(numbers)
        groups.look_again(later & changed)
        self._put_off.update(later)
        saved += self._group(near, set(numbers) - later, changed)
        self._learn([article for article, compared in waiting if compared is None], found)
        self._record(waiting)
        return saved

    def _record(self, waiting: list[Waiting]) -> None:
        """Add the texts that were compared to the manifest."""
        assert self._entry is not None  # something waits
        self._store.groupings.compared(
            self._entry, ((article.id, article.text_hash, old) for article, old in waiting)
        )

    def _group(
        self, near: set[int], numbers: Collection[int], changed: Collection[int] = ()
    ) -> int:
        """Make the groups of a whole neighbourhood; these of its articles waited; edges kept.

        Until then they wait: if the run is killed before, the next one resumes.
        """
        copies = self._store.copies
        groups, more = copy_groups(near, copies.edges(near), self._compare_pair)
        saved = self._save_edges(more)
        self._store.copy_credits.save(numbers)
        self._store.copy_groups.assign(groups, changed=changed, run=self._run, now=self._now)
        copies.done(numbers)
        return saved

    def _new_texts(self, waiting: Waiting) -> list[Document]:
        """The texts of an article that were not compared yet; the signature of the newest."""
        texts = self._texts.of(waiting.article.id)
        hashes = [text.text_hash for text in texts]
        known = hashes.index(waiting.compared) + 1 if waiting.compared in hashes else 0
        found = [
            keyed(self._texts.document(text), self._scheme, seed=self._seed)
            for text in texts[known:]
        ]
        if found:
            shingled = found[-1].shingled
            if len(shingled.shingles) < LITTLE * len(shingled.every):
                self.repeated += 1
            self._store.copies.save_signature(
                found[-1],
                text_hash=waiting.article.text_hash,
                scheme=self._scheme.id,
                seed_id=seed_id(self._seed),
            )
        return found

    def _compare_pair(self, a: int, b: int) -> CopyEdge | None:
        return closest_edge(self._texts.documents(a), self._texts.documents(b), self._scheme)

    def _save_edges(self, edges: list[CopyEdge]) -> int:
        """Keep the evidence, but not of templates: it says nothing of who copies whom.

        There would be more pairs of weather reports than of anything else. Edges kept.
        """
        kept = [e for e in edges if e.joined or not _is_template(e, self._scheme)]
        self._store.copies.save_edges(
            ((edge, self._passage(edge)) for edge in kept), scheme=self._scheme.id
        )
        return len(kept)

    def _passage(self, edge: CopyEdge) -> str:
        one, two = (
            next(text for text in self._texts.of(number) if text.revision == revision)
            for number, revision in ((edge.a, edge.revision_a), (edge.b, edge.revision_b))
        )
        cut_one, cut_two = (self._texts.document(text).shingled for text in (one, two))
        return to_keep(shared_passage(cut_one, cut_two, (one.text, two.text), self._scheme))

    def _learn(self, articles: list[ComparedText], found: list[CopyEdge]) -> None:
        """Count these articles, given the edges to what was there before them."""
        prints = defaultdict[int, list[int]](list)
        for edge in found:
            if is_reprint(edge, self._scheme):
                prints[edge.b].append(self._texts.article(edge.a).outlet)
        for article in articles:
            shingled = self._texts.document(article).shingled
            self._learned.learn(article, shingled, prints[article.id])


def _is_template(edge: CopyEdge, scheme: CopyScheme) -> bool:
    return is_template(edge.numbers_same, edge.numbers_changed, scheme)
