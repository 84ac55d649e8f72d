"""Scores of a crawl of the town, whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from crawler.demo.houses import HOUSES
from crawler.demo.prints import Print
from crawler.store import Store
from dedupe import Score, b_cubed, pairwise, pairwise_across


class TownScore(NamedTuple):
    """The crawl against the town's own truth."""

    printed: int
    """articles that the town printed and let us read"""
    found: int
    """of these, articles in the store"""
    copies: Score
    """pairs that carry the same text (pairwise)"""
    stories: Score
    """articles of one event in one language (B-cubed)"""
    events: Score
    """articles of one event in all languages (B-cubed)"""
    across: Score
    """pairs of articles of two languages that tell one event (pairwise)"""
    agencies: Score
    """(article, agency) for each text of an agency that another outlet printed"""


def score_town(store: Store, truth: Mapping[str, Print]) -> TownScore:
    """Compare a store with the truth, by article address."""
    rows = [row for row in store.queries.articles.all_placed() if row.url in truth]
    prints = {row.article: truth[row.url] for row in rows}
    event_of = store.queries.events.of_stories()
    told = {
        row.article: (row.story, None) if row.story not in event_of else (None, event_of[row.story])
        for row in rows
    }
    events = {article: print_.event for article, print_ in prints.items()}
    languages = {article: print_.language for article, print_ in prints.items()}
    return TownScore(
        printed=len(truth),
        found=len(rows),
        copies=pairwise(
            {row.article: row.copy_group for row in rows},
            {article: print_.text for article, print_ in prints.items()},
        ),
        agencies=_overlap(
            {(row.url, name) for row in rows for name in row.agencies}, _true_credits(truth)
        ),
        events=b_cubed(told, events),
        across=pairwise_across(told, events, languages),
        stories=b_cubed(
            {row.article: row.story for row in rows},
            {article: (print_.event, print_.language) for article, print_ in prints.items()},
        ),
    )


def _true_credits(truth: Mapping[str, Print]) -> set[tuple[str, str]]:
    """(address, agency) of the texts of agencies that other outlets printed."""
    return {
        (url, HOUSES[print_.origin].name)
        for url, print_ in truth.items()
        if HOUSES[print_.origin].agency and print_.outlet != print_.origin
    }


def _overlap(found: Set[tuple[str, str]], truth: Set[tuple[str, str]]) -> Score:
    right = len(found & truth)
    return Score(
        precision=right / max(len(found), 1),
        recall=right / max(len(truth), 1),
        f1=2 * right / max(len(found) + len(truth), 1),
    )
