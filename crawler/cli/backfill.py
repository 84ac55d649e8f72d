"""`newsloom backfill`: the past of an outlet, from archives of the web or its own sitemaps."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.arguments import command_line
from crawler.cli.described import Described
from crawler.cli.options import (
    contact_option,
    described_options,
    private_option,
    quiet_option,
    workers_option,
)
from crawler.cli.parameters import Number, OutletName, Since, Until
from crawler.errors import UsageError
from crawler.outlets.selection import Selection
from crawler.output.visible import counted, one_line

if TYPE_CHECKING:
    from crawler.fetching.plain_client import PlainClient
    from crawler.ingest.backfill import Backfilled
    from crawler.ingest.web_archives import Endpoints
    from crawler.types import Outlet

_DELAYS = {"cc": 1.0, "wayback": 4.0, "sitemaps": 1.0}
"""Seconds between two requests. The Wayback Machine shuts out who asks more than fifteen times a
minute."""
_ARTICLES = ("new", "revised", "same", "twin")
"""What may come of an article; other counters are reasons of captures without one."""
_PASSED_OVER = {
    "other-address": "not an article's address",
    "other-time": "of another time",
    "truncated": "cut off by the archive",
    "same-bytes": "unchanged",
    "known": "known already",
    "robots": "forbidden by robots.txt",
    "unusable": "without a usable address",
}
"""Reasons for which captures were not fetched, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arguments:
    """The command line; None where an option is not given."""

    slug: str
    source: str
    since: str
    until: str
    limit: int | None
    delay: float | None
    folder: Path | None
    only: bool
    workers: int | None
    contact: str
    allow_private: bool
    quiet: bool

    def client(self) -> PlainClient:
        """Who asks the archive."""
        from crawler.fetching.plain_client import PlainClient

        delay = _DELAYS[self.source] if self.delay is None else self.delay
        return PlainClient(contact=self.contact, allow_private=self.allow_private, delay=delay)


@click.command()
@click.argument("slug", metavar="OUTLET", type=OutletName())
@click.option("--from", "source", type=click.Choice(tuple(_DELAYS)), required=True,
              help="Common Crawl, the Wayback Machine, or the outlet's own sitemaps.")  # fmt: skip
@click.option("--since", type=Since(), required=True,
              help="Captures made from this time on; of sitemaps, articles published.")  # fmt: skip
@click.option("--until", type=Until(), required=True,
              help="Captures made up to this time; of sitemaps, articles published.")  # fmt: skip
@click.option("--limit", type=Number(min=1),
              help="Fetch at most this many pages; the same command resumes there.")  # fmt: skip
@click.option("--delay", type=click.FloatRange(min=0), metavar="SECONDS",
              help="Pause between two requests to an archive; default: 1, or 4 for the Wayback "
              "Machine.")  # fmt: skip
@described_options
@workers_option
@contact_option
@private_option
@quiet_option
@click.pass_obj
def backfill(db: Path, /, **options: Any) -> int:
    """Bring in older articles of OUTLET from archives of the web.

    An archive's index (CDX) says what was captured of the outlet. Captures at addresses that look
    like its articles, and that its robots.txt allows, are read like fetched pages; later captures
    of an article become its revisions. A run that was broken off resumes where it stopped.
    `newsloom group` then finds copies and stories.

    From sitemaps, the outlet itself is crawled for the pages that its sitemaps list.
    """
    arguments = _Arguments(**options)
    if arguments.until < arguments.since:
        raise UsageError("--until lies before --since; exchange them")
    described = Described(arguments.folder, arguments.only)
    selection = Selection(names=(arguments.slug,))
    outlet = described.select(selection, quiet=arguments.quiet).get(arguments.slug)
    if outlet is None:
        raise UsageError(f"{arguments.slug} is a list; name one outlet")
    if arguments.source == "sitemaps":
        return _crawl_sitemaps(db, outlet, arguments)
    done, run = _read_archive(db, outlet, described.load(quiet=True), arguments)
    for trouble in done.troubles:
        click.echo(f"{one_line(trouble)}; the same command resumes there", err=True)
    if not arguments.quiet:
        click.echo(_summary(run, done))
    return _exit_code(done)


def _read_archive(
    db: Path, outlet: Outlet, known: dict[str, Outlet], arguments: _Arguments
) -> tuple[Backfilled, int]:
    """What was brought, and the number of the run."""
    from crawler.cli.progress import stages
    from crawler.ingest.backfill import backfill as fill
    from crawler.ingest.backfill import scope_of
    from crawler.ingest.web_archives import archive_named
    from crawler.parsing.workers.pool import Workers
    from crawler.run_lock import recorded

    scope = scope_of(outlet, known, since=arguments.since, until=arguments.until)
    client = arguments.client()
    archive = archive_named(arguments.source, client, _endpoints())
    with recorded(db, command_line()) as run:
        pool = Workers(arguments.workers or os.cpu_count() or 1)
        try:
            with stages(quiet=arguments.quiet) as progress:
                done = fill(
                    run.store, outlet, archive, scope, client=client, workers=pool,
                    run=run.number, limit=arguments.limit, progress=progress,
                )  # fmt: skip
        finally:
            pool.close()
        run.summary = {reason: count for reason, count in done.counts.items() if count}
        run.outcome = {0: "done", 4: "failed"}.get(_exit_code(done), "partial")
    return done, run.number


def _endpoints() -> Endpoints:
    """Where the archives answer: other addresses can be named in the environment."""
    from crawler.ingest.web_archives import Endpoints

    names = {"cc_index": "CC_INDEX", "cc_data": "CC_DATA", "wayback": "WAYBACK"}
    given = {}
    for key, name in names.items():
        url = os.environ.get(f"NEWSLOOM_{name}")
        if url and not url.startswith(("http://", "https://")):
            raise UsageError(f"NEWSLOOM_{name} is {url!r}; write a full http or https address")
        if url:
            given[key] = url
    return Endpoints(**given)


def _exit_code(done: Backfilled) -> int:
    if not done.troubles:
        return 0
    return 3 if done.fetched or done.finished else 4


def _summary(run: int, done: Backfilled) -> str:
    counts = done.counts
    passed = ", ".join(
        f"{counts[reason]} {words}" for reason, words in _PASSED_OVER.items() if counts[reason]
    )
    others = Counter(
        {n: c for n, c in counts.items() if c and n not in (*_ARTICLES, *_PASSED_OVER)}
    )
    without = ", ".join(f"{count} {reason}" for reason, count in others.most_common())
    return (
        f"run {run}: {counted(counts['new'], 'new article')}, {counts['revised']} revised, "
        f"{counts['same'] + counts['twin']} known, of {counted(done.fetched, 'capture')} fetched"
        f"{f'; pages without an article: {without}' if without else ''}"
        f"{f'; not fetched: {passed}' if passed else ''}"
        f"{_state(done)}"
    )


def _state(done: Backfilled) -> str:
    """How far it is, as the rest of a sentence."""
    if done.limited:
        return "; --limit was reached, the same command resumes there"
    if not done.troubles and not done.fetched and not any(done.counts.values()):
        if not done.finished:
            return "; the archive has no crawl of this time"
        return "; the archive has nothing more of this outlet and time"
    return ""


def _crawl_sitemaps(db: Path, outlet: Outlet, arguments: _Arguments) -> int:
    from crawler.cli.crawl import crawl_and_report
    from crawler.crawl import CrawlOptions
    from crawler.ingest.own_sitemaps import with_own_sitemaps

    options = CrawlOptions(
        db=db,
        outlets={outlet.slug: with_own_sitemaps(outlet, arguments.client())},
        since=arguments.since,
        until=arguments.until,
        limit=arguments.limit,
        workers=arguments.workers,
        grouping=False,
        regardless=True,
        revisits=False,
        allow_private=arguments.allow_private,
        contact=arguments.contact,
        log_level="ERROR" if arguments.quiet else "WARNING",
    )
    return crawl_and_report(options, quiet=arguments.quiet)
