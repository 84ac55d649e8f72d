"""`newsloom compare`."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.agreement import COLUMNS, figures_of, show
from crawler.cli.arguments import reading
from crawler.cli.tables import as_json, table
from crawler.errors import UsageError
from crawler.output.visible import clock, one_line
from crawler.store.findings.manifest import KeptGrouping


@click.command()
@click.argument("name", required=False)
@click.option("--worst", type=click.IntRange(min=0), default=5, show_default=True,
              help="Differences to list of each kind.")  # fmt: skip
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def compare(db: Path, name: str | None, worst: int, as_object: bool) -> None:
    """Score the copies and stories kept under NAME against the present ones; or list the names.

    `newsloom group --rebuild --as NAME` keeps them. Precision, recall and the adjusted Rand index
    take the present ones for the truth; articles that came later are left out.
    """
    with reading(db) as store:
        kept = store.groupings.partitions()
        if name is None:
            _list([*kept.values()], as_object=as_object)
            return
        if name not in kept:
            names = ", ".join(map(one_line, kept)) or "none"
            raise UsageError(
                f"no grouping was kept as {name}; there are: {names}. "
                f"`newsloom group --rebuild --as {name}` makes it"
            )
        rows = store.groupings.partition(name)
        placed = store.queries.articles.placed(rows)
    figures = {
        kind: figures_of(
            {article: column(row) for article, row in rows.items()},
            {article: column(placed[article]) or f"none {article}" for article in rows},
            placed,
            worst,
        )
        for kind, column in COLUMNS.items()
    }
    if as_object:
        click.echo(as_json({**kept[name]._asdict(), "articles": len(rows), **figures}, indent=2))
        return
    click.echo(f"{len(rows)} articles, kept as {one_line(name)} on {clock(kept[name].at)}\n")
    show(figures, ("hold several of the present ones", "present ones that lie in several"))


def _list(kept: list[KeptGrouping], *, as_object: bool) -> None:
    if as_object:
        click.echo(as_json(kept, indent=2))
    elif kept:
        click.echo(table(kept, ("name", "at", "articles", "changed")))
    else:
        click.echo("no grouping is kept beside; `newsloom group --rebuild --as NAME` keeps one")
