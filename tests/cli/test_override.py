from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dedupe import RENAMED, CopyScheme, StoryScheme
from tests.conftest import Crawled, ask, newsloom


@pytest.fixture
def db(crawled: Crawled, tmp_path: Path) -> Path:
    """The town's store, to change."""
    return Path(shutil.copy(crawled.db, tmp_path / "town.db"))


def says(db: Path, *arguments: object, code: int = 0) -> str:
    ran = newsloom("--db", db, *arguments)
    assert ran.returncode == code, (ran.stdout, ran.stderr)
    return ran.stdout + ran.stderr


def story(db: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(says(db, "story", number, "--json"))
    return found


def articles(db: Path, number: int) -> set[int]:
    return {row["article"] for row in story(db, number)["articles"]}


def two_stories(db: Path, *, texts: int = 1) -> list[int]:
    """The last English stories with so many texts at least."""
    rows = json.loads(says(db, "stories", "--json", "--limit", 500, "--language", "en"))
    return sorted(row["story"] for row in rows if row["copy_groups"] >= texts)[-2:]


def test_stories_merged_by_hand_stay_one_through_a_rebuild(db: Path) -> None:
    low, high = two_stories(db)
    both = articles(db, low) | articles(db, high)
    said = says(db, "override", "merge", high, low, "--why", "one event", "--who", "ana")
    assert said == f"override 1: story {high} is part of story {low} now\n"
    assert articles(db, low) == both
    assert story(db, high)["story"] == low
    says(db, "group", "--rebuild")
    assert articles(db, high) == both
    explained = says(db, "compare", *[min(articles(db, low)), max(articles(db, low))])
    assert "It is held together by override 1 (merge) of ana" in explained
    assert "one event" in explained
    listed = says(db, "override", "list")
    assert "one event" in listed
    assert "ana" in listed


def test_an_override_that_is_undone_leaves_no_trace_but_in_the_list(db: Path) -> None:
    low, high = two_stories(db)
    ones, twos = articles(db, low), articles(db, high)
    says(db, "override", "merge", low, high, "--why", "a mistake")
    assert "is undone" in says(db, "override", "undo", 1)
    assert (articles(db, low), articles(db, high)) == (ones, twos)
    assert (story(db, low)["story"], story(db, high)["story"]) == (low, high)
    assert "was undone on" in says(db, "override", "undo", 1, code=2)
    (row,) = json.loads(says(db, "override", "list", "--json"))
    assert row["undone_at"] is not None


def test_articles_split_off_stay_apart_with_their_copies(db: Path) -> None:
    number = two_stories(db, texts=2)[0]
    before = story(db, number)
    one = before["articles"][-1]
    group = {r["article"] for r in before["articles"] if r["copy_group"] == one["copy_group"]}
    said = says(db, "override", "split", number, one["article"], "--why", "another day")
    new = int(said.split(" story ")[2].split()[0])
    assert articles(db, new) == group
    assert articles(db, number) == {r["article"] for r in before["articles"]} - group
    left = min(articles(db, number))
    explained = says(db, "compare", one["article"], left)
    assert "They are kept apart by override 1 (split)" in explained
    says(db, "group", "--rebuild")
    # A third story may join what was split off: the decision is about these two alone.
    assert group <= articles(db, new)
    assert not articles(db, number) & articles(db, new)
    assert not articles(db, new) & ({r["article"] for r in before["articles"]} - group)
    refused = says(db, "override", "merge", number, new, "--why", "after all", code=2)
    assert "keeps them apart; `newsloom override undo 1` first" in refused


def test_a_split_holds_for_the_whole_story_through_a_rebuild(tmp_path: Path) -> None:
    db, file = tmp_path / "s.db", tmp_path / "s.jsonl"
    words = [
        "harbour",
        "bridge",
        "closed",
        "after",
        "cracks",
        "engineers",
        "mayor",
        "ferry",
        "repairs",
        "weeks",
    ]
    lines = [
        {"url": f"https://o{n}.example/{n}", "title": " ".join(words[n % 3 :]),
         "published_at": "2022-01-05", "language": "en", "outlet": f"o{n}.example"}
        for n in range(7)
    ]  # fmt: skip
    for n in range(200):
        title = " ".join(f"word{n * 7 + k}" for k in range(9))
        lines.append({"url": f"https://x.example/{n}", "title": title, "language": "en",
                      "published_at": "2022-01-05"})  # fmt: skip
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    says(db, "import", file)
    says(db, "group")
    number = json.loads(says(db, "article", 1, "--json"))["story"]
    assert articles(db, number) == set(range(1, 8))
    says(db, "override", "split", number, 7, "--why", "another bridge")
    says(db, "group", "--rebuild")
    assert articles(db, number) == set(range(1, 7))
    says(db, "override", "undo", 1)
    assert articles(db, number) == set(range(1, 8))


def test_a_pinned_story_cannot_be_split(db: Path) -> None:
    number = two_stories(db, texts=2)[0]
    one = story(db, number)["articles"][0]["article"]
    assert "stay together" in says(db, "override", "pin", number, "--why", "checked")
    refused = says(db, "override", "split", number, one, "--why", "no", code=2)
    assert "keeps them together; `newsloom override undo 1` first" in refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["merge", 1, 9999, "--why", "x"], "there is no story 9999; `newsloom stories` lists them"),
        (["merge", 1, 1, "--why", "x"], "are one story already"),
        (["merge", 1, 2], "Missing option '--why'"),
        (["split", 1, 99999, "--why", "x"], "there is no article 99999"),
        (["pin", 9999, "--why", "x"], "there is no story 9999"),
        (["undo", 7], "there is no override 7; `newsloom override list` shows them"),
    ],
)
def test_a_mistake_changes_nothing(db: Path, arguments: list[object], message: str) -> None:
    assert message in says(db, "override", *arguments, code=2)
    assert says(db, "override", "list").startswith("The store has no overrides")


def test_a_reason_is_needed_and_what_another_holds_is_not_undone(db: Path) -> None:
    empty = newsloom("--db", db, "override", "pin", 1, "--why", " ")
    assert (empty.returncode, "it is empty; say why" in empty.stderr) == (2, True)
    newsloom("--db", db, "override", "merge", 1, 2, "--why", "one report")
    newsloom("--db", db, "override", "pin", 1, "--why", "for the book")
    held = newsloom("--db", db, "override", "undo", 1)
    assert held.returncode == 2
    assert "(for the book) keeps them together as well; `newsloom override undo 2`" in held.stderr


def test_explain_names_the_overrides_that_decided(db: Path) -> None:
    of_story = "SELECT article FROM memberships WHERE story = {} ORDER BY article"
    sides = [[row[0] for row in ask(db, of_story.format(number))] for number in (1, 2)]
    newsloom("--db", db, "override", "merge", 1, 2, "--why", "one report")
    ((central,),) = ask(db, "SELECT central FROM stories WHERE id = 1")
    ((outside,),) = ask(db, "SELECT min(article) FROM memberships WHERE story <> 1")
    inside = next(side[0] for side in sides if central not in side)
    assert "override" not in newsloom("--db", db, "compare", central, outside).stdout
    said = newsloom("--db", db, "compare", inside, central).stdout
    assert said.startswith(f"A  [{inside}]")
    assert "It is held together by override 1 (merge)" in said


def test_the_whole_of_a_story_cannot_be_split_off(db: Path) -> None:
    number = two_stories(db)[0]
    said = says(db, "override", "split", number, *articles(db, number), "--why", "x", code=2)
    assert "nothing would be left" in said


def test_a_second_grouping_is_kept_beside_and_compared(db: Path) -> None:
    before = says(db, "stories", "--json", "--limit", 500)
    strict = ("group", "--rebuild", "--as", "strict", "--set", "stories.threshold=0.05")
    assert "kept as strict" in says(db, *strict)
    assert says(db, "stories", "--json", "--limit", 500) == before
    found = json.loads(says(db, "groupings", "strict", "--json"))
    assert found["changed"] == "stories.threshold=0.05"
    assert found["copies"]["ari"] == 1.0
    assert found["stories"]["pairs"]["precision"] == 1.0
    assert found["stories"]["pairs"]["recall"] < 1.0
    assert "strict" in says(db, "groupings")
    shown = says(db, "groupings", "strict")
    assert "split over several of the kept" in shown
    assert list(db.parent.glob(".newsloom-*")) == []


def test_a_file_without_a_manifest_can_be_compared(db: Path) -> None:
    """As files are that were grouped before there was one."""
    connection = sqlite3.connect(db)
    connection.execute("DELETE FROM groupings")
    connection.commit()
    connection.close()
    says(db, "group", "--rebuild", "--as", "first")
    assert "first" in says(db, "groupings")
    assert "stories pairs" in " ".join(says(db, "groupings", "first").split())


def test_a_manifest_with_earlier_names_can_be_compared(db: Path) -> None:
    stricter = ("--set", "stories.top_terms=21", "--set", "copies.max_per_key=63")
    says(db, "group", "--rebuild", "--as", "stricter", *stricter)
    kinds = {"copies": RENAMED[CopyScheme], "stories": RENAMED[StoryScheme], "events": {}}
    connection = sqlite3.connect(db)
    for number, settings in connection.execute("SELECT rowid, settings FROM groupings").fetchall():
        earlier = {}
        for kind, numbers in json.loads(settings).items():
            names = {new: old for old, new in kinds[kind].items()}
            earlier[kind] = {names.get(name, name): value for name, value in numbers.items()}
        connection.execute(
            "UPDATE groupings SET settings = ? WHERE rowid = ?", (json.dumps(earlier), number)
        )
    connection.commit()
    connection.close()
    found = json.loads(says(db, "groupings", "stricter", "--json"))
    assert found["changed"] == "copies.max_per_key=63, stories.top_terms=21"


def test_a_rebuild_kept_beside_is_the_same_as_the_present(db: Path) -> None:
    assert "in place of" not in says(db, "group", "--rebuild", "--as", "again")
    assert "in place of those of 20" in says(db, "group", "--rebuild", "--as", "again")
    assert json.loads(says(db, "groupings", "again", "--json"))["stories"]["ari"] == 1.0


def test_an_adopted_grouping_is_the_file_s_own_until_it_is_undone(db: Path) -> None:
    before = ask(db, "SELECT article, story FROM memberships ORDER BY article")
    says(db, "group", "--rebuild", "--as", "fine", "--set", "stories.granularity=fine")
    said = says(db, "group", "--adopt", "fine")
    assert "settings: stories.threshold=-0.01" in said
    assert "`newsloom group --adopt before-fine` undoes it" in said
    assert json.loads(says(db, "groupings", "fine", "--json"))["stories"]["ari"] == 1.0
    # What comes later is grouped with the same numbers: nothing waits, nothing changes.
    says(db, "group")
    assert json.loads(says(db, "groupings", "fine", "--json"))["stories"]["ari"] == 1.0
    manifest = ask(db, "SELECT settings FROM groupings WHERE partition IS NULL ORDER BY rowid DESC")
    assert json.loads(manifest[0][0])["stories"]["threshold"] == -0.01
    assert "this file's settings: Newsloom's own" in says(db, "group", "--adopt", "before-fine")
    assert ask(db, "SELECT article, story FROM memberships ORDER BY article") == before
    assert ask(db, "SELECT * FROM settings") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["group", "--as", "x"], "--as keeps the outcome of a rebuild; add --rebuild"),
        (["group", "--set", "stories.top_terms=9"], "add --rebuild --as NAME"),
        (["group", "--rebuild", "--as", "x", "--set", "keys=9"],
         "begins with copies., stories. or events."),
        (["group", "--rebuild", "--as", "x", "--set", "stories.kyes=9"],
         "stories.kyes: there is no such number; stories have"),
        (["group", "--rebuild", "--as", "x", "--set", "events.treshold=9"],
         "events.treshold: there is no such number; events have lead_chars"),
        (["group", "--rebuild", "--as", "x", "--set", "events.rarity_cap=9"],
         "rarity_cap is a power of two"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.top_terms=many"],
         "'many' is no whole number"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.keys=0"],
         "stories.keys is stories.top_terms now"),
        (["group", "--rebuild", "--as", "x", "--set", "copies.hot=9"],
         "copies.hot is copies.max_per_key now"),
        (["group", "--rebuild", "--as", "x", "--set", "copies.bands=0"], "start at 1"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.keys"], "SETTING=VALUE"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.decay_words=0"], "start at 1"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.granularity=finest"],
         "'finest' is none of coarse, medium, fine"),
        (["group", "--rebuild", "--as", "x", "--set", "stories.granularity=fine", "--set",
          "stories.threshold=0"], "sets stories.threshold; give one of them"),
        (["group", "--adopt", "x"], "no grouping is kept as x; there are: none"),
        (["group", "--adopt", "x", "--rebuild"], "--adopt groups everything again by itself"),
        (["groupings", "x"], "no grouping is kept as x; there are: none"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_second_grouping_is_named(
    db: Path, arguments: list[str], message: str
) -> None:
    assert message in says(db, *arguments, code=2)
    assert says(db, "groupings").startswith("No grouping is kept")
