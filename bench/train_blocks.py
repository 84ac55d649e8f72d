"""Train the judge of blocks, and say how right it is on hosts and sets that it has not seen.

    ./run bench train_blocks                        prints the left-out figures
    .venv/bin/python -m bench.train_blocks --write  also writes crawler/parsing/blocks/weights.npz

Claim: with hosts left out, the judged text is ahead of the cleaned text on every set, at most a
third as many pages are worse as are better, and none by more than .3. The labelled pages stay
beside the checkout; the weights hold numbers, and words and names that six hosts or more use.
"""

from __future__ import annotations

import hashlib
import pickle
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from bench.corpora.block_pages import BlockPage, Trained
from bench.corpora.pages import Labelled, article_or_error, four_grams, labelled, page_scores
from bench.peers.environments import python_of
from crawler.parsing.blocks.features import short_words
from crawler.parsing.blocks.judge import Candidates
from crawler.parsing.blocks.walk import Block, levels, name_parts
from crawler.types import Article

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "crawler" / "parsing" / "blocks" / "weights.npz"
PROBES = ROOT / "tests" / "parsing" / "block_probes.npz"
NEEDS = ("lightgbm==4.7.0", "scikit-learn==1.9.1", "numpy==2.4.6", "lxml")
SETS = ("aeb", "fundus", "l3s_gn1", "wcxb", "trafilatura_eval")
SAME = 0.005
"""F1 by which two texts of a page may differ and count as equally right."""
SEGMENT = 15
"""Characters of a block within a segment that must not be in the text: less may be anywhere."""


class Case(NamedTuple):
    """A labelled page, read as a crawl reads it."""

    page: Labelled
    cleaned: str
    """its text as it is without a judge"""
    candidates: Candidates | None
    """None: it is not judged"""


def read(page: Labelled) -> Case:
    """Read a page without judging its blocks."""
    seen: list[Candidates] = []

    def keep_cleaned(candidates: Candidates) -> None:
        seen.append(candidates)

    with patch("crawler.parsing.page.body.judge", keep_cleaned):
        article = article_or_error(page)
    text = article.text if isinstance(article, Article) else ""
    return Case(page, text, seen[0] if seen else None)


def truth_of(page: Labelled, blocks: Sequence[Block]) -> NDArray[np.float32]:
    """1 for blocks that are the article's, 0 for others, NaN where nobody has said."""
    return (_marked if page.name == "trafilatura_eval" else _held)(blocks, page.truth)


def _held(blocks: Sequence[Block], truth: Mapping[str, str]) -> NDArray[np.float32]:
    """Whether half of a block's 4-grams are in the true text; short ones go with a neighbour."""
    words = re.findall(r"\w+", (truth["text"] or "").lower())
    grams, text = set(four_grams(words)), f" {' '.join(words)} "
    shares = np.array([_share(block.text, grams, text) for block in blocks], dtype=np.float32)
    held = (shares >= 0.5).astype(np.float32)
    sure = np.flatnonzero(shares >= 0)
    for number in np.flatnonzero(~(shares >= 0)):
        around = (sure[sure < number][-1:], sure[sure > number][:1])
        near = [bool(held[one[0]]) if len(one) else False for one in around]
        # A short block that the text holds may be there by chance; one without words is a line.
        held[number] = all(near) if np.isnan(shares[number]) else any(near)
    return held


def _share(text: str, grams: set[tuple[str, ...]], truth: str) -> float:
    """Share of a block's 4-grams; -1: too short, but in the text; NaN: it has no words."""
    words = re.findall(r"\w+", text.lower())
    own = list(four_grams(words))
    if len(own) > 1:
        return statistics.fmean(gram in grams for gram in own)
    if not words:
        return float("nan")
    return -1.0 if f" {' '.join(words)} " in truth else 0.0


def _marked(blocks: Sequence[Block], truth: Mapping[str, Sequence[str]]) -> NDArray[np.float32]:
    """1 for blocks with segments that must be in the text, 0 for those that must not, else NaN."""
    wanted, unwanted = (
        ["".join(segment.split()) for segment in truth[key] or ()]
        for key in ("must_have", "must_not_have")
    )
    keys = ["".join(block.text.split()) for block in blocks]
    marks = [
        1.0
        if _meets(key, wanted, least=2 * SEGMENT)
        else 0.0
        if _meets(key, unwanted, least=SEGMENT)
        else float("nan")
        for key in keys
    ]
    return np.array(marks, dtype=np.float32)


def _meets(key: str, segments: Sequence[str], *, least: int) -> bool:
    return any(one in key or (len(key) >= least and key in one) for one in segments)


def block_page(page: Labelled, candidates: Candidates) -> BlockPage:
    """What the training is given of a page."""
    blocks = candidates.page.blocks
    host = urlsplit(page.url or "").netloc.removeprefix("www.")
    return BlockPage(
        page.name,
        host or f"{page.name} {page.number}",
        candidates.base,
        [
            [(n, part) for n, place in levels(b.place) for part in name_parts(place.names)]
            for b in blocks
        ],
        [short_words(block.text) for block in blocks],
        truth_of(page, blocks),
    )


def train(pages: Sequence[BlockPage]) -> Trained:
    """Train in an environment of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "pages.pickle", Path(folder) / "trained.pickle"
        given.write_bytes(pickle.dumps(pages))
        command = ("-m", "bench.peers.block_training", given, made)
        subprocess.run([python_of("blocks", NEEDS), *command], check=True, cwd=ROOT)
        trained: Trained = pickle.loads(made.read_bytes())  # noqa: S301 (our own)
    return trained


def report(cases: Sequence[Case], judged: Sequence[str]) -> None:
    """A line a set: F1 of cleaned and judged text, and how many pages are better and worse."""
    for name in SETS:
        some = [
            (case, text) for case, text in zip(cases, judged, strict=True) if case.page.name == name
        ]
        pages = [case.page for case, _ in some]
        before = page_scores(pages, [case.cleaned for case, _ in some])
        after = page_scores(pages, [text for _, text in some])
        print(f"  {name:16} {len(some):3} pages  {_compared(before, after)}")


def _compared(before: Sequence[float], after: Sequence[float]) -> str:
    gains = [two - one for one, two in zip(before, after, strict=True)]
    error = statistics.stdev(gains) / len(gains) ** 0.5
    worse = ", ".join(
        f"{sum(gain < -bound for gain in gains)} by more than {bound}" for bound in (0.1, 0.3)
    )
    return (
        f"{statistics.fmean(before):.4f} -> {statistics.fmean(after):.4f} "
        f"{statistics.fmean(gains):+.4f} +- {error:.4f}; better {sum(g > SAME for g in gains)}, "
        f"worse {sum(g < -SAME for g in gains)}, {worse}"
    )


def judged_texts(cases: Sequence[Case], likely: Sequence[NDArray[np.float64]]) -> Iterator[str]:
    """The text of each page; `likely` is of those that are judged."""
    rest = iter(likely)
    for case in cases:
        lines = case.candidates.chosen(next(rest)) if case.candidates else None
        yield case.cleaned if lines is None else "\n".join(lines)


def main() -> None:
    cases = [read(page) for name in SETS for page in labelled(name)]
    if not cases:
        print("skipped: no saved pages beside the checkout")
        return
    pages = [block_page(case.page, case.candidates) for case in cases if case.candidates]
    trained = train(pages)
    print(f"{len(pages)} pages with blocks to judge; body F1, cleaned text -> judged text")
    for protocol, likely in trained.left_out.items():
        print(f"{protocol} left out")
        report(cases, list(judged_texts(cases, likely)))
    if "--write" in sys.argv[1:]:
        write(trained, [case.page for case in cases if case.candidates])


def write(trained: Trained, pages: Sequence[Labelled]) -> None:
    """Write the weights, and what a test holds them to."""
    digest = hashlib.sha256()
    for page in pages:
        digest.update(page.html)
    np.savez_compressed(PROBES, allow_pickle=False, **trained.probes)
    trained_on = np.array(digest.hexdigest())
    np.savez_compressed(WEIGHTS, allow_pickle=False, trained_on=trained_on, **trained.arrays)
    print(f"wrote {WEIGHTS.relative_to(ROOT)}, {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
