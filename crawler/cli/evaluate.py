"""`newsloom evaluate`: copy groups and stories against labels that people gave."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from crawler.cli.arguments import reading
from crawler.cli.options import object_option
from crawler.cli.parameters import Number
from crawler.cli.partition_scores import Agreements, Headings, agreement, show
from crawler.cli.tables import as_json
from crawler.errors import UsageError
from crawler.library.reports import article_number
from crawler.output.plain import INLINE
from crawler.output.visible import counted, one_line
from crawler.store import Store

_FORM = "a line needs `url` or `id`, and `label`"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """What `newsloom evaluate --json` prints."""

    articles: int
    """that are labelled and in the store"""
    unknown: list[str]
    """numbers or addresses that are not in the store"""
    figures: Agreements = field(metadata=INLINE)


_HEADINGS = Headings(
    mixed="{kind} that mix several labels:", torn="labels that are split over several {kind}:"
)


@click.command()
@click.argument("gold", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--worst", type=Number(min=0), default=5, show_default=True,
              help="List at most this many mistakes of each kind.")  # fmt: skip
@object_option
@click.pass_obj
def evaluate(db: Path, gold: Path, worst: int, as_object: bool) -> int:
    """Score copy groups and stories against labels in GOLD.

    GOLD is a .csv or .jsonl of `url` (or `id`) and `label`; articles with equal labels belong
    together. Prints precision, recall and F1 of pairs and B-cubed, and the adjusted Rand index;
    exit code 3 when GOLD names articles that are not in the store.
    """
    with reading(db) as store:
        labels, unknown = _labels(store, gold)
        placed = store.queries.articles.placed(labels)
    if not labels:
        raise UsageError(
            f"{gold}: none of its {len(unknown)} articles is in {db}"
            if unknown
            else f"{gold}: it labels no article; {_FORM}"
        )
    figures = Agreements.of(
        lambda part: agreement(
            {article: part(placed[article]) or f"none {article}" for article in labels},
            labels,
            placed,
            worst,
        )
    )
    report = EvaluationReport(articles=len(labels), unknown=unknown, figures=figures)
    if as_object:
        click.echo(as_json(report, indent=2))
    else:
        click.echo(f"{len(labels)} labelled articles\n")
        show(figures._asdict(), _HEADINGS)
    if not unknown:
        return 0
    first = ", ".join(map(one_line, unknown[:3])) + (", ..." if len(unknown) > 3 else "")
    click.echo(f"{gold}: {counted(len(unknown), 'article')} not in {db}: {first}", err=True)
    return 3


def _labels(store: Store, gold: Path) -> tuple[dict[int, str], list[str]]:
    """The label of each article in the store, and the names of those that are not in it."""
    labels: dict[int, str] = {}
    unknown: list[str] = []
    for name, label in _lines(gold):
        try:
            labels[article_number(store, name)] = label
        except UsageError:
            unknown.append(name)
    return labels, unknown


def _lines(gold: Path) -> Iterator[tuple[str, str]]:
    """Number or address, and label; UsageError for an entry without both."""
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
