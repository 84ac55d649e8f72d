"""`newsloom explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crawler.cli.arguments import article_number, reading
from crawler.cli.tables import as_json, paged
from crawler.output.visible import one_line, visible

Row = dict[str, Any]
TERMS = 10
"""Words named that carried the link."""


@click.command()
@click.argument("one", metavar="A")
@click.argument("two", metavar="B")
@click.option("--diff", is_flag=True, help="Both texts side by side, what differs in colour.")
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def explain(db: Path, one: str, two: str, diff: bool, as_object: bool) -> None:
    """Say why two articles (numbers or addresses) are, or are not, copies and one story."""
    from crawler.grouping.explain import explain_copies, explain_stories, text_compared
    from dedupe import CopyScheme

    with reading(db) as store:
        a, b = article_number(store, one), article_number(store, two)
        scheme = CopyScheme()
        evidence = explain_copies(store, a, b, scheme)
        if a != b and None not in (evidence["a"]["story"], evidence["b"]["story"]):
            evidence["stories"] = explain_stories(store, a, b, store.linking.story_scheme())
        texts = (
            text_compared(store, a, evidence["revision_a"], scheme),
            text_compared(store, b, evidence["revision_b"], scheme),
        )
    if as_object:
        click.echo(as_json(evidence, indent=2))
        return
    with paged():
        _say(evidence)
        if diff:
            from crawler.cli.side_by_side import side_by_side

            click.echo()
            for line in side_by_side(*texts):
                click.echo(line)


def _say(found: Row) -> None:
    from crawler.grouping.explain import verdict

    for side in ("a", "b"):
        row = found[side]
        click.echo(f"{side.upper()}  [{row['article']}] {row['outlet']}: {one_line(row['title'])}")
    click.echo()
    click.echo(verdict(found))
    for side in ("a", "b"):
        revision, newest = found[f"revision_{side}"], found[side]["revisions"]
        if revision is not None and revision < newest:
            click.echo(
                f"That is said of {side.upper()}'s earlier text, revision {revision} of {newest}."
            )
    if found["jaccard"] is not None:
        click.echo(
            f"Apart from boilerplate they share {found['shared']} shingles, "
            f"{found['jaccard']:.0%} of all in both; "
            f"{found['containment_a']:.0%} of A stands in B, {found['containment_b']:.0%} of B in A"
        )
    elif found["a"]["article"] != found["b"]["article"]:
        click.echo(f"They share {found['shared_whole']} shingles, boilerplate included")
    same, changed = found["numbers_same"], found["numbers_changed"]
    if same or changed:
        click.echo(f"Numbers in the same place of both: {same} equal, {changed} different")
    if found["passage"]:
        words = found["passage"].split()
        cut = " ".join(words[:60]) + (" ..." if len(words) > 60 else "")
        over = "over " * found["passage_cut"]
        click.echo(f"Longest passage in both ({over}{len(words)} words):\n  {visible(cut)}")
    click.echo()
    if None in (found["a"]["story"], found["b"]["story"]):
        click.echo("No story yet; `newsloom group` links them.")
    elif "stories" in found:
        _say_stories(found, found["stories"])
    click.echo(f"Scheme {found['scheme']}.")


def _say_stories(found: Row, why: Row) -> None:
    numbers = [found[side]["story"] for side in ("a", "b")]
    one = found["same_story"]
    click.echo(
        f"One story, {numbers[0]}." if one else f"Two stories, {numbers[0]} and {numbers[1]}."
    )
    for override in why["overrides"]:
        click.echo(
            f"{'It is held together' if one else 'They are kept apart'} by override "
            f"{override['id']} ({override['kind']}) of {one_line(override['who'])}, "
            f"{override['at'][:10]}: {one_line(override['why'])}"
        )
    if why["pair"] is not None:
        _say_pair(why["pair"], why["max_days"])
    elif why["languages"][0] != why["languages"][1]:
        click.echo(
            "They are in two languages; stories are linked within one."
            if why["embedding_cosine"] is None
            else f"They are in two languages: the embedding model finds "
            f"them {why['embedding_cosine']:.2f} alike; "
            f"stories need {why['across']:g} on average, and more for the days between."
        )
    if why["average"] is not None:
        click.echo(
            f"All pairs of the two stories score {why['average']:.3f} on average; "
            f"one story needs {why['needed']:.3f} or more."
        )
        if why["needed"] > 0:
            click.echo(
                "It would need 0.000 only, were the texts inside of each not so much more alike "
                "than those of both."
            )
    averages = [
        f"{side.upper()}'s text scores {why[f'average_{side}']:.3f}"
        for side in ("a", "b")
        if why[f"average_{side}"] is not None
    ]
    if averages:
        click.echo(
            f"With the other texts of the story {', '.join(averages)} on average; "
            "joining needs 0.000 or more."
        )
    for near in why["almost"]:
        needed = f" (of {near['needed']:.3f} needed)" if near["needed"] > 0 else ""
        click.echo(
            f"Next to story {numbers[0]}: story {near['story']} at {near['average']:.3f}"
            f"{needed}, {one_line(near['title'])}"
        )


def _say_pair(pair: Row, max_days: float) -> None:
    if pair["score"] is None:
        apart = f"They are {_span(pair['days'])} apart"
        click.echo(f"{apart}; texts more than {max_days:g} days apart are never linked.")
        return
    parts = f"{pair['cosine']:.2f} of words in common - {pair['chance']:.2f} by chance"
    if pair["no_name"]:
        parts += f" - {pair['no_name']:.2f} for no name in common"
    if pair["days"]:
        parts += f" - {pair['delay']:.2f} for {_span(pair['days'])} between them"
    if pair["embedding"]:
        parts += f" {'-+'[pair['embedding'] > 0]} {abs(pair['embedding']):.2f} by their embeddings"
    if pair["threshold"]:
        parts += f" {'+-'[pair['threshold'] > 0]} {abs(pair['threshold']):.2f} by the threshold"
    click.echo(f"As texts they score {pair['score']:.3f}, joining needs 0.000 or more: {parts}")
    if not pair["related"]:
        click.echo("None of the heaviest words of one is among those of the other: no evidence.")
    terms = [
        f"{visible(term['term'])} {term['weight']:.3f}"
        + {"name": " (name)", "number": " (number)", "word": ""}[term["kind"]]
        for term in pair["terms"][:TERMS]
    ]
    if terms:
        click.echo(f"What carries it: {', '.join(terms)}")


def _span(days: float) -> str:
    """A length of time in words: 40 minutes, 7 hours, 3.5 days."""
    if days >= 2:
        return f"{days:.1f} days"
    return f"{days * 24:.0f} hours" if days * 24 >= 2 else f"{days * 1440:.0f} minutes"
