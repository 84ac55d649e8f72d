"""`newsloom evaluate`: copy groups and stories against labels that people gave."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from crawler.cli.output import Row, as_json, one_line, table
from crawler.cli.reading import article_number, reading
from crawler.errors import UsageError
from dedupe import Score, adjusted_rand, b_cubed, pairwise

_FORM = "a line needs `url` or `id`, and `label`"


@click.command()
@click.argument("gold", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--worst", type=click.IntRange(min=0), default=5, show_default=True,
              help="Mistakes to list of each kind.")  # fmt: skip
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def evaluate(db: Path, gold: Path, worst: int, as_object: bool) -> int:
    """Score copy groups and stories against GOLD, a .csv or .jsonl of url (or id) and label.

    Articles with the same label belong together. Prints precision, recall and F1 of pairs and
    B-cubed, and the adjusted Rand index; exit code 3 when GOLD names articles that are not here.
    """
    truth: dict[int, str] = {}
    unknown: list[str] = []
    with reading(db) as store:
        for name, label in _labels(gold):
            try:
                truth[article_number(store, name)] = label
            except UsageError:
                unknown.append(name)
        placed = store.reading.places(truth)
    if not truth:
        raise UsageError(f"{gold}: none of its {len(unknown)} articles is in {db}")
    figures = {
        kind: _figures({a: placed[a][column] or f"none {a}" for a in truth}, truth, placed, worst)
        for kind, column in (("copies", "copy_group"), ("stories", "story"))
    }
    if as_object:
        click.echo(as_json({"articles": len(truth), "unknown": unknown, **figures}, indent=2))
    else:
        _show(figures, len(truth))
    if unknown:
        click.echo(
            f"{len(unknown)} of {gold} not in {db}: {', '.join(map(one_line, unknown[:3]))}"
            + (", ..." if len(unknown) > 3 else ""),
            err=True,
        )
    return 3 if unknown else 0


def _labels(gold: Path) -> Iterator[tuple[str, str]]:
    with gold.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows: Iterator[Any] = csv.DictReader(lines) if gold.suffix == ".csv" else _objects(lines)
        number = 0
        try:
            for number, row in enumerate(rows, start=1):
                name = row.get("url") or row.get("id") if isinstance(row, dict) else None
                if not name or row.get("label") in (None, ""):
                    raise UsageError(f"{gold}, entry {number}: {_FORM}")
                yield str(name), str(row["label"])
        except csv.Error as error:
            raise UsageError(f"{gold}, after entry {number}: {error}; {_FORM}") from error


def _objects(lines: Iterator[str]) -> Iterator[Any]:
    for line in lines:
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError:
                yield None


def _figures(
    found: Mapping[int, Any], truth: Mapping[int, str], placed: Mapping[int, Row], worst: int
) -> Row:
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


def _show(figures: dict[str, Row], articles: int) -> None:
    click.echo(f"{articles} labelled articles\n")
    scores = [
        {"": kind, "measure": measure, **row[key]}
        for kind, row in figures.items()
        for measure, key in (("pairs", "pairs"), ("B-cubed", "b_cubed"))
    ]
    click.echo(table(scores, ("", "measure", "precision", "recall", "f1")))
    for kind, row in figures.items():
        click.echo(f"\n{kind}: adjusted Rand index {row['ari']:.4f}")
        for key, says in (("mixed", "hold several labels"), ("torn", "labels lie in several")):
            if row[key]:
                click.echo(f"{kind}, {says}:" if key == "torn" else f"{kind} that {says}:")
                click.echo(table(row[key], ("in", "articles", "parts", "pairs", "for example")))
