"""Linking copy groups to stories: each new one is compared with those that share heavy terms."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.store import Store
from dedupe import (
    Background,
    StoryNode,
    StoryScheme,
    by_language,
    heaviest_terms,
    learn,
    link_stories,
)

CHUNK = 1_000
"""Copy groups linked in one transaction, with what they are compared with."""


class Linker:
    """Brings stories up to date with the copy groups."""

    def __init__(self, store: Store, scheme: StoryScheme, *, run: int, now: str) -> None:
        self._store, self._scheme = store, scheme
        self._run, self._now = run, now
        self._backgrounds = _Backgrounds(store)

    def work(self) -> int:
        """Link the copy groups that wait for it; their number."""
        linked = 0
        while waiting := self._store.stories.unlinked(CHUNK):
            with self._store.batch():
                self._link(waiting)
            linked += len(waiting)
        return linked

    def _link(self, waiting: list[StoryNode]) -> None:
        stories = self._store.stories
        known = stories.learned(node.id for node in waiting)
        new = [node for node in waiting if node.id not in known]
        learn(new, self._scheme, self._backgrounds)
        self._backgrounds.save(by_language(new))
        terms = heaviest_terms(waiting, self._scheme, self._backgrounds)
        stories.set_learned({node.id: terms[node.id] for node in new})
        near = {node.id for node in waiting}
        for node in waiting:
            near.update(stories.candidates(node.id, terms[node.id], days=self._scheme.max_days))
        nodes = stories.with_stories(near)
        changes = link_stories(nodes, self._scheme, self._backgrounds)
        stories.apply(changes, run=self._run, now=self._now)


class _Backgrounds(dict[str, Background]):
    """The backgrounds of the file, read when they are asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def __missing__(self, language: str) -> Background:
        self[language] = found = self._store.stories.background(language)
        return found

    def save(self, languages: Iterable[str]) -> None:
        """Write those of these languages."""
        for language in languages:
            self._store.stories.save_background(language, self[language])
