"""The saved pages beside the checkout, with what people or publishers say is in them."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.errors import ExtractError
from crawler.parsing.page.extract import extract
from crawler.types import Article, Fetched, Listing, Outlet, Page

PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages"
AT = "2026-11-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A page and its truth."""

    name: str
    number: int
    file: Path
    """its saved bytes, gzipped"""
    url: str | None
    truth: dict[str, Any]

    @property
    def html(self) -> bytes:
        """Its bytes; read each time, so that a set is not held in memory."""
        return gzip.decompress(self.file.read_bytes())


def labelled(name: str) -> list[Labelled]:
    """A set of pages; empty where it is not beside the checkout."""
    file = PAGES / f"{name}.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Labelled(
            name=name,
            number=number,
            file=PAGES / row["html"],
            url=row["url"] if (row.get("url") or "").startswith("http") else None,
            truth=row,
        )
        for number, row in enumerate(rows)
    ]


def article_or_error(page: Labelled) -> Article | ExtractError:
    """What Newsloom extracts of a page, given nothing but its address."""
    url = page.url or f"https://unknown.invalid/{page.name}/{page.number}"
    # It stands for an AMP page already: the twin of a saved page cannot be fetched.
    listed = Page(
        id=page.number, url=url, outlet="o", attempts=0, listing=Listing(url=url), stands_for=1
    )
    fetched = Fetched(
        page=listed, url=url, status=200, content_type="text/html", body=page.html, at=AT
    )
    try:
        return extract(fetched, Outlet(slug="o", name="O"))
    except ExtractError as error:
        return error


def four_gram_f1(found: str, truth: str) -> float:
    """F1 over word 4-grams with their counts, as article-extraction-benchmark has it."""
    one, two = (Counter(four_grams(re.findall(r"\w+", text.lower()))) for text in (found, truth))
    return 2 * sum((one & two).values()) / max(sum(one.values()) + sum(two.values()), 1)


def four_grams(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """All runs of four words."""
    return zip(*(words[n:] for n in range(4)), strict=False)


def segments_f1(pairs: Iterable[tuple[str, dict[str, Any]]]) -> float:
    """F1 over segments that a text must and must not hold, as trafilatura's own evaluation."""
    counts = [segments(text, truth) for text, truth in pairs]
    return sum(right for right, _ in counts) / max(sum(said for _, said in counts), 1)


def page_scores(pages: Sequence[Labelled], texts: Iterable[str]) -> list[float]:
    """Body F1 of each page; the mean is that of the set.

    Where a set has one F1 of all its segments, a page's score is that F1 plus the page's influence
    on it, to the first order. So the spread of the scores gives a standard error in every set.
    """
    pairs = list(zip(texts, (page.truth for page in pages), strict=True))
    if not any("must_have" in truth for _, truth in pairs):
        return [four_gram_f1(text, truth["text"] or "") for text, truth in pairs]
    counts = [segments(text, truth) for text, truth in pairs]
    right, said = (sum(numbers) for numbers in zip(*counts, strict=True))
    whole = right / max(said, 1)
    return [whole + len(pairs) * (one - whole * of) / max(said, 1) for one, of in counts]


def segments(text: str, truth: dict[str, Any]) -> tuple[int, int]:
    """Twice the right segments in a text, and what F1 divides them by."""
    must, must_not = truth["must_have"] or (), truth["must_not_have"] or ()
    found = sum(segment in text for segment in must)
    return 2 * found, found + len(must) + sum(segment in text for segment in must_not)


def names_f1(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> float:
    """F1 over (found, true) names of all articles together, case and spacing apart."""
    found = right = true = 0
    for mine, theirs in pairs:
        one, two = ({" ".join(n.split()).casefold() for n in names} for names in (mine, theirs))
        found, true, right = found + len(one), true + len(two), right + len(one & two)
    return 2 * right / max(found + true, 1)
