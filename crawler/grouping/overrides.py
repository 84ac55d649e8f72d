"""Overrides: what people decide on stories and events is done at once, and kept from then on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crawler.errors import NoSuchDatabase, UsageError
from crawler.grouping.event_linker import EventLinker
from crawler.grouping.file_schemes import file_schemes
from crawler.grouping.linker import Linker
from crawler.output.visible import counted
from crawler.run_lock import recorded
from crawler.store import Store
from crawler.store.facts.overrides import Override
from crawler.store.file.merge_facts import OtherOverride
from dedupe import StoryChange

KINDS = ("merge", "split", "pin", "link", "unlink")
"""Kinds of overrides."""
EVENT_KINDS = ("link", "unlink")
"""Kinds of overrides that are about events; all others are about stories."""
NO_REASON = "empty; say why, for those who read the list later"
"""What a reason of no words is."""


class Decision(NamedTuple):
    """By whom, why, when, and the run it is written in."""

    who: str
    why: str
    now: str
    run: int
    at: str | None = None
    """when it was decided; None: now"""


@contextmanager
def open_decision(
    db: Path, command: str, *, who: str, why: str, now: str
) -> Iterator[tuple[Store, Decision]]:
    """The store, locked and open for a decision, and the decision with the run it is written in.

    Raises NoSuchDatabase, and StoreBusy while another run holds the store.
    """
    if not db.is_file():
        raise NoSuchDatabase(db)
    with recorded(db, command) as run:
        yield run.store, Decision(who=who, why=why, now=now, run=run.number)


def decide(
    store: Store,
    kind: str,
    story: int,
    decision: Decision,
    *,
    other: int | None = None,
    articles: Sequence[int] = (),
) -> Override:
    """Make an override of a kind: with another story, of articles, or of a story alone.

    Raises UsageError as `merge`, `split`, `pin`, `link` and `unlink` do.
    """
    if other is not None:
        number = {"merge": merge, "link": link, "unlink": unlink}[kind](
            store, story, other, decision
        )
    elif kind == "split":
        number, _ = split(store, story, list(articles), decision)
    else:
        number = pin(store, story, decision)
    made = store.overrides.get(number)
    assert made is not None  # just made
    return made


def outcome(store: Store, override: Override) -> str:
    """What is so by an override that holds, as a sentence without its first capital and stop."""
    story, other = override.story, override.other
    if override.kind == "merge":
        return f"story {other} is part of story {story} now"
    if override.kind == "split":
        moved = len(store.queries.stories.articles(other)) if other is not None else 0
        be = "is" if moved == 1 else "are"
        return f"{counted(moved, 'article')} of story {story} {be} story {other} now"
    if override.kind == "pin":
        return f"the articles of story {story} stay together"
    events = "one event" if override.kind == "link" else "different events"
    return f"stories {story} and {other} tell {events} now"


def merge(store: Store, one: int, two: int, decision: Decision) -> int:
    """Make two stories one, under the lower number; the number of the override.

    Raises UsageError when there is no such story or an override keeps them apart.
    """
    kept, gone = sorted((_living(store, one), _living(store, two)))
    if kept == gone:
        raise UsageError(f"{one} and {two} are one story already: {kept}")
    together = [store.stories.central(story) for story in (kept, gone)]
    with store.batch():
        _join(store, kept, gone, decision)
        number = store.overrides.add(
            "merge", story=kept, other=gone, together=together, who=decision.who,
            why=decision.why, now=decision.at or decision.now,
        )  # fmt: skip
    _link_languages(store, decision)
    return number


def _join(store: Store, kept: int, gone: int, decision: Decision) -> None:
    ones, twos = (store.stories.groups(story) for story in (kept, gone))
    for override in store.overrides.about(ones + twos):
        for mine in _stories(store, override.together):
            if {mine} | _stories(store, override.apart) >= {kept, gone}:
                raise _against(override, "keeps them apart")
    change = StoryChange(story=kept, groups=tuple(sorted(ones + twos)), merged=(gone,))
    store.stories.apply([change], run=decision.run, now=decision.now)


def split(
    store: Store,
    number: int,
    articles: list[int],
    decision: Decision,
    *,
    apart: Sequence[int] = (),
) -> tuple[int, int]:
    """Take articles, with their copies, out of a story into a new one: the override, the story.

    They are kept apart from all that is left, and from the articles `apart`.

    Raises UsageError when one of them is not in it, when nothing would be left, or when an
    override keeps them together.
    """
    story = _living(store, number)
    _require_in_story(store, story, articles)
    groups = sorted(store.overrides.copy_groups(articles))
    rest = [group for group in store.stories.groups(story) if group not in groups]
    if not rest:
        raise UsageError(f"that is the whole of story {story}: nothing would be left; name fewer")
    for override in store.overrides.about(groups):
        inside = store.overrides.copy_groups(override.together)
        if inside & set(groups) and inside & set(rest):
            raise _against(override, "keeps them together")
    left = sorted({*store.stories.representatives(rest), *apart})
    change = StoryChange(story=None, groups=tuple(groups), split_from=story)
    with store.batch():
        (new,) = store.stories.apply([change], run=decision.run, now=decision.now)
        override_number = store.overrides.add(
            "split", story=story, other=new, together=articles, apart=left,
            who=decision.who, why=decision.why, now=decision.at or decision.now,
        )  # fmt: skip
    _link_languages(store, decision)
    return override_number, new


def _require_in_story(store: Store, story: int, articles: list[int]) -> None:
    places = store.queries.articles.placed(articles)
    for article in articles:
        if article not in places or places[article].story != story:
            raise UsageError(
                f"article {article} is not in story {story}; `newsloom story {story}` shows its own"
            )


def pin(store: Store, number: int, decision: Decision) -> int:
    """Keep the present articles of a story together for good; the number of the override."""
    story = _living(store, number)
    articles = [row.article for row in store.queries.stories.articles(story)]
    with store.batch():
        return store.overrides.add(
            "pin", story=story, other=None, together=articles, who=decision.who,
            why=decision.why, now=decision.at or decision.now,
        )  # fmt: skip


def link(store: Store, one: int, two: int, decision: Decision) -> int:
    """Have two stories tell one event; the number of the override.

    Raises UsageError when there is no such story, or an override keeps them apart.
    """
    return _decide_event(store, "link", one, two, decision)


def unlink(store: Store, one: int, two: int, decision: Decision) -> int:
    """Have two stories tell different events; the number of the override.

    Raises UsageError when there is no such story, or an override keeps them together.
    """
    return _decide_event(store, "unlink", one, two, decision)


def _decide_event(store: Store, kind: str, one: int, two: int, decision: Decision) -> int:
    first, second = _living(store, one), _living(store, two)
    if first == second:
        raise UsageError(f"{one} and {two} are one story: {first}")
    _require_two_languages(store, first, second)
    for override in store.overrides.about_events([first, second]):
        sides = store.overrides.stories(override.together + override.apart)
        if override.kind != kind and {first, second} <= sides:
            raise _against(override, "says otherwise")
    ones, others = ([store.stories.central(story)] for story in (first, second))
    together, apart = (ones + others, []) if kind == "link" else (ones, others)
    with store.batch():
        number = store.overrides.add(
            kind, story=first, other=second, together=together, apart=apart,
            who=decision.who, why=decision.why, now=decision.at or decision.now,
        )  # fmt: skip
        store.event_links.look_again([first, second])
    _link_languages(store, decision)
    return number


def _require_two_languages(store: Store, one: int, two: int) -> None:
    languages = {
        language.partition("-")[0]
        for story in (one, two)
        if (found := store.queries.stories.get(story)) is not None
        for language in found.languages[:1]
    }
    if len(languages) == 1:
        raise UsageError(
            f"stories {one} and {two} are both in {languages.pop()}; "
            f"`newsloom override merge {one} {two}` makes them one story"
        )


def _link_languages(store: Store, decision: Decision) -> None:
    """Bring the events of a file that has some in line with what was decided."""
    scheme = file_schemes(store).events
    if store.event_links.scheme() == scheme.id:
        linker = EventLinker(store, scheme, run=decision.run, now=decision.now)
        linker.work(lambda _done, _total: None)


def undo(store: Store, number: int, decision: Decision) -> Override:
    """Take an override back, and have the stories concerned linked as if it had never been.

    Raises UsageError when there is none to undo, or when another one holds the stories together.
    """
    override = store.overrides.get(number)
    if override is None:
        raise UsageError(f"there is no override {number}; `newsloom override list` shows them")
    if override.undone_at is not None:
        raise UsageError(f"override {number} was undone on {override.undone_at[:10]}")
    if override.kind == "merge":
        _refuse_held(store, override)
    with store.batch():
        store.overrides.undo(number, who=decision.who, now=decision.now)
        if override.kind == "merge" and override.other is not None:
            kept = store.stories.resolve(override.story)
            if kept is not None and store.stories.resolve(override.other) == kept:
                store.stories.part(kept, override.other, run=decision.run, now=decision.now)
        concerned = _stories(store, override.together + override.apart)
        if override.kind in EVENT_KINDS:
            store.event_links.look_again(concerned)
        else:
            store.story_links.look_again(concerned)
    scheme = file_schemes(store).stories
    Linker(store, scheme, run=decision.run, now=decision.now).work(lambda _done, _total: None)
    _link_languages(store, decision)
    return override


def _refuse_held(store: Store, override: Override) -> None:
    sides = [store.overrides.copy_groups([article]) for article in override.together]
    for other in store.overrides.about(sorted(set().union(*sides))):
        held = store.overrides.copy_groups(other.together)
        sides_held = [side for side in sides if not held.isdisjoint(side)]
        if other.id != override.id and len(sides_held) > 1:
            raise _against(other, "keeps them together as well")


def carry(store: Store, overrides: list[OtherOverride], *, run: int, now: str) -> int:
    """Do and keep what was decided in other files; how many overrides go against others here.

    What both files know is kept once.
    """
    contradicted = 0
    for row in overrides:
        if _is_known(store, row):
            continue
        decision = Decision(who=row.who, why=row.why, at=row.at, now=now, run=run)
        try:
            _carry_one(store, row, decision)
        except UsageError:
            contradicted += 1
    if overrides:
        _link_languages(store, Decision(who="", why="", now=now, run=run))
    return contradicted


def _carry_one(store: Store, row: OtherOverride, decision: Decision) -> None:
    together, apart = row.together, row.apart
    if row.kind in EVENT_KINDS:
        one, two = (sorted(_stories(store, [article])) for article in (*together, *apart))
        if one and two and one != two:
            _decide_event(store, row.kind, one[0], two[0], decision)
        return
    stories = sorted(_stories(store, together))
    split_off = row.kind == "split"
    if split_off and len(stories) == 1 and stories[0] in _stories(store, apart):
        split(store, stories[0], together, decision, apart=apart)
        return
    with store.batch():
        if split_off and len(stories) > 1:
            # What the linker makes of it is known when it has looked.
            store.story_links.look_again(_stories(store, together + apart))
        elif not split_off:
            for other in stories[1:]:
                _join(store, stories[0], other, decision)
        store.overrides.add(
            row.kind, story=stories[0], other=None, together=together, apart=apart,
            who=row.who, why=row.why, now=row.at,
        )  # fmt: skip


def _is_known(store: Store, row: OtherOverride) -> bool:
    groups = store.overrides.copy_groups(row.together + row.apart)
    return any(
        (known.at, known.who, known.kind, set(known.together))
        == (row.at, row.who, row.kind, set(row.together))
        for known in (
            *store.overrides.about(sorted(groups)),
            *store.overrides.about_events(_stories(store, row.together + row.apart)),
        )
    )


def _living(store: Store, number: int) -> int:
    story = store.stories.resolve(number)
    if story is None:
        raise UsageError(f"there is no story {number}; `newsloom stories` lists them")
    return story


def _stories(store: Store, articles: list[int]) -> set[int]:
    placed = store.queries.articles.placed(articles).values()
    return {row.story for row in placed if row.story is not None}


def _against(override: Override, does: str) -> UsageError:
    return UsageError(
        f"override {override.id} of {override.at[:10]} ({override.why}) {does}; "
        f"`newsloom override undo {override.id}` first"
    )
