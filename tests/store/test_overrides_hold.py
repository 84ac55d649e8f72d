"""What people decided is so after every later step, whatever comes in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from crawler.clock import utc
from crawler.errors import UsageError
from crawler.grouping.overrides import Decision, merge, pin, split, undo
from crawler.grouping.run import group
from crawler.store import Store
from crawler.store.queries.articles import CreditedArticle
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW

START = datetime(2022, 1, 5, 12, tzinfo=UTC)
DECISION = Decision(who="test", why="to see it hold", now=NOW, run=1)


def about(event: int) -> list[str]:
    return [f"event{event}word{n}" for n in range(40)]


class Desk:
    """A store at which somebody works at random."""

    def __init__(self, store: Store, seed: int, *, events: int = 4) -> None:
        self.store, self.chance, self.events = store, random.Random(seed), events
        self.articles, self.texts = 0, list[list[str]]()
        with store.batch():
            store.runs.open("test", now=NOW, pid=1)

    def add(self) -> None:
        """An article on an event, now and then one that bridges two, or a revision of one."""
        event = self.chance.randrange(self.events)
        words = self.chance.choices(about(event), k=40)
        words += [f"kind{event % 2}word{self.chance.randrange(60)}" for _ in range(40)]
        words += [f"usual{self.chance.randrange(3_000)}" for _ in range(60)]
        if self.chance.random() < 0.15:
            words += self.chance.choices(about(self.chance.randrange(self.events)), k=40)
        number = self.articles
        if number and self.chance.random() < 0.3:
            number = self.chance.randrange(number)
        if self.texts and self.chance.random() < 0.1:
            words = self.chance.choice(self.texts)
        self.texts.append(words)
        days = [self.chance.uniform(0, self.chance.choice([1, 5, 9])), None, -19_000, 28_000]
        self.tell(words, day=self.chance.choices(days, [6, 1, 1, 1])[0], number=number)

    def tell(self, words: list[str], *, day: float | None, number: int | None = None) -> None:
        """Save an article of these and usual words."""
        number = self.articles if number is None else number
        self.articles = max(self.articles, number + 1)
        title, outlet = " ".join(words[:6]), f"o{number % 5}.org"
        published = None
        if day is not None:
            at = utc(START + timedelta(days=day))
            published = Moment(at=at, precision=Precision.SECOND, source="feed", raw="")
        article = Article(
            url=f"https://{outlet}/{number}", outlet="", title=title, text=" ".join(words),
            language="en", published=published,
        )  # fmt: skip
        with self.store.batch():
            self.store.articles.save(
                article, outlet=self.store.outlets.ensure(outlet), run=1, now=NOW
            )

    def tell_of(self, *events: int, day: float, times: int = 1) -> None:
        """Articles that are about all of these."""
        for _ in range(times):
            words = self.chance.choices([word for event in events for word in about(event)], k=100)
            usual = [f"usual{self.chance.randrange(3_000)}" for _ in range(60)]
            self.tell(words + usual, day=day)

    def group(self) -> None:
        group(self.store, run=1, now=NOW)

    def rebuild(self) -> None:
        group(self.store, run=1, now=NOW, rebuild=True)

    def merge(self) -> None:
        if len(self.living()) > 1:
            one, two = self.chance.sample(self.living(), 2)
            merge(self.store, one, two, DECISION)

    def split(self) -> None:
        if self.living():
            story = self.chance.choice(self.living())
            inside = [row.article for row in self.store.queries.stories.articles(story)]
            some = self.chance.sample(inside, self.chance.randint(1, max(1, len(inside) // 2)))
            split(self.store, story, some, DECISION)

    def pin(self) -> None:
        if self.living():
            pin(self.store, self.chance.choice(self.living()), DECISION)

    def undo(self) -> None:
        holding = [o.id for o in self.store.overrides.newest(1_000) if o.undone_at is None]
        if holding:
            undo(self.store, self.chance.choice(holding), DECISION)

    def living(self) -> list[int]:
        return sorted({row.story for row in self.placed() if row.story is not None})

    def placed(self) -> list[CreditedArticle]:
        return list(self.store.queries.articles.all_placed())

    def broken(self) -> list[tuple[int, str]]:
        """Overrides that are not as decided, unless two contradict each other.

        Those do only when articles that are to be apart became copies of each other.
        """
        story = {row.article: row.story for row in self.placed()}
        copies = {row.article: row.copy_group or 0 for row in self.placed()}
        holding = [o for o in self.store.overrides.newest(1_000) if o.undone_at is None]
        unit = dict(copies)
        for override in holding:
            ends = {unit[article] for article in override.together}
            unit = {a: min(ends) if end in ends else end for a, end in unit.items()}
        if any({unit[a] for a in o.together} & {unit[a] for a in o.apart} for o in holding):
            return []
        return [
            (o.id, o.kind)
            for o in holding
            if len({story[a] for a in o.together}) > 1
            or {story[a] for a in o.together} & {story[a] for a in o.apart}
        ]


QUICK = 4
"""Seeds that are tried in the quick run."""


@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=[pytest.mark.slow] if n >= QUICK else []) for n in range(8)],
)
def test_overrides_hold_whatever_is_done_in_between(store: Store, seed: int) -> None:
    desk = Desk(store, seed)
    steps: list[Callable[[], None]] = [desk.add] * 8 + [desk.group] * 5 + [desk.merge] * 3
    steps += [desk.split] * 3 + [desk.undo, desk.pin, desk.rebuild]
    for step in [desk.add] * 6 + [desk.group] + desk.chance.choices(steps, k=90):
        try:
            step()
        except UsageError:
            continue  # refused: it contradicts what holds
        if step in (desk.group, desk.rebuild):
            assert desk.broken() == []


def test_what_was_split_from_a_large_story_stays_as_it_is(store: Store) -> None:
    desk = Desk(store, 1)
    desk.tell_of(0, day=0, times=150)
    desk.group()
    (large,) = desk.living()
    inside = [row.article for row in store.queries.stories.articles(large)]
    off = inside[::15]
    _, new = split(store, large, off, DECISION)
    for step in (desk.group, desk.rebuild):
        desk.tell_of(0, day=1, times=30)
        step()
        story = {row.article: row.story for row in desk.placed()}
        assert {story[article] for article in off} == {new}
        assert {story[article] for article in inside if article not in off} == {large}


def test_what_is_pinned_stays_when_one_of_it_becomes_a_copy_of_another_story(store: Store) -> None:
    desk = Desk(store, 1)
    for event in range(2, 12):
        desk.tell_of(event, day=0)
    desk.tell(about(0) * 3, day=0)
    desk.tell_of(0, day=0, times=2)
    desk.tell_of(1, day=0, times=3)
    desk.group()
    pinned = desk.living()[-1]
    pin(store, pinned, DECISION)
    row = store.queries.articles.get(11)
    assert row is not None
    desk.tell(row.text.split(), day=1, number=desk.articles - 1)
    desk.group()
    assert desk.broken() == []
