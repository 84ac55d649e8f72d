"""Two partitions of the same articles, scored against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import click

from crawler.cli.tables import Row, table
from crawler.output.visible import one_line
from dedupe import Score, adjusted_rand, b_cubed, pairwise


def figures_of(
    found: Mapping[int, Any], truth: Mapping[int, Any], placed: Mapping[int, Row], worst: int
) -> Row:
    """Scores of one partition against another, and the worst differences of each kind.

    `placed` has the articles of both by number, with their headlines.
    """
    return {
        "pairs": _rounded(pairwise(found, truth)),
        "b_cubed": _rounded(b_cubed(found, truth)),
        "ari": round(adjusted_rand(found, truth), 4),
        "mixed": _mistakes(found, truth, placed, worst),
        "torn": _mistakes(truth, found, placed, worst),
    }


def _rounded(score: Score) -> dict[str, float]:
    return {name: round(value, 4) for name, value in score._asdict().items()}


def _mistakes(
    one: Mapping[int, Any], other: Mapping[int, Any], placed: Mapping[int, Row], worst: int
) -> list[Row]:
    """Sets of `one` that hold several of `other`, those with most wrong pairs first."""
    sets: defaultdict[Any, list[int]] = defaultdict(list)
    for article, name in one.items():
        sets[name].append(article)
    rows = []
    for name, articles in sets.items():
        parts = Counter(other[article] for article in articles)
        pairs = (len(articles) ** 2 - sum(n * n for n in parts.values())) // 2
        if pairs:
            samples = {other[article]: placed[article] for article in reversed(articles)}
            rows.append(
                {
                    "in": name,
                    "articles": len(articles),
                    "parts": len(parts),
                    "pairs": pairs,
                    "for example": " | ".join(
                        f"[{row['article']}] {one_line(row['title'])[:40]}"
                        for row in list(samples.values())[:2]
                    ),
                }
            )
    return sorted(rows, key=lambda row: (-row["pairs"], str(row["in"])))[:worst]


def show(figures: dict[str, Row], says: tuple[str, str]) -> None:
    """Print the figures of copies and stories; `says` names the two kinds of differences."""
    scores = [
        {"": kind, "measure": measure, **row[key]}
        for kind, row in figures.items()
        for measure, key in (("pairs", "pairs"), ("B-cubed", "b_cubed"))
    ]
    click.echo(table(scores, ("", "measure", "precision", "recall", "f1")))
    for kind, row in figures.items():
        click.echo(f"\n{kind}: adjusted Rand index {row['ari']:.4f}")
        for key, words in zip(("mixed", "torn"), says, strict=True):
            if row[key]:
                click.echo(f"{kind}, {words}:" if key == "torn" else f"{kind} that {words}:")
                click.echo(table(row[key], ("in", "articles", "parts", "pairs", "for example")))
