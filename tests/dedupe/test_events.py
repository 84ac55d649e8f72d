"""Names across scripts, what a story shows, and which stories are joined."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import (
    EventScheme,
    EventText,
    InvalidScheme,
    StoryProfile,
    link_events,
    pair_score,
    rarity,
    shared_marks,
    story_marks,
    with_rarity,
)
from dedupe.events.places import places
from dedupe.events.skeletons import names, skeleton

SCHEME = EventScheme()


@pytest.mark.parametrize(
    "spellings",
    [
        ("Tokayev", "Токаев", "Tokajew", "Tokaïev", "托卡耶夫"),
        ("Almaty", "Алматы"),
        ("Washington", "Вашингтон"),
        ("Nazarbayev", "Назарбаев", "Nasarbajew"),
        ("Zelensky", "Selenskyj", "Зеленський"),
        ("Khrushchev", "Хрущёв"),
    ],
)
def test_skeleton_is_one_in_many_scripts(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in spellings}) == 1, list(map(skeleton, spellings))


@given(st.text())
def test_skeleton_has_consonants_alone(text: str) -> None:
    assert set(skeleton(text)) <= set("bdgklmnprstv")


def test_names_are_what_is_never_written_small() -> None:
    found = set(
        names("Troops leave", "Tokayev said The troops left the Almaty barracks", max_run=5)
    )
    assert found == {"Troops", "leave", "Tokayev", "Almaty"}
    assert list(names("", "всё мелко здесь", max_run=5)) == []
    assert set(names("", "قال توكاييف", max_run=5)) == {"قال", "توكاييف"}
    assert set(names("", "托卡耶", max_run=5)) == {"托卡", "卡耶", "托卡耶"}


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("ru", "Войска Казахстана", {"KZ"}),
        ("de", "Die Vereinigten Staaten und das kasachische Volk", {"US"}),
        ("en", "Nigerians in Niger", {"NG", "NE"}),
        ("en", "The United Nations in Chad, not chadors", {"TD"}),
        ("zh", "哈萨克斯坦总统", {"KZ"}),
        ("und", "Kazakhstan", set()),
        ("xx", "Kazakhstan", set()),
    ],
)
def test_places_by_their_names_in_a_language(language: str, text: str, codes: set[str]) -> None:
    assert {code for code, _ in places(text, language)} == codes


def text(title: str, body: str = "", language: str = "en", **more: str) -> EventText:
    return EventText(
        title=title, text=body, base_language=language, picture=more.get("picture", "")
    )


def test_marks_of_a_story() -> None:
    one = text("Kazakhstan buries 1,000 of 164", "", picture="https://x.org/a/4f3e2d1c0b.jpg?w=9")
    found = story_marks([one, text("Kazakhstan")], SCHEME)
    assert found["place KZ"] == pytest.approx(2 * found["number 164"])
    assert found["number 1000"] == found["number 164"] > 0
    assert found["picture 4f3e2d1c0b.jpg"] == found["number 164"]
    assert found[f"name {skeleton('Kazakhstan')}"] == found["place KZ"]
    logo = text("x", picture="https://x.org/logo.png")
    assert not any(mark.startswith("picture") for mark in story_marks([logo], SCHEME))
    many = [one, *[text("Almaty")] * 10]
    assert "number 164" not in story_marks(many, SCHEME), "one text of eleven"
    alone = story_marks([text("164 ١٦٤ ۱۶۴", language="ar")], SCHEME)
    assert alone == {"number 164": pytest.approx(2 / 5**0.5)}


def profile(number: int, language: str, *marks: str, day: float = 0.0) -> StoryProfile:
    return StoryProfile(
        id=number, base_language=language, day=day, marks={f"name {m}": 1.0 for m in marks}
    )


def test_rarity_falls_with_each_doubling() -> None:
    found = [rarity(count, SCHEME) for count in (1, 2, 3, 4, 32, 63, 64, 1000)]
    assert found == pytest.approx([1, 5 / 6, 5 / 6, 4 / 6, 1 / 6, 1 / 6, 0, 0])


def test_what_many_stories_show_says_nothing() -> None:
    common = [profile(n, "en", "tkv") for n in range(2, 80)]
    (first, second, *_) = with_rarity(
        [profile(0, "en", "tkv"), profile(1, "ru", "tkv"), *common], SCHEME
    )
    assert pair_score(first, second, SCHEME).likeness == 0


def test_stories_of_one_language_or_far_apart_are_not_joined() -> None:
    marks = ("tkv", "lmt", "krknd", "ksm")
    here, there = profile(1, "en", *marks), profile(2, "ru", *marks)
    assert link_events([here, there], SCHEME) == [(1, 2)]
    assert link_events([here, replace(there, base_language="en")], SCHEME) == [(1,), (2,)]
    assert link_events([here, replace(there, base_language="und")], SCHEME) == [(1,), (2,)]
    assert link_events([here, replace(there, day=4.5)], SCHEME) == [(1,), (2,)]
    assert pair_score(here, replace(there, day=4.5), SCHEME).score == -float("inf")


def test_decisions_of_people_hold() -> None:
    marks = ("tkv", "lmt", "krknd", "ksm")
    stories = [profile(1, "en", *marks), profile(2, "ru", *marks), profile(3, "de", "vlkn")]
    apart = [(frozenset({1}), frozenset({2}))]
    assert link_events(stories, SCHEME, apart=apart) == [(1,), (2,), (3,)]
    assert link_events(stories, SCHEME, together=[{1, 3}, {4, 5}], apart=apart) == [(1, 3), (2,)]


profiles = st.lists(
    st.tuples(
        st.sampled_from(["en", "ru", "de", "zh"]),
        st.lists(st.sampled_from(["tkv", "lmt", "krknd", "ksm", "vlkn"]), max_size=4),
        st.integers(0, 40),
    ),
    max_size=14,
).map(
    lambda found: with_rarity(
        [profile(n, lang, *marks, day=day / 8) for n, (lang, marks, day) in enumerate(found)],
        SCHEME,
    )
)


@given(profiles, st.randoms(use_true_random=False))
def test_link_events_is_a_partition_that_no_order_changes(
    stories: list[StoryProfile], random: object
) -> None:
    found = link_events(stories, SCHEME)
    assert sorted(n for members in found for n in members) == [s.id for s in stories]
    assert link_events(stories[::-1], SCHEME) == found
    language = {story.id: story.base_language for story in stories}
    for members in found:
        assert len({language[n] for n in members}) == len(members)


@given(profiles)
def test_shared_marks_make_up_the_likeness(stories: list[StoryProfile]) -> None:
    for a in stories[:1]:
        for b in stories[1:]:
            shared = shared_marks(a, b, [text("Tokayev")], [text("Токаев", language="ru")], SCHEME)
            likeness = pair_score(a, b, SCHEME).likeness
            assert sum(mark.weight for mark in shared) == pytest.approx(likeness)
            for mark in shared:
                assert (mark.a, mark.b) == (
                    ("Tokayev", "Токаев") if mark.value == "tkv" else (mark.value, mark.value)
                )


def test_scheme_refuses_what_has_no_meaning() -> None:
    for wrong in (
        {"rarity_cap": 60}, {"lead_chars": 0}, {"threshold": 0.0}, {"max_days": float("inf")}
    ):  # fmt: skip
        with pytest.raises(InvalidScheme):
            EventScheme(**wrong)
