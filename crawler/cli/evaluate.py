"""`newsloom evaluate`: copy groups and stories against labels that people gave."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from crawler.cli.agreement import COLUMNS, figures_of, show
from crawler.cli.arguments import article_number, reading
from crawler.cli.tables import as_json
from crawler.errors import UsageError
from crawler.output.visible import one_line

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
        placed = store.queries.articles.placed(truth)
    if not truth and not unknown:
        raise UsageError(f"{gold}: it labels no article; {_FORM}")
    if not truth:
        raise UsageError(f"{gold}: none of its {len(unknown)} articles is in {db}")
    figures = {
        kind: figures_of({a: column(placed[a]) or f"none {a}" for a in truth}, truth, placed, worst)
        for kind, column in COLUMNS.items()
    }
    if as_object:
        click.echo(as_json({"articles": len(truth), "unknown": unknown, **figures}, indent=2))
    else:
        click.echo(f"{len(truth)} labelled articles\n")
        show(figures, ("hold several labels", "labels lie in several"))
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
