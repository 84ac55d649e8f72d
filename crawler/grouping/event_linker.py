"""Linking stories of different languages to events, after the stories are linked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from crawler.store import Store
from dedupe import (
    Cluster,
    EventScheme,
    StoryNode,
    StoryProfile,
    continue_stories,
    link_events,
    reaches,
    story_marks,
)

EVENTS = EventScheme()

BATCH = 500
"""Stories in one transaction."""

Progress = Callable[[int, int], None]
"""Called with stories done and stories in all."""


class EventLinker:
    """Brings events up to date with the stories.

    What is found does not depend on the order in which stories came: see `_affected`.
    """

    def __init__(self, store: Store, scheme: EventScheme, *, run: int, now: str) -> None:
        self._store, self._scheme = store, scheme
        self._run, self._now = run, now

    def work(
        self,
        progress: Progress,
        *,
        rebuild: bool = False,
        is_over: Callable[[], bool] = lambda: False,
    ) -> int:
        """Look for the events of the stories that wait for it, or of as many as there is time for.

        All stories wait with `rebuild`, and when the file was linked with another scheme.
        """
        links = self._store.event_links
        is_other = links.scheme() != self._scheme.id
        if rebuild or is_other:
            with self._store.batch():
                links.begin_again(self._scheme)
                if is_other:
                    self._store.event_vectors.forget()
        seeds = self._index_waiting(progress, is_over)
        return self._link_seeds(sorted(seeds), progress, is_over)

    def _index_waiting(self, progress: Progress, is_over: Callable[[], bool]) -> set[int]:
        """Bring the index in line with the stories that wait.

        Gives the stories whose event is to be looked for, which wait until that is done.
        """
        links = self._store.event_links
        seeds, total, done, last = set[int](), links.count_waiting(), 0, 0
        while (waiting := links.waiting(BATCH, after=last)) and not is_over():
            progress(done, total)
            with self._store.batch():
                touched = self._index(waiting)
                links.look_again(touched)
            seeds |= touched
            done, last = done + len(waiting), waiting[-1]
        return seeds

    def _index(self, waiting: list[int]) -> set[int]:
        links, events, scheme = self._store.event_links, self._store.events, self._scheme
        told = links.read(waiting, scheme)
        ended = set(waiting) - {story.id for story in told}
        heirs = events.inherit(ended)
        profiles = [
            StoryProfile(
                id=story.id,
                base_language=story.base_language,
                day=story.day,
                marks=story_marks(story.texts, scheme),
            )
            for story in told
        ]
        self._store.event_vectors.drop(ended)
        if scheme.embedding_model:
            days = {story.id: story.day for story in told if story.base_language != "und"}
            self._store.event_vectors.replace(days, scheme)
        return links.replace(ended, profiles, scheme) | heirs | set(waiting)

    def _link_seeds(
        self,
        seeds: list[int],
        progress: Progress,
        is_over: Callable[[], bool],
    ) -> int:
        """Find the events of stories; how many were looked at."""
        done = 0
        for start in range(0, len(seeds), BATCH):
            if is_over():
                break
            progress(start, len(seeds))
            with self._store.batch():
                some = seeds[start : start + BATCH]
                ended = self._store.event_links.ended(some)
                fellows = self._store.events.fellows(some)
                self._link(self._affected({*some, *fellows} - ended), ended)
                self._store.event_links.set_looked_at(some, self._now)
            done += len(some)
        return done

    def _affected(self, seeds: set[int]) -> dict[int, StoryProfile]:
        """Stories whose event may be another now: what chains of scores of 0 and more reach.

        `seeds` are the stories whose scores changed, and those that were in one event with them.
        Others than the reached are joined among themselves, as they were before.
        """
        found: dict[int, StoryProfile] = {}
        known: dict[int, StoryProfile] = {}
        frontier = seeds
        while frontier:
            near = self._store.overrides.event_partners(frontier)
            known |= self.profiles(frontier - known.keys())
            for story in sorted(frontier & known.keys()):
                found[story] = known[story]
                near |= self._near(known[story], known)
            frontier = near - found.keys()
        return found

    def profiles(self, stories: Collection[int]) -> dict[int, StoryProfile]:
        """What is known of these stories."""
        found = self._store.event_links.profiles(stories)
        vectors = self._store.event_vectors.of(stories) if self._scheme.embedding_model else {}
        for story, (vector, buckets) in vectors.items():
            found[story] = replace(found[story], embedding=vector, buckets=buckets)
        return found

    def _near(self, profile: StoryProfile, known: dict[int, StoryProfile]) -> set[int]:
        """Stories that this one reaches; what is read of others is added to the known ones."""
        candidates = self._store.event_links.candidates(profile.id, self._scheme)
        if profile.buckets:
            candidates |= self._store.event_vectors.candidates(profile.id, self._scheme)
        known |= self.profiles(candidates - known.keys())
        return {
            other
            for other in candidates & known.keys()
            if reaches(profile, known[other], self._scheme)
        }

    def _link(self, reached: dict[int, StoryProfile], ended: Collection[int]) -> None:
        together, apart = self._store.overrides.event_constraints(reached)
        partition = link_events(
            list(reached.values()), self._scheme, together=together, apart=apart
        )
        clusters = [
            Cluster(
                nodes=tuple(
                    StoryNode(id=story, title="", text="", story=reached[story].event)
                    for story in stories
                )
            )
            for stories in partition
            if len(stories) > 1
        ]
        alone = {stories[0] for stories in partition if len(stories) == 1} | set(ended)
        self._store.events.apply(
            continue_stories(clusters), alone=alone, run=self._run, now=self._now
        )
