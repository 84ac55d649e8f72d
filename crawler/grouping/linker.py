"""Linking copy groups to stories: each new one is compared with those that share heavy terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from hashlib import blake2b

from crawler.grouping.common_words import common_words
from crawler.grouping.embedding_models import open_embedding_model
from crawler.store import Store
from crawler.store.findings.story_links import Step
from dedupe import (
    Background,
    Constraints,
    StoryNode,
    StoryScheme,
    by_language,
    continue_stories,
    embedding_buckets,
    learn_backgrounds,
    link_stories,
    linkable_ids,
    nearest,
    pack_embeddings,
    top_terms,
)

STORIES = StoryScheme()

STEPS, SHARE = 2, 8
"""Steps in one transaction: STEPS at least, and one for each SHARE that are done. What is worked
out once a transaction, and takes as long as a story is large, thus is so for few of its steps; of a
run that is killed an eighth is lost at most."""

Progress = Callable[[int, int], None]
"""Called with copy groups done and copy groups in all."""


class Linker:
    """Brings stories up to date with the copy groups."""

    def __init__(self, store: Store, scheme: StoryScheme, *, run: int, now: str) -> None:
        self._store, self._scheme = store, scheme
        self._run, self._now = run, now
        self._backgrounds = Backgrounds(store, scheme)

    def work(self, progress: Progress, *, is_over: Callable[[], bool] = lambda: False) -> int:
        """Link the copy groups that wait for it, or as many as there is time for; how many."""
        total = self._store.story_links.count_waiting()
        left, done = total, 0
        while left > 0 and not is_over():
            progress(total - left, total)
            with self._store.batch():
                steps = max(STEPS, done // SHARE)
                left = self._take(steps)
                done += steps
        return total - left

    def rebuild(self, progress: Progress) -> int:
        """Link all copy groups again, in the steps in which they were linked before.

        All or nothing: readers see the old stories until the new are done. A new story takes the
        number of the old one that it shares most copy groups with.
        """
        linking = self._store.story_links
        with self._store.batch():
            self._store.story_rebuild.begin()
            linking.set_embedding_model(self._scheme.embedding_model)
            self._backgrounds.clear()
            total = linking.count_waiting()
            left = total
            while left > 0:
                progress(total - left, total)
                left = self._take(STEPS, provisional=True)
            changes = continue_stories(
                self._store.story_rebuild.take_partition(), pinned=self._store.overrides.pinned()
            )
            self._store.stories.apply(changes, run=self._run, now=self._now)
            linking.set_scheme(self._scheme.id)
        return total

    def _take(self, steps: int, *, provisional: bool = False) -> int:
        """Take so many steps; the copy groups that still wait for theirs."""
        languages, more = set[str](), True
        for _ in range(steps):
            step = self._store.story_links.next_step(self._scheme, rebuilding=provisional)
            if step is None:
                more = False
                break
            self._link(step, provisional=provisional)
            languages.update(by_language(step.nodes))
        self._backgrounds.save(sorted(languages))
        self._store.stories.refresh()
        return self._store.story_links.count_waiting() if more else 0

    def _link(self, step: Step, *, provisional: bool) -> None:
        linking, scheme = self._store.story_links, self._scheme
        new = sorted((n for n in step.nodes if not n.learned), key=lambda node: node.id)
        own = {node.id for node in step.nodes}
        before = self._learn_first(new)
        waiting = self._with_embeddings(linking.nodes(own) if before else step.nodes)
        near = self._linkable(waiting, own)
        nodes = self._with_partners(linking.with_stories(own, near, scheme, days=scheme.max_days))
        changes = link_stories(
            nodes,
            scheme,
            self._backgrounds,
            settled={node.id for node in nodes} - own,
            constraints=self._constraints(nodes, provisional=provisional),
        )
        self._store.stories.apply(
            changes, linked=own, run=self._run, now=self._now, provisional=provisional, more=True
        )
        if step.number is not None:
            linking.set_step(step)
        self._backgrounds.update(before)
        sizes = linking.story_sizes(node.id for node in new)
        learn_backgrounds(new, scheme, self._backgrounds, sizes)
        linking.set_learned(sizes)

    def _linkable(self, waiting: list[StoryNode], own: set[int]) -> set[int]:
        """Other copy groups that one of those waiting (ids `own`) may be linked with.

        Candidates share heavy terms or a bucket of embeddings; the waiting ones are indexed first,
        so that later ones find them.
        """
        linking, scheme = self._store.story_links, self._scheme
        terms = top_terms(waiting, scheme, self._backgrounds)
        bands, bits = scheme.embedding_bands, scheme.embedding_bits
        buckets = {
            node.id: embedding_buckets(node.embedding, bands=bands, bits=bits) for node in waiting
        }
        linking.index({n: [*terms[n], *buckets[n]] for n in own})
        found = {other for n in own for other in linking.candidates(n, terms[n], scheme)}
        for node in waiting:
            if buckets[node.id]:
                alike = self._store.embeddings.alike(node, buckets[node.id], scheme)
                best = nearest(
                    node.embedding, [other.embedding for other in alike], scheme.max_candidates
                )
                found.update(alike[place].id for place in best)
        near = linkable_ids(waiting, linking.nodes(found - own), scheme, self._backgrounds)
        return (near | self._store.overrides.partners(sorted(own))) - own

    def _with_partners(self, nodes: list[StoryNode]) -> list[StoryNode]:
        """The nodes, and those that decisions put with them, however old."""
        found = {node.id for node in nodes}
        while more := self._store.overrides.partners(found) - found:
            found |= more
        return nodes + self._store.story_links.nodes(found - {node.id for node in nodes})

    def _constraints(self, nodes: list[StoryNode], *, provisional: bool) -> Constraints:
        stories = {node.story for node in nodes if node.story is not None}
        constraints = self._store.overrides.constraints((node.id for node in nodes), stories)
        # Numbers are given when all is done.
        return replace(constraints, pinned=()) if provisional else constraints

    def _learn_first(self, new: list[StoryNode]) -> dict[str, Background]:
        """Count the first texts of each language for as long as they are linked.

        They are in stories already, which count as few: those that their length alone makes. All
        others are learned when they are linked. The backgrounds as they were.
        """
        first = {
            language: nodes[
                : max(0, self._scheme.warm_up_texts - int(self._backgrounds[language].texts))
            ]
            for language, nodes in by_language(new).items()
        }
        before = {
            language: deepcopy(self._backgrounds[language])
            for language, nodes in first.items()
            if nodes
        }
        counted = [node for nodes in first.values() for node in nodes]
        changes = link_stories(counted, self._scheme, self._backgrounds)
        sizes = {group: len(change.groups) for change in changes for group in change.groups}
        learn_backgrounds(counted, self._scheme, self._backgrounds, sizes)
        self._store.story_links.set_learned(node.id for node in counted)
        return before

    def _with_embeddings(self, nodes: list[StoryNode]) -> list[StoryNode]:
        """The nodes with their embeddings; each text is embedded once."""
        if not self._scheme.embedding_model:
            return nodes
        embeddings = self._store.embeddings
        texts = {n.id: f"{n.title}\n{n.text[: self._scheme.lead_chars]}" for n in nodes}
        hashes = {
            n: blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            for n, text in texts.items()
        }
        known = embeddings.known(hashes)
        new = [n for n in texts if n not in known]
        if new:
            vectors = open_embedding_model(self._scheme.embedding_model).embed(
                [texts[n] for n in new]
            )
            languages = {node.id: node.base_language for node in nodes}
            less = embeddings.less_their_language(vectors, [languages[n] for n in new])
            known.update(zip(new, pack_embeddings(less), strict=True))
            embeddings.keep((n, hashes[n], known[n]) for n in new)
        return [replace(node, embedding=known[node.id]) for node in nodes]


class Backgrounds(dict[str, Background]):
    """The backgrounds of the file, read when they are asked for."""

    def __init__(self, store: Store, scheme: StoryScheme) -> None:
        super().__init__()
        self._store, self._scheme = store, scheme

    def __missing__(self, language: str) -> Background:
        packed = self._store.story_links.background(language, common_words(language))
        found = Background(self._scheme, packed)
        self[language] = found
        return found

    def save(self, languages: Iterable[str]) -> None:
        """Write those of these languages."""
        for language in languages:
            self._store.story_links.save_background(language, self[language].pack())
