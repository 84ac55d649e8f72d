"""`newsloom article` and `search`."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import WordsCommand, filter_options, with_words
from crawler.cli.options import object_option
from crawler.cli.tables import as_json, emit, list_options, paged, table, up_to
from crawler.errors import UsageError
from crawler.library.reports import ArticleReport, article_report
from crawler.output.visible import clock, counted, kind_label, one_line, visible
from crawler.store.queries.articles import ArticleDetail
from crawler.store.queries.search import in_brackets
from crawler.types import ArticleFilter


@click.command()
@click.argument("name", metavar="ID|URL")
@object_option
@click.pass_obj
def article(db: Path, name: str, as_object: bool) -> None:
    """Show one article: text, origin of fields, revisions, copies."""
    with reading(db) as store:
        report = article_report(store, name)
    if as_object:
        click.echo(as_json(report, indent=2))
        return
    with paged():
        _show(report)


def _show(report: ArticleReport) -> None:
    found = report.article
    click.echo(click.style(one_line(found.title or "(no headline)"), bold=True))
    published = "unknown"
    if found.published_at:
        published = (
            f"{found.published_at} ({found.published_precision}, "
            f"by {found.published_source}: {one_line(found.published_raw or '')})"
        )
    facts = {
        "article": found.article,
        "url": found.url,
        "outlet": found.outlet,
        "authors": ", ".join(found.authors),
        "language": found.language,
        "published": published,
        "doubt": found.published_doubt,
        "first seen": _interval(found),
        "kind": kind_label(found.kind),
        "section": found.section,
        "tags": ", ".join(found.tags),
        "words": found.words,
        "copy group": found.copy_group,
        "story": found.story,
    }
    for label, value in facts.items():
        if value not in (None, ""):
            click.echo(f"{label:<11} {one_line(str(value))}")
    for credit in report.credits:
        evidence = one_line(credit.where)
        click.echo(f"{'agency':<11} {credit.agency} ({credit.confidence:.2f}, {evidence})")
    click.echo(f"\n{visible(found.text)}")
    for old in report.revisions:
        click.echo(f"\nUntil {clock(old.replaced_at)} the headline was: {one_line(old.title)}")
    if report.copies:
        click.echo()
        columns = ("article", "outlet", "relation", "jaccard", "mine", "theirs", "title")
        click.echo(table(report.copies, columns))


def _interval(found: ArticleDetail) -> str:
    if found.previous_poll_at is None:
        return f"{found.first_seen_at} (the first poll)"
    return f"between {found.previous_poll_at} and {found.first_seen_at}"


_COLUMNS = ("article", "story", "outlet", "published_at", "copies", "title", "passage")


@click.command(cls=WordsCommand)
@click.argument("argument", nargs=-1, metavar="[WORDS]...")
@filter_options()
@click.option("--each-copy", is_flag=True, help="Show each copy of a text in a row of its own.")
@list_options(limit=20)
@click.pass_obj
def search(
    db: Path,
    argument: tuple[str, ...],
    wanted: ArticleFilter,
    each_copy: bool,
    limit: int,
    form: str | None,
) -> None:
    """Find articles that contain all WORDS, in headline or text.

    Put an expression into apostrophes for the shell: 'almaty (airport OR station) -sport',
    '"state of emergency" kazakh*', 'NEAR(tokayev putin, 5)', 'title:protest outlet:meridian'.
    Copies of a text are one row; the best match stands for them.
    """
    with reading(db) as store:
        wanted = store.queries.filters.checked(with_words(wanted, argument))
        if wanted.words is None:
            raise UsageError("there are no words to look for; write `newsloom search almaty`")
        found = store.queries.search.best(wanted, limit=limit + 1, each_copy=each_copy)
    rows = up_to(
        limit, [row._replace(passage=in_brackets(row.passage)) for row in found.hits], form
    )
    if form is not None:
        emit(rows, _COLUMNS, form)
        return
    if not rows:
        click.echo("No article matches this search.")
    for row in rows:
        story = f", story {row.story}" if row.story is not None else ""
        copies = f", and {counted(row.copies, 'copy')}" if row.copies else ""
        at = clock(row.published_at) or "date unknown"
        click.echo(f"{at:<16}  {row.outlet}, article {row.article}{story}{copies}")
        click.echo(f"  {one_line(row.title or '(no headline)')}")
        click.echo(f"  {one_line(' '.join(row.passage.split()))}\n")
