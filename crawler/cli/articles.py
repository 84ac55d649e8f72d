"""`newsloom article`, `explain`, `search`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.output import (
    Row,
    as_json,
    clock,
    emit,
    list_options,
    one_line,
    table,
    visible,
)
from crawler.cli.reading import article_number, reading
from crawler.store import Store

if TYPE_CHECKING:
    from dedupe import Scheme


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def article(db: Path, name: str, as_object: bool) -> None:
    """Show one article: text, where each field came from, revisions, copies."""
    with reading(db) as store:
        number = article_number(store, name)
        found = store.reading.article(number)
        revisions = store.reading.revisions(number)
        copies = store.reading.copies_of(number)
    assert found is not None  # article_number() gave it
    found["authors"] = json.loads(found["authors"])
    if as_object:
        click.echo(as_json({**found, "revisions": revisions, "copies": copies}, indent=2))
    else:
        _show(found, revisions, copies)


def _show(found: Row, revisions: list[Row], copies: list[Row]) -> None:
    click.echo(click.style(one_line(found["title"] or "(no headline)"), bold=True))
    published = "unknown"
    if found["published_at"]:
        published = (
            f"{found['published_at']} ({found['published_precision']}, "
            f"by {found['published_source']}: {one_line(found['published_raw'])})"
        )
    facts = {
        "article": found["article"],
        "url": found["url"],
        "outlet": found["outlet"],
        "authors": ", ".join(found["authors"]),
        "language": found["language"],
        "published": published,
        "first seen": _interval(found),
        "words": found["words"],
        "copy group": found["copy_group"],
        "story": found["story"],
    }
    for label, value in facts.items():
        if value not in (None, ""):
            click.echo(f"{label:<11} {one_line(str(value))}")
    click.echo(f"\n{visible(found['text'])}")
    for old in revisions:
        click.echo(
            f"\nuntil {clock(old['replaced_at'])} the headline was: {one_line(old['title'])}"
        )
    if copies:
        click.echo()
        columns = ("article", "outlet", "relation", "jaccard", "mine", "theirs", "title")
        click.echo(table(copies, columns))


def _interval(found: Row) -> str:
    if found["previous_poll_at"] is None:
        return f"{found['first_seen_at']} (the first poll)"
    return f"between {found['previous_poll_at']} and {found['first_seen_at']}"


@click.command()
@click.argument("one", metavar="A")
@click.argument("two", metavar="B")
@click.option("--diff", is_flag=True, help="Both texts side by side, what differs in colour.")
@click.option("--json", "as_object", is_flag=True, help="As one JSON object.")
@click.pass_obj
def explain(db: Path, one: str, two: str, diff: bool, as_object: bool) -> None:
    """Say why two articles (numbers or addresses) are, or are not, copies and one story."""
    with reading(db) as store:
        a, b = sorted((article_number(store, one), article_number(store, two)))
        evidence = _evidence(store, a, b)
        texts = (
            _text(store, a, evidence["revision_a"]),
            _text(store, b, evidence["revision_b"]),
        )
    if as_object:
        click.echo(as_json(evidence, indent=2))
        return
    _say(evidence)
    if diff:
        from crawler.cli.side_by_side import side_by_side

        click.echo()
        for line in side_by_side(*texts):
            click.echo(line)


def _text(store: Store, article: int, revision: int | None) -> str:
    """The text that was compared, or the newest."""
    texts = store.copies.texts(store.copies.article(article))
    return next((text.text for text in texts if text.revision == revision), texts[-1].text)


def _evidence(store: Store, a: int, b: int) -> Row:
    from dedupe import Scheme, is_template, longest_passage
    from dedupe.text import shingles

    first, second = store.reading.article(a), store.reading.article(b)
    assert first is not None  # their numbers were looked up
    assert second is not None
    scheme = Scheme()
    left, right = (shingles(row["text"], scheme) for row in (first, second))
    stored = store.reading.edge(a, b)
    numbers: tuple[int, int] = (
        (stored["numbers_same"], stored["numbers_changed"]) if stored else (0, 0)
    )
    if not stored and len(left & right) >= scheme.min_evidence * min(len(left), len(right), 1):
        # Pairs of a template are not stored: there would be more of them than of anything else.
        numbers = _compare_numbers(first["text"], second["text"], scheme)
    kept = ("relation", "jaccard", "containment_a", "containment_b", "shared",
            "revision_a", "revision_b")  # fmt: skip
    return {
        "a": _named(first),
        "b": _named(second),
        "same_copy_group": first["copy_group"] is not None
        and first["copy_group"] == second["copy_group"],
        "same_story": first["story"] is not None and first["story"] == second["story"],
        **{key: stored[key] if stored else None for key in kept},
        "numbers_same": numbers[0],
        "numbers_changed": numbers[1],
        "joined": bool(stored and stored["joined"]),
        "template": is_template(*numbers, scheme),
        "shared_whole": len(left & right),
        "shingles_a": len(left),
        "shingles_b": len(right),
        "passage": stored["passage"]
        if stored
        else longest_passage(first["text"], second["text"], scheme),
        "stored": stored is not None,
        "scheme": scheme.id,
        "min_shingles": scheme.min_shingles,
        "min_jaccard": scheme.min_jaccard,
        "min_containment": scheme.min_containment,
        "min_part": scheme.min_part,
        "passage_needed": scheme.passage,
    }


def _compare_numbers(a: str, b: str, scheme: Scheme) -> tuple[int, int]:
    from dedupe import Document, compare, cut

    one, two = (Document(id=n, shingled=cut(text, scheme)) for n, text in enumerate((a, b)))
    edge = compare(one, two, scheme)
    return (edge.numbers_same, edge.numbers_changed) if edge else (0, 0)


def _named(row: Row) -> Row:
    return {
        key: row[key] for key in ("article", "outlet", "title", "copy_group", "story", "revisions")
    }


def _say(found: Row) -> None:
    for side in ("a", "b"):
        row = found[side]
        click.echo(f"{side.upper()}  [{row['article']}] {row['outlet']}: {one_line(row['title'])}")
    click.echo()
    click.echo(_verdict(found))
    for side in ("a", "b"):
        revision, newest = found[f"revision_{side}"], found[side]["revisions"]
        if revision is not None and revision < newest:
            click.echo(
                f"That is said of {side.upper()}'s earlier text, revision {revision} of {newest}."
            )
    if found["jaccard"] is not None:
        click.echo(
            f"Apart from furniture they share {found['shared']} runs of words, "
            f"{found['jaccard']:.0%} of all in both; "
            f"{found['containment_a']:.0%} of A stands in B, {found['containment_b']:.0%} of B in A"
        )
    elif found["a"]["article"] != found["b"]["article"]:
        click.echo(f"They share {found['shared_whole']} runs of words, furniture counted")
    same, changed = found["numbers_same"], found["numbers_changed"]
    if same or changed:
        click.echo(f"Numbers in the same place of both: {same} equal, {changed} different")
    if found["passage"]:
        words = found["passage"].split()
        cut = " ".join(words[:60]) + (" ..." if len(words) > 60 else "")
        click.echo(f"Longest passage in both ({len(words)} words):\n  {visible(cut)}")
    stories = "one story" if found["same_story"] else "different stories"
    if found["a"]["story"] is None or found["b"]["story"] is None:
        stories = "no story yet; `newsloom group` links them"
    click.echo(f"They are in {stories}.")
    click.echo(f"Scheme {found['scheme']}.")


def _verdict(found: Row) -> str:
    if found["a"]["article"] == found["b"]["article"]:
        return "This is one and the same article."
    shorter = min(found["shingles_a"], found["shingles_b"])
    # An earlier text may have been long enough: then there is evidence.
    if shorter < found["min_shingles"] and not found["stored"]:
        return (
            f"Not compared: the shorter text has {shorter} runs of words, "
            f"{found['min_shingles']} are needed."
        )
    if None in (found["a"]["copy_group"], found["b"]["copy_group"]):
        return "Not compared yet; `newsloom group` does it."
    if found["joined"]:
        return {
            "same": "Copies: the same text.",
            "contains": "Copies: A contains B.",
            "contained": "Copies: A is contained in B.",
        }[found["relation"]]
    limits = (
        f"{found['min_jaccard']:.0%} of all runs of words must be shared, "
        f"or {found['min_containment']:.0%} of the shorter text's "
        f"and {found['min_part']:.0%} of the longer one's"
    )
    together = " They are in one copy group through others." if found["same_copy_group"] else ""
    if found["template"]:
        return f"Not copies but one template: most numbers in it differ.{together}"
    if found["relation"] == "partial" and found["jaccard"] >= found["min_jaccard"]:
        return (
            f"Not copies: what they share is short and scattered, and no passage of "
            f"{found['passage_needed']} runs of words.{together}"
        )
    if found["relation"] == "partial":
        return f"Not copies, though they share passages: {limits}.{together}"
    return f"Not copies: {limits}.{together}"


@click.command()
@click.argument("words", nargs=-1, required=True)
@list_options(limit=20)
@click.pass_obj
def search(db: Path, words: tuple[str, ...], limit: int, form: str | None) -> None:
    """Find articles that hold all the WORDS, in headline or text."""
    with reading(db) as store:
        rows = store.reading.search(" ".join(words), limit=limit)
        if not rows and form is None:
            click.echo("no article holds all these words")
            return
        emit(rows, ("article", "story", "outlet", "published_at", "title", "passage"), form)
