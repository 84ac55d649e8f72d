"""What `newsloom crawl` prints of a run: its summary, its troubles, what waits for later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from crawler.cli.group import repeated_line
from crawler.cli.tables import as_json
from crawler.cli.watched_lines import show_watched
from crawler.output.plain import INLINE
from crawler.output.reasons import ACCESS, meaning
from crawler.output.visible import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.crawl import CrawlSummary
    from crawler.store.facts.usage import HeldPages
    from crawler.store.queries.outlets import PollTrouble
    from crawler.store.queries.stories import GroupCounts
    from crawler.watching.end_of_run import Watched

_POLLS = {
    "read": "read",
    "unchanged": "unchanged",
    "denied": "denied",
    "failed": "failed",
    "not reached": "not reached",
    "not due": "not due yet",
    "left": "not read before the run's time was over",
}
"""Counters of polls, and what the summary calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What `newsloom crawl --json` prints."""

    run: int
    exit_code: int
    interrupted: bool
    offline: bool
    """whether hosts that nobody could reach were left out of the counts"""
    counts: Mapping[str, int] = field(metadata=INLINE)
    """the counters of the run that are not 0, such as `polls read`, `new`, `rejected`"""
    pending: int
    """pages that wait to be fetched"""
    held: Sequence[HeldPages]
    ungrouped: int
    """texts that the run had no time to group"""
    stories: int
    """in the whole store"""
    troubles: Sequence[PollTrouble]
    watched: Watched | None
    """what watches noticed and sent"""


def crawl_report(
    summary: CrawlSummary, totals: GroupCounts, troubles: Sequence[PollTrouble]
) -> CrawlReport:
    """The summary of a run with the totals of the store and the polls that failed."""
    return CrawlReport(
        run=summary.run,
        exit_code=summary.exit_code,
        interrupted=summary.interrupted,
        offline=summary.outage is not None,
        counts=summary.counts,
        pending=summary.pending,
        held=summary.held,
        ungrouped=summary.grouped.waiting if summary.grouped else 0,
        stories=totals.stories,
        troubles=troubles,
        watched=summary.watched,
    )


def show_report(
    summary: CrawlSummary,
    totals: GroupCounts,
    troubles: Sequence[PollTrouble],
    *,
    as_object: bool,
    quiet: bool,
) -> None:
    """Print the summary on standard output, trouble and what waits on standard error.

    A quiet run prints new trouble only, and its summary to standard error, for cron's mail.
    """
    shown = _new(summary, troubles) if quiet else troubles
    _show_troubles(summary, shown)
    show_watched(summary.watched, quiet=quiet)
    trouble = bool(shown or summary.outage) and not summary.interrupted
    if as_object:
        click.echo(as_json(crawl_report(summary, totals, troubles)))
    elif trouble or not quiet:
        line = summary_line(summary.run, summary.counts, summary.pending, totals)
        line = line.replace(":", " was interrupted:", 1) if summary.interrupted else line
        click.echo(line, err=quiet)
    if not (quiet or summary.interrupted):
        _show_waiting(summary)


def _new(summary: CrawlSummary, troubles: Sequence[PollTrouble]) -> list[PollTrouble]:
    """Failures that the poll before did not have; all of them where nothing worked."""
    return [one for one in troubles if summary.exit_code == 4 or not one.again]


def _show_troubles(summary: CrawlSummary, troubles: Sequence[PollTrouble]) -> None:
    if not summary.interrupted:
        for trouble in troubles:
            click.echo(f"{trouble.outlet}: {trouble.reason} ({trouble.detail})", err=True)
    if ahead := summary.counts.get("times ahead"):
        click.echo(clock_line(ahead, "now"), err=True)
    if summary.outage is not None and not summary.interrupted:
        outage = str(summary.outage)
        click.echo(f"{outage[0].upper()}{outage[1:]}.", err=True)


def _show_waiting(summary: CrawlSummary) -> None:
    for row in summary.held:
        click.echo(waiting_line(row), err=True)
    if summary.grouped is not None and summary.grouped.repeated:
        click.echo(repeated_line(summary.grouped.repeated), err=True)
    if summary.grouped is not None and summary.grouped.waiting:
        click.echo(
            f"The run had no time to group {counted(summary.grouped.waiting, 'text')}; the next "
            "run does it, or `newsloom group`.",
            err=True,
        )


def clock_line(ahead: int, when: str) -> str:
    """A note on sources with times that a wrong clock wrote; `when` they are asked."""
    have, are = ("has", "is") if ahead == 1 else ("have", "are")
    return (
        f"{counted(ahead, 'source')} {have} a time in the future and {are} asked {when}: the clock "
        "was ahead in an earlier run, or is behind now."
    )


def waiting_line(row: HeldPages) -> str:
    """Why pages of an outlet wait, and what to do about it."""
    pages = counted(row.pages, "page")
    wait = "waits" if row.pages == 1 else "wait"
    if row.reason == "stalled":
        return f"{row.outlet}: {pages} {wait} for the next run: {meaning('stalled')}"
    if row.reason in ACCESS:
        return f"{row.outlet}: {pages} {wait}: {row.detail}"
    quota = row.detail.replace("_", " ")
    return (
        f"{row.outlet}: {pages} {wait} until tomorrow (UTC), because its daily quota of {quota} is "
        f"used up; raise daily_{row.detail} in its description, 0 sets no limit"
    )


def summary_line(run: int, counts: Mapping[str, int], pending: int, totals: GroupCounts) -> str:
    """What a crawl did, on one line that scripts may parse."""
    polls = ", ".join(
        f"{counts[f'polls {key}']} {name}"
        for key, name in _POLLS.items()
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
