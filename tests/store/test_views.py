"""What the views say of small stores whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.store import read_store
from crawler.store.queries.exports import EXPORTS
from crawler.types import ArticleFilter
from tests.store.told import Told


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    made = Told(tmp_path / "told.db")
    yield made
    made.connection.close()


def hour(clock: str, day: int = 5) -> str:
    return f"2022-01-{day:02}T{clock}:00Z"


def test_who_was_first_is_known_when_no_other_poll_overlaps(told: Told) -> None:
    told.article("herald", polled=hour("10:00"), seen=hour("10:30"))
    told.article("gazette", polled=hour("11:00"), seen=hour("11:30"))
    told.article("courier", polled=hour("10:30"), seen=hour("10:45"))
    assert told.rows("SELECT outlet, may_be_first, tied FROM first_publishers ORDER BY outlet") == [
        ("courier", 0, 0), ("gazette", 0, 0), ("herald", 1, 0),
    ]  # fmt: skip


def test_who_was_first_is_a_tie_when_polls_overlap_or_there_was_none_before(told: Told) -> None:
    told.article("herald", polled=hour("10:00"), seen=hour("10:30"))
    told.article("gazette", polled=hour("10:15"), seen=hour("12:00"))
    told.article("courier", polled=None, seen=hour("14:00"))
    told.article("late", polled=hour("10:31"), seen=hour("14:00"))
    told.article("late", polled=hour("09:00"), seen=hour("15:00"))
    assert told.rows("SELECT outlet, may_be_first, tied FROM first_publishers ORDER BY outlet") == [
        ("courier", 1, 1), ("gazette", 1, 1), ("herald", 1, 1), ("late", 0, 1),
    ]  # fmt: skip


def test_the_network_goes_from_the_earlier_to_the_later(told: Told) -> None:
    for day, lag in ((5, "11:00"), (6, "13:00"), (7, "18:00")):
        first = told.article("wire", published=hour("10:00", day))
        told.article("herald", published=hour(lag, day), copy_of=first)
    # The later article has the lower number: it was seen first.
    number = told.article("herald", published=hour("12:00", 8))
    told.article("wire", published=hour("10:00", 8), copy_of=number)
    # Within one outlet nobody copies from anybody.
    told.article("herald", published=hour("13:00", 8), copy_of=number)
    assert told.rows("SELECT * FROM copy_network") == [("wire", "herald", 4, 0, 2.5, 0.825)]
    assert told.rows("SELECT DISTINCT earlier, later FROM copy_pairs") == [("wire", "herald")]


def test_a_time_known_to_the_day_ties_with_any_time_of_that_day(told: Told) -> None:
    first = told.article("wire", published=hour("10:00"))
    told.article("herald", published=hour("00:00"), precision="day", copy_of=first)
    told.article("courier", published=hour("10:00"), copy_of=first)
    told.article("gazette", published=hour("00:00", 6), precision="day", copy_of=first)
    rows = told.rows("SELECT later, earlier, tied FROM copy_network")
    assert {frozenset(row[:2]): row[2] for row in rows} == {
        frozenset({"wire", "herald"}): 1,
        frozenset({"wire", "courier"}): 1,
        frozenset({"wire", "gazette"}): 0,
    }


STARS = "SELECT earlier, later, lag_hours, tied FROM star_pairs ORDER BY earlier, later"


def test_a_star_leads_from_the_first_holder_to_every_other_outlet(told: Told) -> None:
    first = told.article("wire", published=hour("10:00"))
    told.article("herald", published=hour("11:00"), copy_of=first)
    told.article("courier", published=hour("12:00"), copy_of=first)
    # The first article of an outlet counts, and one outlet copies nobody.
    told.article("courier", published=hour("13:00"), copy_of=first)
    told.article("wire", published=hour("14:00"), copy_of=first)
    alone = told.article("wire", published=hour("10:00", 8))
    told.article("wire", published=hour("11:00", 8), copy_of=alone)
    assert told.rows(STARS) == [("wire", "courier", 2.0, 0), ("wire", "herald", 1.0, 0)]
    assert told.rows("SELECT DISTINCT earlier_article, copy_group, at FROM star_pairs") == [
        (first, first, hour("10:00"))
    ]
    assert told.rows("SELECT * FROM star_network ORDER BY later") == [
        ("wire", "courier", 1, 0, 2.0, 0.9), ("wire", "herald", 1, 0, 1.0, 0.9),
    ]  # fmt: skip


def test_a_star_leads_from_the_agency_whose_own_text_it_is(told: Told) -> None:
    told.outlet("agency", agency=True)
    first = told.article("herald", published=hour("10:00"))
    told.article("agency", published=hour("11:00"), copy_of=first)
    told.article("courier", published=hour("12:00"), copy_of=first)
    assert told.rows(STARS) == [("agency", "courier", 1.0, 0), ("agency", "herald", -1.0, 0)]
    # The agency's text and that of `courier` were not compared with each other.
    assert told.rows("SELECT later, containment FROM star_pairs ORDER BY later") == [
        ("courier", None), ("herald", 0.6),
    ]  # fmt: skip


def test_outlets_that_may_have_been_first_tie_and_each_has_edges(told: Told) -> None:
    first = told.article("wire", published=hour("10:00"))
    told.article("herald", published=hour("00:00"), precision="day", copy_of=first)
    # Later than `wire` whatever the hour of `herald`: not a third first one.
    told.article("courier", published=hour("11:00"), copy_of=first)
    told.article("late", published=hour("00:00", 6), precision="day", copy_of=first)
    assert told.rows(STARS) == [
        ("herald", "courier", 11.0, 1), ("herald", "late", 24.0, 1), ("herald", "wire", 10.0, 1),
        ("wire", "courier", 1.0, 1), ("wire", "late", 14.0, 1),
    ]  # fmt: skip
    assert told.rows("SELECT sum(copies), sum(tied) FROM star_network") == [(5, 5)]


def test_agency_share_by_outlet_and_week(told: Told) -> None:
    told.outlet("wire", agency=True)
    told.credit(told.article("wire", published=hour("10:00")), "byline")
    named = told.article("herald", published=hour("10:00", 3))  # a Monday
    told.credit(named, "byline")
    told.credit(named, "copy")
    told.credit(told.article("herald", published=hour("23:59", 9)), "copy")  # its Sunday
    told.credit(told.article("herald", published=hour("12:00")), "credit", confidence=0.3)
    told.article("herald", published=hour("12:00"))
    told.article("herald", published=hour("00:00", 10))
    assert told.rows("SELECT * FROM agency_share ORDER BY week") == [
        ("herald", "2022-01-03", 4, 1, 2, 0, 2, 0.5),
        ("herald", "2022-01-10", 1, 0, 0, 0, 0, 0.0),
    ]


def test_a_twin_names_no_agency_and_shares_its_text_with_one_that_does(told: Told) -> None:
    told.outlet("wire", agency=True)
    named = told.article("herald")
    told.credit(named, "dateline")
    silent = told.article("gazette", copy_of=named)
    told.article("wire", copy_of=named)  # an agency's own text is nobody's twin
    doubtful = told.article("doubtful", copy_of=named)
    told.credit(doubtful, "credit", confidence=0.4)
    other = told.article("courier", copy_of=named)
    told.credit(other, "byline")
    apart = told.article("late")
    told.connection.execute(
        "INSERT INTO copies SELECT a, ?, relation, jaccard, containment_a, containment_b, shared,"
        " numbers_same, numbers_changed, passage, revision_a, revision_b, joined, scheme"
        " FROM copies WHERE b = ?", (apart, silent),
    )  # fmt: skip
    twins = told.rows("SELECT * FROM agency_twins ORDER BY article")
    assert twins == [
        (silent, "Meridian", named, 0.9, 0.729), (doubtful, "Meridian", named, 0.9, 0.729),
    ]  # fmt: skip
    shares = told.rows("SELECT outlet, attributed, contained, twin, agency_copy FROM agency_share")
    assert sorted(shares) == [
        ("courier", 1, 0, 0, 1), ("doubtful", 0, 0, 1, 1), ("gazette", 0, 0, 1, 1),
        ("herald", 1, 0, 0, 1), ("late", 0, 0, 0, 0),
    ]  # fmt: skip
    carried = told.rows("SELECT article FROM article_overview WHERE agencies = '[\"Meridian\"]'")
    assert {row[0] for row in carried} == {named, silent, doubtful, other}
    store = read_store(told.path)
    assert [(row.via, row.containment) for row in store.queries.agency_copy.credits(doubtful)] == [
        ("twin", 0.9), ("credit", None),
    ]  # fmt: skip
    assert store.queries.stories.agencies(1) == [("Meridian", 4)]
    shown = {row.outlet: row[2:6] for row in store.queries.agency_copy.shares(limit=9)}
    assert shown["gazette"] == (0, 0, 1, 1)
    store.close()
    # Once the article is in a copy group of its own, it is nobody's twin.
    told.connection.execute("UPDATE memberships SET copy_group = 9 WHERE article = ?", (silent,))
    assert silent not in {row[0] for row in told.rows("SELECT article FROM agency_twins")}


def test_every_export_gives_the_columns_it_names_however_narrowed(told: Told) -> None:
    first = told.article("wire", published=hour("10:00"))
    told.article("herald", published=hour("11:00"), copy_of=first)
    told.article("herald", published=hour("11:00", 9), story=None)
    store = read_store(told.path)
    everything = {what: store.queries.exports.export(what) for what in EXPORTS}
    rows = {what: list(exported.rows) for what, exported in everything.items()}
    assert rows["network"] == told.rows("SELECT * FROM star_network")
    assert rows["network-pairs"] == told.rows("SELECT * FROM copy_network")
    for what, exported in everything.items():
        for row in rows[what]:
            assert len(row) == len(exported.columns), what
        shared = store.queries.exports.export(what, text=False)
        assert not {"text", "passage"} & set(shared.columns), what
        narrowed = store.queries.exports.export(what, ArticleFilter(outlet=("herald",)))
        assert narrowed.columns == exported.columns
        if what != "first":  # among the articles that pass
            assert set(narrowed.rows) <= set(rows[what]), what
    count = {
        what: len(
            list(
                store.queries.exports.export(what, ArticleFilter(story=1, until=hour("12:00"))).rows
            )
        )
        for what in EXPORTS
        if what not in ("agencies", "days", "outlets")
    }
    assert count == {
        "articles": 2, "stories": 1, "events": 0, "timeline": 2, "first": 2, "copies": 1,
        "pairs": 1, "stars": 1, "network": 1, "network-pairs": 1, "headlines": 0, "revisions": 0,
        "attention": 2, "coverage": 2,
    }  # fmt: skip
    with pytest.raises(ValueError, match="whose rows are not articles"):
        store.queries.exports.export("days", ArticleFilter(story=1))
    store.close()
