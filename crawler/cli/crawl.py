"""`newsloom crawl`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crawler.cli.arguments import command_line, reading
from crawler.cli.crawl_report import clock_line, show_report
from crawler.cli.described import Described
from crawler.cli.options import (
    contact_option,
    described_options,
    private_option,
    selection_options,
    workers_option,
)
from crawler.cli.parameters import Number, OutletName, Shard, Since, Span, Until
from crawler.cli.progress import CrawlProgress
from crawler.cli.tables import emit
from crawler.clock import now
from crawler.interrupts import Interrupted
from crawler.outlets.selection import Selection
from crawler.output.visible import counted

if TYPE_CHECKING:
    from crawler.crawl import CrawlOptions
    from crawler.types import Outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arguments:
    """The command line of `newsloom crawl`; None where an option is not given."""

    names: tuple[str, ...]
    """slugs of outlets, and lists of them; empty for all"""
    folder: Path | None
    only: bool
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    agency: bool
    shard: tuple[int, int]
    since: str | None
    until: str | None
    limit: int | None
    host_limit: int | None
    max_runtime: timedelta | None
    workers: int | None
    contact: str
    no_group: bool
    keep_pages: bool
    keep_warc: bool
    no_revisits: bool
    regardless: bool
    dry_run: bool
    allow_private: bool
    as_object: bool
    quiet: bool

    def outlets(self) -> dict[str, Outlet]:
        """The outlets that they mean."""
        selection = Selection(
            names=self.names,
            countries=self.countries,
            languages=self.languages,
            agency=self.agency,
            shard=self.shard,
        )
        described = Described(self.folder, self.only)
        return described.select(selection, quiet=self.quiet)

    def crawl_options(self, db: Path) -> CrawlOptions:
        """The crawl that they ask for."""
        from crawler.crawl import CrawlOptions

        return CrawlOptions(
            db=db,
            outlets=self.outlets(),
            since=self.since,
            until=self.until,
            limit=self.limit,
            host_limit=self.host_limit,
            max_runtime=self.max_runtime.total_seconds() if self.max_runtime else None,
            workers=self.workers,
            grouping=not self.no_group,
            keep_pages=self.keep_pages,
            keep_warc=self.keep_warc,
            regardless=self.regardless or self.until is not None,
            revisits=not self.no_revisits,
            allow_private=self.allow_private,
            contact=self.contact,
            log_level="ERROR" if self.quiet else "WARNING",
        )


@click.command()
@click.argument("names", metavar="[OUTLET|@LIST]...", nargs=-1, type=OutletName())
@described_options
@selection_options
@click.option(
    "--shard",
    type=Shard(),
    default="1/1",
    help="Crawl one part of the outlets, e.g. 2/8 for the second of eight.",
)
@click.option("--since", type=Since(), help="Leave out articles published before this time.")
@click.option(
    "--until",
    type=Until(),
    help="Leave out articles published after this time; ask every source, due or not.",
)
@click.option(
    "--limit",
    type=Number(min=1),
    help="Fetch at most this many pages; the others wait for the next run.",
)
@click.option(
    "--host-limit",
    type=Number(min=1),
    help="Fetch at most this many pages from each host; the others wait for the next run.",
)
@click.option(
    "--max-runtime",
    type=Span(),
    help="Start no page after this time; the others wait for the next run.",
)
@workers_option
@contact_option
@click.option("--no-group", is_flag=True, help="Only fetch; `newsloom group` can group later.")
@click.option("--keep-pages", is_flag=True, help="Keep the pages, in a file beside the store.")
@click.option("--keep-warc", is_flag=True, help="Keep the pages as WARC, one file for each run.")
@click.option("--no-revisits", is_flag=True, help="Do not fetch articles again to see changes.")
@click.option("--now", "regardless", is_flag=True, help="Ask every source, due or not.")
@click.option(
    "--dry-run", is_flag=True, help="List the sources and when each is due; ask and write nothing."
)
@private_option
@click.option("--json", "as_object", is_flag=True, help="Print the summary as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing unless there is new trouble.")
@click.pass_obj
def crawl(db: Path, /, **options: Any) -> int:
    """Poll OUTLETs (default: all), save new articles, group them.

    A LIST is a text file with one outlet on each line: @kazakhstan is kazakhstan.txt in the folder
    of --outlets, or else here. Made for cron: it allows one run at a time on a store, prints one
    line on standard output, and reports trouble by its exit code.
    """
    arguments = _Arguments(**options)
    if arguments.dry_run:
        _show_plan(db, arguments)
        return 0
    return crawl_and_report(
        arguments.crawl_options(db), as_object=arguments.as_object, quiet=arguments.quiet
    )


def crawl_and_report(options: CrawlOptions, *, as_object: bool = False, quiet: bool) -> int:
    """Crawl, with a line of progress, and print what came of it; the exit code."""
    from crawler.crawl import crawl as run_crawl

    progress = CrawlProgress(quiet=quiet)
    summary = run_crawl(
        options,
        command=command_line(),
        watch=progress.watch,
        grouping_progress=progress.grouping,
    )
    progress.clear()
    with reading(options.db) as store:
        troubles = store.queries.outlets.poll_troubles(summary.run)
        totals = store.queries.stories.counts()
    show_report(summary, totals, troubles, as_object=as_object, quiet=quiet)
    if summary.interrupted:
        raise Interrupted
    return summary.exit_code


class _PlannedPoll(NamedTuple):
    """A source, and when it is asked next; None: now."""

    outlet: str
    kind: str
    url: str
    due_at: str | None


def _show_plan(db: Path, arguments: _Arguments) -> None:
    chosen = arguments.outlets()
    due: dict[str, str] = {}
    notes = [f"The crawl would make {db}."]
    if db.is_file():
        with reading(db) as store:
            due = store.queries.outlets.next_polls()
            pending = store.queries.outlets.page_states().get("pending", 0)
            ahead = store.clocks.ahead(now=now())
        notes = [f"{db}: {counted(pending, 'page')} pending"]
        if ahead:
            notes.append(clock_line(ahead, "in the next crawl"))
    rows = [
        _PlannedPoll(o.slug, str(source.kind), source.url, due.get(source.url))
        for o in chosen.values()
        for source in o.sources
    ]
    columns = _PlannedPoll._fields
    emit(rows, columns, "json" if arguments.as_object else None)
    for note in notes:
        click.echo(note, err=True)
