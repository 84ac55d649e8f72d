"""Linking copy groups to stories: each new one is compared with those that share heavy terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from math import floor, log

from crawler.grouping.common_words import common_words
from crawler.grouping.embedding_models import open_embedding_model
from crawler.grouping.tell_languages import tell_languages
from crawler.store import Store
from dedupe import (
    Background,
    Constraints,
    StoryChange,
    StoryNode,
    StoryScheme,
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

PASSES = 3
"""How often a rebuild links everything. The first pass joins too much where a language has no list
of common words; the second still learns from that, and the third no more."""
LEARNED = 5_000
"""Copy groups that the backgrounds count at a time."""
TRANSACTION, SHARE = 500, 8
"""Copy groups linked in one transaction: TRANSACTION at least, and one for each SHARE that are
done. What is worked out once a transaction, and takes as long as a story is large, thus is so for
few of its texts; of a run that is killed an eighth is lost at most."""

Progress = Callable[[int, int], None]
"""Called with copy groups done and copy groups in all."""


class Linker:
    """Brings stories up to date with the copy groups.

    With `languages_told` the copy groups have their languages: the store has too few articles to
    tell them by.
    """

    def __init__(
        self,
        store: Store,
        scheme: StoryScheme,
        *,
        run: int,
        now: str,
        languages_told: bool = False,
    ) -> None:
        self._store, self._scheme = store, scheme
        self._languages_told = languages_told
        self._run, self._now = run, now
        self._backgrounds = Backgrounds(store, scheme)

    def will_relink(self, new: int) -> bool:
        """Whether all is linked again: the numbers are others, or a small file grows much."""
        if self._store.story_links.scheme() != self._scheme.id:
            return True
        most = self._scheme.relink_groups
        linked = self._store.story_links.count_learned(most + 1)
        return linked + new <= most and self._growths(linked + new) > self._growths(linked)

    def _growths(self, groups: int) -> int:
        return floor(log(max(groups, 0.5), self._scheme.relink_growth))

    def link(
        self, progress: Progress, *, rebuild: bool, is_over: Callable[[], bool] = lambda: False
    ) -> int:
        """Link what waits, or all again where there is time to; how many copy groups."""
        if rebuild and not is_over():
            return self.rebuild(progress)
        return self.work(progress, is_over=is_over)

    def work(self, progress: Progress, *, is_over: Callable[[], bool] = lambda: False) -> int:
        """Link the copy groups that wait for it, or as many as there is time for; how many."""
        with self._store.batch():
            self._prepare()
        total = self._store.story_links.count_waiting()
        done, taken = 0, 1
        while taken and done < total and not is_over():
            progress(done, total)
            with self._store.batch():
                end = done + max(TRANSACTION, done // SHARE)
                while done < end and (taken := self._take_step()):
                    done += taken
                self._backgrounds.save()
                self._store.stories.refresh()
        return done

    def rebuild(self, progress: Progress) -> int:
        """Link all copy groups again, in the order of their times and addresses.

        They are linked three times: by the common words of their language alone, and then by what
        is usual in the stories that this gave. All or nothing: readers see the old stories until
        the new are done. A new story takes the number of the old one that it shares most copy
        groups with.
        """
        linking, rebuilt = self._store.story_links, self._store.story_rebuild
        with self._store.batch():
            rebuilt.begin()
            linking.set_embedding_model(self._scheme.embedding_model)
            self._backgrounds.clear()
            self._prepare()
            total = linking.count_waiting()
            for number in range(PASSES):
                if number:
                    self._backgrounds.clear()
                    self._learn_all()
                    rebuilt.begin_again()
                done = 0
                while taken := self._take_step(provisional=True):
                    done += taken
                    progress((done + total * number) // PASSES, total)
            changes = continue_stories(
                rebuilt.take_partition(), pinned=self._store.overrides.pinned()
            )
            self._store.stories.apply(changes, run=self._run, now=self._now)
            self._backgrounds.save()
            linking.set_scheme(self._scheme.id)
        return total

    def _prepare(self) -> None:
        if not self._languages_told:
            tell_languages(self._store)
        self._store.story_links.place_new()

    def _learn_all(self) -> None:
        """Have the backgrounds count all texts by the provisional stories that they are in."""
        linking = self._store.story_links
        for groups in linking.in_order(LEARNED):
            self._learn(linking.nodes(groups))

    def _learn(self, nodes: list[StoryNode]) -> None:
        sizes = self._store.story_links.story_sizes(node.id for node in nodes)
        learn_backgrounds(nodes, self._scheme, self._backgrounds, sizes)
        self._store.story_links.set_learned(sizes)

    def _take_step(self, *, provisional: bool = False) -> int:
        """Link the copy groups that come next; how many, 0 when none waits."""
        nodes = self._with_embeddings(self._store.story_links.next_step(self._scheme))
        if not nodes:
            return 0
        self._store.stories.apply(
            self._changes(nodes, provisional=provisional),
            linked={node.id for node in nodes}, run=self._run, now=self._now,
            provisional=provisional, more=True,
        )  # fmt: skip
        if not provisional:
            # A text is counted by the story that it is in, so after it is linked.
            self._learn([node for node in nodes if not node.learned])
        return len(nodes)

    def _changes(self, step: list[StoryNode], *, provisional: bool) -> list[StoryChange]:
        """The stories of a step and of what it reaches."""
        own = {node.id for node in step}
        near = self._linkable(step, own)
        linking, scheme = self._store.story_links, self._scheme
        read = linking.with_stories(own, near, scheme, days=scheme.max_days)
        nodes = self._with_partners([*step, *(node for node in read if node.id not in own)])
        return link_stories(
            nodes,
            scheme,
            self._backgrounds,
            settled={node.id for node in nodes} - own,
            constraints=self._constraints(nodes, provisional=provisional),
        )

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
        found = {other for n in waiting for other in linking.candidates(n, terms[n.id], scheme)}
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

    def save(self) -> None:
        """Write those that were asked for."""
        for language in sorted(self):
            self._store.story_links.save_background(language, self[language].pack())
