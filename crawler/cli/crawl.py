"""`newsloom crawl` and `newsloom group`."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crawler.cli.arguments import outlets_option, reading
from crawler.cli.group import repeated_line
from crawler.cli.parameters import Shard, Since, Span, Until
from crawler.cli.progress import CrawlProgress
from crawler.cli.tables import as_json, emit
from crawler.clock import now
from crawler.interrupts import Interrupted
from crawler.outlets.descriptions import bundled_outlets, choose, load_outlets
from crawler.output.visible import counted
from crawler.reasons import meaning

if TYPE_CHECKING:
    from crawler.crawl import CrawlSummary
    from crawler.store.facts.usage import HeldPages
    from crawler.store.queries.stories import GroupCounts


@click.command()
@click.argument("chosen", metavar="[OUTLET]...", nargs=-1)
@outlets_option
@click.option("--shard", type=Shard(), default="1/1", help="Of all outlets the second eighth: 2/8.")
@click.option("--since", type=Since(), help="Leave out what was published before.")
@click.option(
    "--until", type=Until(), help="Leave out what was published after; asks sources due or not."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, help="Pages at the most; the rest waits."
)
@click.option(
    "--host-limit", type=click.IntRange(min=1), default=None, help="Pages of one host, likewise."
)
@click.option("--max-runtime", type=Span(), help="Read no page after that; the rest waits.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Parser processes; default: one a core.",
)
@click.option(
    "--contact",
    envvar="NEWSLOOM_CONTACT",
    default="",
    help="Your address or page, sent with every request. Also NEWSLOOM_CONTACT.",
)
@click.option("--no-group", is_flag=True, help="Only fetch; `newsloom group` does the rest later.")
@click.option("--keep-pages", is_flag=True, help="Keep the pages too, in a file beside the store.")
@click.option("--keep-warc", is_flag=True, help="Keep them as WARC, a file for each run.")
@click.option("--no-revisits", is_flag=True, help="Fetch no article again to see changes.")
@click.option("--now", "regardless", is_flag=True, help="Ask every source, due or not.")
@click.option("--dry-run", is_flag=True, help="Show what would be polled; touch nothing.")
@click.option(
    "--allow-private", is_flag=True, help="Allow addresses of this machine and private networks."
)
@click.option("--json", "as_object", is_flag=True, help="The summary as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Silent unless there is new trouble.")
@click.pass_obj
def crawl(db: Path, /, **options: Any) -> int:  # fmt: skip
    """Poll the sources of OUTLETs (default: all), fetch new pages, save, group.

    Made for cron: one run at a time on a store, one line on standard output, exit code.
    """
    if options["dry_run"]:
        return _plan(db, options)
    from crawler.crawl import CrawlOptions
    from crawler.crawl import crawl as run_crawl

    folder = options["folder"] or bundled_outlets()
    runtime: timedelta | None = options["max_runtime"]
    progress = CrawlProgress(quiet=options["quiet"])
    summary = run_crawl(
        CrawlOptions(
            db=db,
            outlets=folder,
            chosen=options["chosen"],
            shard=options["shard"],
            since=options["since"],
            until=options["until"],
            limit=options["limit"],
            host_limit=options["host_limit"],
            max_runtime=runtime.total_seconds() if runtime else None,
            workers=options["workers"],
            grouping=not options["no_group"],
            keep_pages=options["keep_pages"],
            keep_warc=options["keep_warc"],
            regardless=options["regardless"] or options["until"] is not None,
            revisits=not options["no_revisits"],
            allow_private=options["allow_private"],
            contact=options["contact"],
            log_level="ERROR" if options["quiet"] else "WARNING",
        ),
        command=" ".join(["newsloom", *sys.argv[1:]]),
        watch=progress.watch,
        grouping_progress=progress.grouping,
    )
    progress.clear()
    with reading(db) as store:
        troubles = store.queries.outlets.poll_troubles(summary.run)
        totals = store.queries.stories.counts()
    code = summary.exit_code
    # Told by name, and of the same trouble only once to who wants to hear nothing but trouble.
    said = [one for one in troubles if not options["quiet"] or code == 4 or not one.again]
    for trouble in said if not summary.interrupted else ():
        click.echo(f"{trouble.outlet}: {trouble.reason} ({trouble.detail})", err=True)
    if ahead := summary.counts.get("times ahead"):
        click.echo(clock_line(ahead, "asked now"), err=True)
    if summary.outage is not None and not summary.interrupted:
        click.echo(str(summary.outage), err=True)
    if options["as_object"]:
        click.echo(
            as_json(
                {
                    "run": summary.run,
                    "exit_code": code,
                    "interrupted": summary.interrupted,
                    "offline": summary.outage is not None,
                    **summary.counts,
                    "pending": summary.pending,
                    "held": summary.held,
                    "ungrouped": summary.grouped.waiting if summary.grouped else 0,
                    "stories": totals.stories,
                    "troubles": troubles,
                }
            )
        )
    elif not options["quiet"] or ((said or summary.outage) and not summary.interrupted):
        line = summary_line(summary.run, summary.counts, summary.pending, totals)
        line = line.replace(":", " was interrupted:", 1) if summary.interrupted else line
        click.echo(line, err=options["quiet"])
    if summary.interrupted:
        raise Interrupted
    if not options["quiet"]:
        _say_what_waits(summary)
    return code


def _say_what_waits(summary: CrawlSummary) -> None:
    """What the run had no time for, and what it was not to take today."""
    for row in summary.held:
        click.echo(waiting_line(row), err=True)
    if summary.grouped is not None and summary.grouped.repeated:
        click.echo(repeated_line(summary.grouped.repeated), err=True)
    if summary.grouped is not None and summary.grouped.waiting:
        click.echo(
            f"{counted(summary.grouped.waiting, 'text')} had no time to be grouped; the next run "
            "goes on with them, or `newsloom group`",
            err=True,
        )


def clock_line(ahead: int, when: str) -> str:
    """That so many sources have a time which a wrong clock wrote, and when they are asked."""
    return (
        f"the clock was ahead in an earlier run, or is behind now: {counted(ahead, 'source')} "
        f"with a time in the future, {when}"
    )


def waiting_line(row: HeldPages) -> str:
    """Why pages of an outlet wait, and what can be done, in a sentence."""
    pages = counted(row.pages, "page")
    if row.reason == "stalled":
        return f"{row.outlet}: {pages} wait for the next run: {meaning('stalled')}"
    what = row.detail.replace("_", " ")
    return (
        f"{row.outlet}: {pages} wait until tomorrow (UTC): it has had its {what} of the day; "
        f"daily_{row.detail} in its description allows more, 0 sets no limit"
    )


def summary_line(run: int, counts: dict[str, int], pending: int, totals: GroupCounts) -> str:
    """What a crawl did, on one line."""
    polls = ", ".join(
        f"{counts[f'polls {key}']} {what}"
        for key, what in {
            "read": "read",
            "unchanged": "unchanged",
            "denied": "denied",
            "failed": "failed",
            "not reached": "not reached",
            "not due": "not due yet",
            "left": "not read before the run's time was over",
        }.items()
        if counts.get(f"polls {key}")
    )
    new, revised = counts.get("new", 0), counts.get("revised", 0)
    articles = (
        f"{counted(new, 'new article')}, {revised} revised" if new or revised else "nothing new"
    )
    rest = "".join(
        f", {n} {word}"
        for word, n in (("rejected", counts.get("rejected", 0)), ("pending", pending))
        if n
    )
    return (
        f"run {run}: sources {polls or 'none'}; {articles}{rest}; "
        f"{counted(totals.stories, 'story')}, {totals.shared_stories} of several outlets"
    )


class _PlannedPoll(NamedTuple):
    """A source, and when it is asked next; None: now."""

    outlet: str
    kind: str
    url: str
    due_at: str | None


def _plan(db: Path, options: dict[str, Any]) -> int:
    known = load_outlets(options["folder"] or bundled_outlets())
    chosen = choose(known, options["chosen"], shard=options["shard"])
    due = {}
    if db.is_file():
        with reading(db) as store:
            due = store.queries.outlets.next_polls()
    rows = [
        _PlannedPoll(o.slug, str(source.kind), source.url, due.get(source.url))
        for o in chosen.values()
        for source in o.sources
    ]
    emit(rows, ("outlet", "kind", "url", "due_at"), "json" if options["as_object"] else None)
    if db.is_file():
        with reading(db) as store:
            click.echo(
                f"pages waiting in {db}: {store.queries.outlets.page_states().get('pending', 0)}",
                err=True,
            )
            if ahead := store.clocks.ahead(now=now()):
                click.echo(clock_line(ahead, "due in the next crawl"), err=True)
    else:
        click.echo(f"{db} would be made", err=True)
    return 0
