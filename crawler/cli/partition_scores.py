"""Two partitions of one set of articles, scored against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

import click

from crawler.cli.tables import table
from crawler.output.visible import one_line
from crawler.store.findings.manifest import KeptPlace
from crawler.store.queries.articles import PlacedArticle
from dedupe import Score, adjusted_rand, b_cubed, pairwise

Place = PlacedArticle | KeptPlace
Part = Callable[[Place], int | None]
"""The copy group, or the story, of an article; None before it is grouped."""


class Difference(NamedTuple):
    """A set of one partition that holds articles of several sets of the other."""

    set: Hashable
    articles: int
    parts: int
    pairs: int
    """of articles that are together in one partition only"""
    example: str


class Agreement(NamedTuple):
    """Scores of one partition against another, rounded, and the worst differences."""

    pairs: Score
    b_cubed: Score
    ari: float
    mixed: list[Difference]
    """sets that hold several sets of the truth"""
    torn: list[Difference]
    """sets of the truth that lie in several"""


class Agreements(NamedTuple):
    """Scores of the partitions of a store that labels may describe."""

    copies: Agreement
    stories: Agreement

    @classmethod
    def of(cls, score: Callable[[Part], Agreement]) -> Agreements:
        """Both scores, given what scores one partition."""
        return cls(score(lambda place: place.copy_group), score(lambda place: place.story))


class Headings(NamedTuple):
    """What stands above the worst differences; `{kind}` becomes copies, stories or events."""

    mixed: str
    torn: str


def agreement(
    found: Mapping[int, Hashable],
    truth: Mapping[int, Hashable],
    placed: Mapping[int, PlacedArticle],
    worst: int,
) -> Agreement:
    """Scores of one partition against another, and the worst differences of each kind.

    `placed` has the articles of both by number, with their headlines.
    """
    return Agreement(
        pairs=_rounded(pairwise(found, truth)),
        b_cubed=_rounded(b_cubed(found, truth)),
        ari=round(adjusted_rand(found, truth), 4),
        mixed=_differences(found, truth, placed, worst),
        torn=_differences(truth, found, placed, worst),
    )


def _rounded(score: Score) -> Score:
    return Score(*(round(value, 4) for value in score))


def _differences(
    one: Mapping[int, Hashable],
    other: Mapping[int, Hashable],
    placed: Mapping[int, PlacedArticle],
    worst: int,
) -> list[Difference]:
    """Sets of `one` that hold several of `other`, those with most wrong pairs first."""
    sets: defaultdict[Hashable, list[int]] = defaultdict(list)
    for article, name in one.items():
        sets[name].append(article)
    rows = []
    for name, articles in sets.items():
        parts = Counter(other[article] for article in articles)
        pairs = (len(articles) ** 2 - sum(n * n for n in parts.values())) // 2
        if pairs:
            samples = {other[article]: placed[article] for article in reversed(articles)}
            rows.append(
                Difference(
                    set=name,
                    articles=len(articles),
                    parts=len(parts),
                    pairs=pairs,
                    example=" | ".join(
                        f"[{row.article}] {one_line(row.title)[:40]}"
                        for row in list(samples.values())[:2]
                    ),
                )
            )
    return sorted(rows, key=lambda row: (-row.pairs, str(row.set)))[:worst]


class _Line(NamedTuple):
    kind: str
    measure: str
    precision: float
    recall: float
    f1: float


def show(figures: Mapping[str, Agreement], headings: Headings) -> None:
    """Print the scores by kind (copies, stories, events), and their worst differences."""
    scores = [
        _Line(kind, measure, *score)
        for kind, found in figures.items()
        for measure, score in (("pairs", found.pairs), ("B-cubed", found.b_cubed))
    ]
    click.echo(table(scores, _Line._fields, headings={"kind": ""}))
    for kind, found in figures.items():
        click.echo(f"\n{kind}: adjusted Rand index {found.ari:.4f}")
        for rows, heading in ((found.mixed, headings.mixed), (found.torn, headings.torn)):
            if rows:
                click.echo(heading.format(kind=kind))
                click.echo(table(rows, Difference._fields))
