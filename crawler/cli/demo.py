"""`newsloom demo`: the news town."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.parameters import Number
from crawler.cli.progress import CrawlProgress
from crawler.cli.serve import check_desk, desk_port, show_desk
from crawler.cli.tables import emit
from crawler.errors import UsageError
from crawler.interrupts import say
from crawler.outlets.descriptions import load_outlets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.cli.town_score import TownScore
    from crawler.crawl import CrawlSummary
    from crawler.demo.prints import Print

SINCE = "2021-01-01"
"""The town's news is of January 2022: an archive, asked for as one."""


@click.command()
@click.option(
    "--keep", type=click.Path(path_type=Path, dir_okay=False), help="Keep the store in this file."
)
@click.option("--open", "browse", is_flag=True,
              help="Then show it in a browser, until Ctrl-C; needs the extra `web`.")  # fmt: skip
@desk_port
@click.option("--serve-only", is_flag=True, help="Only run the town, to crawl it yourself.")
@click.option("--day", type=Number(1, 2), default=1, show_default=True,
              help="With --serve-only: on day 2 some outlets correct articles.")  # fmt: skip
def demo(keep: Path | None, browse: bool, port: int, serve_only: bool, day: int) -> None:
    """Crawl a fictional town of outlets and show its stories.

    The town runs on this machine and needs no internet.
    """
    if serve_only:
        _serve(day)
        return
    if keep is not None:
        _check_new(keep)
    if browse:
        check_desk(port)
    with tempfile.TemporaryDirectory(prefix="newsloom-") as folder:
        db = keep or Path(folder) / "town.db"
        try:
            _demonstrate(db, Path(folder) / "outlets", keep, shown=browse)
        except KeyboardInterrupt:
            left = "nothing is kept;"
            if keep is not None and keep.exists():
                left = f"{keep} has only a part of the town; remove it and"
            say(f"{left} run the same command again")
            raise
        if browse:
            click.echo()
            show_desk(db, port=port, browse=True)


def _check_new(keep: Path) -> None:
    folder = keep.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{keep}: there is no folder {folder}")
    if keep.exists():
        raise UsageError(f"{keep} exists already; name a new file for the town")


def _demonstrate(db: Path, outlets: Path, keep: Path | None, *, shown: bool) -> None:
    from crawler.cli.crawl_report import summary_line
    from crawler.cli.town_score import score_town
    from crawler.store import read_store
    from crawler.types import ArticleFilter

    summary, truth = _crawl_town(db, outlets)
    store = read_store(db)
    try:
        totals = store.queries.stories.counts()
        click.echo(summary_line(summary.run, summary.counts, summary.pending, totals))
        for row in store.queries.articles.headline_changes(limit=5):
            click.echo(
                f"The next day {row.outlet} rewrote a headline: [{row.article}] "
                f"{row.before!r} is now {row.after!r}"
            )
        click.echo()
        rows = store.queries.events.matching(ArticleFilter(min_outlets=2), limit=12)
        emit(rows, ("story", "languages", "outlets", "articles", "first_at", "title"), None)
        _show_score(score_town(store, truth))
        first = rows[0].story if rows else 1
        pairs = store.queries.exports.pairs(ArticleFilter(story=first))
        pair = next(((row.earlier_article, row.later_article) for row in pairs), (1, 2))
    finally:
        store.close()
    if keep is not None or not shown:
        _show_next_commands(keep, first, pair)


def _crawl_town(db: Path, outlets: Path) -> tuple[CrawlSummary, Mapping[str, Print]]:
    """Crawl two days of the town; the summary of the first, and the truth by address."""
    from crawler.crawl import CrawlOptions, crawl
    from crawler.demo.houses import HOUSES
    from crawler.demo.town import PORT, Town

    progress = CrawlProgress(quiet=False)
    with Town(port=PORT) as town:
        click.echo(
            f"Crawling a town of {len(HOUSES)} outlets on port {town.port}; "
            f"{sum(house.agency for house in HOUSES.values())} of them are agencies."
        )
        summary = crawl(
            CrawlOptions(
                db=db,
                outlets=load_outlets(town.describe_outlets(outlets)),
                since=SINCE,
                allow_private=True,
                one_at_a_time=True,
                workers=1,
                # Some of its outlets misbehave on purpose; `newsloom health` shows them.
                log_level="ERROR",
            ),
            command="newsloom demo",
            watch=progress.watch,
            grouping_progress=progress.grouping,
        )
        progress.clear()
        if summary.interrupted:
            raise KeyboardInterrupt
        town.day = 2
        _crawl_again(db, outlets)
        return summary, town.truth()


def _show_score(found: TownScore) -> None:
    click.echo(
        f"\nThe town knows the truth: {found.found} of {found.printed} articles were found; copies "
        f"P {found.copies.precision:.3f} R {found.copies.recall:.3f} (pairs); stories "
        f"P {found.stories.precision:.3f} R {found.stories.recall:.3f} "
        "(B-cubed, one language at a time); events in two languages "
        f"P {found.across.precision:.3f} R {found.across.recall:.3f} (pairs), in all "
        f"F {found.events.f1:.3f} (B-cubed); agencies named "
        f"P {found.agencies.precision:.3f} R {found.agencies.recall:.3f}."
    )


def _crawl_again(db: Path, outlets: Path) -> None:
    # In another process, because Scrapy's loop runs only once in each.
    with subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "--quiet", "--now",
         "--since", SINCE, "--allow-private", "--only", "--outlets", str(outlets)],
         stderr=subprocess.DEVNULL,  # its troubles are those of the first day
    ) as process:  # fmt: skip
        try:
            process.wait()
        except KeyboardInterrupt:
            process.terminate()  # it closes its run
            raise


def _show_next_commands(keep: Path | None, story: int, pair: tuple[int, int]) -> None:
    if keep is None:
        click.echo(
            "\nSee it in a browser, or keep the file and look inside:\n"
            "  newsloom demo --open\n  newsloom demo --keep town.db"
        )
        keep = Path("town.db")
    else:
        click.echo(f"\nLook inside {keep}, and open it in a browser:")
    for command in (
        f"story {story}",
        f"compare {pair[0]} {pair[1]} --diff",
        'attention --words "kazakh* OR almaty"',
        "serve --open",
    ):
        click.echo(f"  newsloom --db {keep} {command}")


def _serve(day: int) -> None:
    from crawler.demo.houses import HOUSES
    from crawler.demo.town import PORT, Town

    with (
        tempfile.TemporaryDirectory(prefix="newsloom-town-") as folder,
        Town(day=day, port=PORT) as town,
    ):
        outlets = town.describe_outlets(Path(folder))
        for house in HOUSES.values():
            click.echo(f"{town.base(house)}/  {house.name}")
        click.echo(
            f"\nThe town runs until Ctrl-C. Crawl it from another terminal:\n"
            f"  newsloom --db town.db crawl --allow-private --only --outlets {outlets}"
        )
        town.wait()
