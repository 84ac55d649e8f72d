"""The look-alike incidents that stories are measured with."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from itertools import combinations

import pytest

from bench.corpora.incidents import LANGUAGES, Report, incidents
from dedupe import CopyScheme, MemoryIndex, document, find_copies

REPORTS = incidents()


def by(attribute: str, reports: list[Report] = REPORTS) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = {}
    for report in reports:
        found.setdefault(getattr(report, attribute), []).append(report)
    return found


def test_incidents_of_one_seed_are_the_same() -> None:
    assert incidents(3) == incidents(3)
    assert incidents(3) != incidents(4)


def test_incidents_come_in_pairs_of_twelve_kinds_in_five_languages() -> None:
    pairs = by("pair")
    kinds = Counter(of_pair[0].kind for of_pair in pairs.values())
    assert len(pairs) == 60
    assert len(kinds) == 12
    assert set(kinds.values()) == {5}
    assert set(by("language")) == set(LANGUAGES)
    assert all(len(by("event", of_pair)) == 2 for of_pair in pairs.values())
    assert [report.number for report in REPORTS] == list(range(len(REPORTS)))


def test_an_incident_has_three_or_four_reports_and_a_third_have_a_follow_up() -> None:
    events = by("event")
    first = [sum(not report.is_follow_up for report in reports) for reports in events.values()]
    assert set(first) == {3, 4}
    assert sum(report.is_follow_up for report in REPORTS) == 40
    for reports in events.values():
        assert len({report.outlet for report in reports}) == len(reports)
        assert len({report.title for report in reports}) == len(reports)


def test_a_pair_is_of_one_week_and_a_follow_up_days_later() -> None:
    for of_pair in by("pair").values():
        times = {
            is_follow_up: [
                report.published
                for report in of_pair
                if report.published and report.is_follow_up is is_follow_up
            ]
            for is_follow_up in (False, True)
        }
        assert max(times[False]) - min(times[False]) < timedelta(days=7)
        for later in times[True]:
            assert timedelta(0) < later - min(times[False]) < timedelta(days=13)
    undated = sum(report.published is None for report in REPORTS)
    assert 0 < undated < len(REPORTS) / 5


@pytest.mark.parametrize("seed", range(3))
def test_reports_are_whole(seed: int) -> None:
    for report in incidents(seed):
        assert report.title
        assert not re.search(r"[][{}|]|  |,,|\.\.", report.title + report.text)
    for reports in by("event").values():
        assert sum(not report.text for report in reports) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_reports_are_no_copies_of_each_other(seed: int) -> None:
    scheme = CopyScheme()
    reports = {report.number: report for report in incidents(seed) if report.text}
    documents = {n: document(n, report.text, scheme, seed=7) for n, report in reports.items()}
    edges = find_copies(
        list(documents.values()), MemoryIndex(), scheme, texts=lambda n: [documents[n]]
    )
    joined = [(reports[edge.a].event, reports[edge.b].event) for edge in edges if edge.joined]
    assert [pair for pair in joined if pair[0] == pair[1]] == []
    # Two reports that were dealt the same sentences of the desk, half of each.
    assert len(joined) <= 1


def test_reports_of_one_incident_share_no_more_than_a_sentence() -> None:
    for reports in by("event").values():
        for a, b in combinations(reports, 2):
            assert len(sentences(a) & sentences(b)) <= 1


def sentences(report: Report) -> set[str]:
    return {sentence for sentence in re.split(r"(?<=\D[.!?]) ", report.text) if sentence}
