from __future__ import annotations

from collections.abc import Sequence

from dedupe import StoryNode, StoryScheme, link_stories

SCHEME = StoryScheme()
DAY = 86_400.0
QUAKE = "Earthquake of magnitude six shakes Tangerang, rescuers search collapsed market hall"
QUAKE_TOO = "Rescuers dig in ruins of market hall after Tangerang earthquake of magnitude six"
BUDGET = "Ruritanian deputies pass yearly spending plan despite pensions dispute"


def nodes(*given: tuple[str, float | None, int | None]) -> list[StoryNode]:
    return [
        StoryNode(id=n, title=title, text="", language="en", at=at, story=story)
        for n, (title, at, story) in enumerate(given, start=1)
    ]


def stories(found: Sequence[StoryNode]) -> dict[tuple[int, ...], int | None]:
    return {change.groups: change.story for change in link_stories(found, SCHEME)}


def test_the_same_event_in_other_words_is_one_story() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, None))) == {
        (1, 2): None,
        (3,): None,
    }


def test_the_same_words_weeks_apart_are_two_stories() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, 30 * DAY, None))) == {
        (1,): None,
        (2,): None,
    }


def test_an_unknown_time_forbids_nothing() -> None:
    assert stories(nodes((QUAKE, 0.0, None), (QUAKE_TOO, None, None))) == {(1, 2): None}


def test_a_new_article_joins_the_story_that_is_there() -> None:
    found = nodes((QUAKE, 0.0, 7), (QUAKE_TOO, DAY, None), (BUDGET, 0.0, 9))
    assert stories(found) == {(1, 2): 7, (3,): 9}


def test_two_stories_that_turn_out_to_be_one_are_merged_into_the_lower() -> None:
    (change,) = link_stories(nodes((QUAKE, 0.0, 8), (QUAKE_TOO, DAY, 5)), SCHEME)
    assert (change.story, change.merged) == (5, (8,))


def test_a_story_that_turns_out_to_be_two_is_split_and_the_larger_part_keeps_the_number() -> None:
    found = link_stories(nodes((QUAKE, 0.0, 4), (QUAKE_TOO, DAY, 4), (BUDGET, 0.0, 4)), SCHEME)
    assert [(c.groups, c.story, c.split_from) for c in found] == [
        ((1, 2), 4, None),
        ((3,), None, 4),
    ]


def test_texts_without_a_word_in_common_are_never_linked() -> None:
    found = nodes(("Alpha beta", 0.0, None), ("Gamma delta", 0.0, None), ("", None, None))
    assert len(stories(found)) == 3


def test_no_nodes_give_no_stories() -> None:
    assert link_stories([], SCHEME) == []
