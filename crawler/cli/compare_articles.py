"""`newsloom compare`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.arguments import reading
from crawler.cli.event_evidence import about_events, span
from crawler.cli.tables import as_json, paged
from crawler.library.reports import article_number
from crawler.output.visible import counted, one_line, visible

if TYPE_CHECKING:
    from crawler.grouping.explain_copies import CopyExplanation
    from crawler.grouping.explain_stories import PairExplanation, StoryExplanation

TERMS = 10
"""Words named that carried the link."""


@click.command()
@click.argument("one", metavar="A")
@click.argument("two", metavar="B")
@click.option("--diff", is_flag=True, help="Both texts side by side, what differs in colour.")
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def compare(db: Path, one: str, two: str, diff: bool, as_object: bool) -> None:
    """Show why two articles are, or are not, copies or one story.

    Of articles in two languages it shows why they tell one event or two. A and B are numbers or
    addresses of articles.
    """
    from crawler.grouping.explain_copies import explain_copies, texts_compared
    from crawler.grouping.explain_events import explain_events
    from crawler.grouping.explain_stories import explain_stories

    with reading(db) as store:
        a, b = article_number(store, one), article_number(store, two)
        copies = explain_copies(store, a, b)
        stories = explain_stories(store, copies)
        events = explain_events(store, copies)
        texts = texts_compared(store, copies)
    if as_object:
        parts = {"stories": stories, "events": events}
        whole = copies._asdict() | {name: part for name, part in parts.items() if part is not None}
        click.echo(as_json(whole, indent=2))
        return
    lines = [*_about_copies(copies), "", *_about_stories(copies, stories)]
    if events is not None:
        lines += ["", *about_events(events)]
    if diff:
        from crawler.cli.side_by_side import side_by_side

        lines += ["", *side_by_side(*texts)]
    with paged():
        for line in lines:
            click.echo(line)


def _about_copies(found: CopyExplanation) -> Iterator[str]:
    from crawler.grouping.explain_copies import verdict

    sides = (("A", found.a, found.revision_a), ("B", found.b, found.revision_b))
    for name, article, _ in sides:
        yield f"{name}  [{article.article}] {article.outlet}: {one_line(article.title)}"
    yield ""
    yield verdict(found)
    for name, article, revision in sides:
        if revision is not None and revision < article.revisions:
            yield (
                f"These figures are for revision {revision} of {name}; "
                f"its current revision is {article.revisions}."
            )
    yield from _about_overlap(found)


def _about_overlap(found: CopyExplanation) -> Iterator[str]:
    if found.jaccard is not None:
        yield (
            f"Apart from boilerplate they share {found.shared} shingles, "
            f"{found.jaccard:.0%} of all in both; "
            f"{found.containment_a:.0%} of A stands in B, {found.containment_b:.0%} of B in A."
        )
    elif found.a.article != found.b.article:
        yield f"They share {_shingles(found.shared_whole)}, boilerplate included."
    if found.numbers_same or found.numbers_changed:
        yield (
            f"Numbers in the same place of both: {found.numbers_same} equal, "
            f"{found.numbers_changed} different."
        )
    if found.passage:
        words = found.passage.split()[:60]
        cut = " ".join(words) + (" ..." if len(words) < found.passage_words else "")
        counted_words = counted(found.passage_words, "word")
        yield f"Longest passage in both ({counted_words}):\n  {visible(cut)}"


def _shingles(count: int) -> str:
    return counted(count, "shingle") if count else "no shingle"


def _about_stories(copies: CopyExplanation, why: StoryExplanation | None) -> Iterator[str]:
    if why is not None:
        yield from _about_link(copies, why)
    elif None in (copies.a.story, copies.b.story):
        yield "No story yet; `newsloom group` links them."
    yield f"Scheme {copies.scheme}."


def _about_link(copies: CopyExplanation, why: StoryExplanation) -> Iterator[str]:
    first, second = copies.a.story, copies.b.story
    yield f"One story, {first}." if copies.same_story else f"Two stories, {first} and {second}."
    for override in why.overrides:
        held = "It is held together" if copies.same_story else "They are kept apart"
        yield (
            f"{held} by override {override.id} ({override.kind}) of {one_line(override.who)}, "
            f"{override.at[:10]}: {one_line(override.why)}"
        )
    if why.pair is not None:
        yield from _about_pair(why.pair, why.max_days)
    elif why.languages[0] != why.languages[1]:
        yield "They are in two languages; stories are linked within one."
    yield from _about_averages(why)
    for near in why.almost:
        needed = f" (of {near.needed:.3f} needed)" if near.needed > 0 else ""
        yield (
            f"Next to story {first}: story {near.story} at {near.average:.3f}{needed}, "
            f"{one_line(near.title)}"
        )


def _about_averages(why: StoryExplanation) -> Iterator[str]:
    if why.average is not None and why.needed is not None:
        yield (
            f"All pairs of the two stories score {why.average:.3f} on average; "
            f"one story needs {why.needed:.3f} or more."
        )
        if why.needed > 0:
            yield (
                "0.000 would be enough if the texts inside each story were not so much more "
                "alike than the texts of both."
            )
    averages = [
        f"{name}'s text scores {average:.3f}"
        for name, average in (("A", why.average_a), ("B", why.average_b))
        if average is not None
    ]
    if averages:
        yield (
            f"With the other texts of the story {', '.join(averages)} on average; "
            "joining needs 0.000 or more."
        )


def _about_pair(pair: PairExplanation, max_days: float) -> Iterator[str]:
    if pair.score is None:
        apart = f"They are {span(pair.days)} apart"
        yield f"{apart}; texts more than {max_days:g} days apart are never linked."
        return
    parts = [
        (pair.cosine, "of words in common"),
        (-pair.chance, "by chance"),
        (-pair.details, "for names and numbers that differ"),
        (-pair.delay, f"for {span(pair.days)} between them"),
        (pair.embedding, "by their embeddings"),
        (-pair.threshold, "by the threshold"),
    ]
    shown = " ".join(
        f"{'-' if value < 0 else '+'} {abs(value):.2f} {what}" for value, what in parts if value
    )
    yield (
        f"As texts they score {pair.score:.3f}, joining needs 0.000 or more: "
        f"{shown.removeprefix('+ ')}"
    )
    if not pair.related:
        yield "None of the heaviest words of one is among those of the other: no evidence."
    if pair.template:
        yield "They are of one template: most numbers in the same places differ. No evidence."
    terms = [
        f"{visible(term.term)} {term.weight:.3f}"
        + ("" if term.kind == "word" else f" ({term.kind})")
        for term in pair.terms[:TERMS]
    ]
    if terms:
        yield f"What carries it: {', '.join(terms)}"
