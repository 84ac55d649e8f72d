"""Real pages through our extraction, trafilatura's in all its modes, and peers'.

Claims: bodies above the best mode of every peer on each set, and on no language of fundus below
trafilatura's default; headline, day, instant and authors of fundus ahead of each peer; no more CPU
a page than `bare_extraction` with metadata; a worker below 220 MB. What is behind a peer is printed
like what is ahead.

All sets named here were tuned on, so these figures are those of known pages: the figures of pages
and hosts that were left out come from `./run bench train_blocks`. A difference is ours less theirs
over the same pages, with its standard error. Peers are installed into environments under
.venv-bench, once; one that cannot be is left out, and the bench says so.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from bench.corpora.memory import peak_and_own
from bench.corpora.pages import Labelled, labelled, names_f1, page_scores
from bench.peers.extraction import PEERS
from bench.peers.systems import HERE, Found, LeftOutError, Reader, ours, peer
from crawler.parsing.dates import moment
from crawler.parsing.workers.pool import Workers

SETS = ("aeb", "fundus", "l3s_gn1", "trafilatura_eval", "wcxb")
DEFAULT = "trafilatura"
REPEATS = 5
TOLERANCE = 0.003
"""by which a language's bodies may be behind before it is named"""

BySystem = Mapping[str, Sequence[Found]]
Pair = tuple[Found, Mapping[str, Any]]
"""what was found on a page, and its truth"""


class Difference(NamedTuple):
    """Ours less theirs, and its standard error over pages."""

    mean: float
    error: float

    def __str__(self) -> str:
        return f"{self.mean:+.4f} +-{self.error:.4f}"


class Row(NamedTuple):
    """Bodies of a system on a set."""

    system: str
    score: float
    ours_less: Difference
    failed: int
    """pages at which it broke off"""


def progress(text: str = "") -> None:
    """One line on a terminal, over the one before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def find_all(pages: Sequence[Labelled], names: Sequence[str]) -> tuple[BySystem, Mapping[str, str]]:
    """What each system finds, with the peers of these names, and why peers are left out."""
    found: dict[str, Sequence[Found]] = {}
    left_out: dict[str, str] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(peer, name, pages) for name in names}
        for name, read in HERE.items():
            progress(f"{pages[0].name}: {name}")
            found[name] = [read(page) for page in pages]
        for name, future in running.items():
            progress(f"{pages[0].name}: {name}")
            try:
                found[name] = future.result()
            except LeftOutError as error:
                left_out[name] = str(error)
    progress()
    return found, left_out


def bodies(pages: Sequence[Labelled], found: BySystem) -> list[Row]:
    """Body F1 of each system, the best first."""
    scores = {
        name: page_scores(pages, [one.text or "" for one in all_]) for name, all_ in found.items()
    }
    rows = [
        Row(
            name,
            statistics.fmean(theirs),
            difference(scores["ours"], theirs),
            sum(one.failed is not None for one in found[name]),
        )
        for name, theirs in scores.items()
    ]
    return sorted(rows, key=lambda row: -row.score)


def difference(mine: Sequence[float], theirs: Sequence[float]) -> Difference:
    each = [one - two for one, two in zip(mine, theirs, strict=True)]
    return Difference(statistics.fmean(each), statistics.stdev(each) / len(each) ** 0.5)


def best_of(rows: Sequence[Row]) -> Row:
    """The best mode of all peers."""
    return next(row for row in rows if row.system != "ours")


def at(written: str | None) -> str:
    found = moment(written, source="bench")
    return found.at if found else ""


def spaced(title: str | None) -> str:
    return " ".join((title or "").split())


def title(pairs: Sequence[Pair]) -> float:
    """Exactly the headline, but for spaces."""
    stated = [(one.title, truth["title"]) for one, truth in pairs if spaced(truth["title"])]
    return statistics.fmean(spaced(mine) == spaced(true) for mine, true in stated)


def day(pairs: Sequence[Pair]) -> float:
    """The day in UTC where the truth is an instant; where it is a day, the one on the page."""
    stated = [(one.published or "", truth["published"]) for one, truth in pairs]
    return statistics.fmean(
        (at(mine)[:10] if ":" in true else mine[:10]) == at(true)[:10]
        for mine, true in stated
        if at(true)
    )


def instant(pairs: Sequence[Pair]) -> float:
    stated = [(at(one.published), at(truth["published"])) for one, truth in pairs]
    return statistics.fmean(mine == true for mine, true in stated if true)


def authors(pairs: Sequence[Pair]) -> float:
    """F1 of names, of pages whose authors are stated."""
    stated = [(one.authors, names(truth["author"])) for one, truth in pairs if truth["author"]]
    return names_f1(stated)


def names(stated: str | Sequence[str]) -> Sequence[str]:
    return re.split(r"[;,&]", stated) if isinstance(stated, str) else stated


Measure = Callable[[Sequence[Pair]], float]
STATED: Mapping[str, Sequence[Measure]] = {
    "fundus": (title, day, instant, authors),
    "trafilatura_eval": (title, day, authors),
    "wcxb": (title, day),
}
"""what the truth of a set says besides the body"""
READ_METADATA = ("ours", DEFAULT, "newspaper4k")


def metadata(pages: Sequence[Labelled], found: Sequence[Found]) -> str:
    pairs = [(one, page.truth) for one, page in zip(found, pages, strict=True)]
    return "  ".join(f"{rate.__name__} {rate(pairs):.3f}" for rate in STATED[pages[0].name])


def behind(pages: Sequence[Labelled], found: BySystem) -> str:
    """The languages whose bodies are better in trafilatura's default by more than the tolerance."""
    by_language: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        by_language.setdefault(page.truth["lang"] or "none", []).append(number)
    mine, theirs = (
        page_scores(pages, [one.text or "" for one in found[name]]) for name in ("ours", DEFAULT)
    )
    worse = [
        language
        for language, numbers in by_language.items()
        if statistics.fmean(mine[n] - theirs[n] for n in numbers) < -TOLERANCE
    ]
    return f"{', '.join(worse) or 'none'} of {len(by_language)}"


def report(pages: Sequence[Labelled], found: BySystem) -> Row:
    """Prints the figures of a set; the row of the best mode comes back."""
    rows, name = bodies(pages, found), pages[0].name
    kind = "segments" if name == "trafilatura_eval" else "word 4-grams"
    print(f"{name}, {len(pages)} pages: body F1 of {kind}; ours less theirs")
    for row in rows:
        compared = "" if row.system == "ours" else str(row.ours_less)
        failed = f"  ({row.failed} pages failed)" if row.failed else ""
        print(f"  {row.system:27} {row.score:.4f}  {compared}{failed}".rstrip())
    if name == "fundus":
        print(f"  languages behind trafilatura's default: {behind(pages, found)}")
    for system in READ_METADATA if name in STATED else ():
        if system in found:
            print(f"  {system:27} {metadata(pages, found[system])}")
    return best_of(rows)


def seconds(read: Reader, pages: Sequence[Labelled]) -> float:
    began = time.process_time()
    for page in pages:
        read(page)
    return time.process_time() - began


def cpu(pages: Sequence[Labelled]) -> tuple[float, float]:
    """Milliseconds a page, ours and those of bare_extraction with metadata; medians."""
    mine, theirs = [], []
    for number in range(REPEATS):
        progress(f"CPU, {number + 1} of {REPEATS}")
        theirs.append(seconds(HERE[DEFAULT], pages))
        mine.append(seconds(ours, pages))
    progress()
    each = 1000 / len(pages)
    return each * statistics.median(mine), each * statistics.median(theirs)


def memory(pages: Sequence[Labelled]) -> tuple[float, float]:
    """Peak RSS in MB of a parser process that reads them, and what of it is its own at the end.

    The rest, the language model above all, is shared by all parser processes.
    """
    workers = Workers(2)
    progress("memory")
    for page in pages:
        workers.submit(ours, page).exception()
    found = workers.submit(peak_and_own).result()
    workers.close()
    progress()
    return found


def compare(sets: Mapping[str, Sequence[Labelled]]) -> dict[str, Row]:
    """The best mode on each set; prints each set when it is done."""
    best: dict[str, Row] = {}
    peers = list(PEERS)
    for name, pages in sets.items():
        found, left_out = find_all(pages, peers)
        for system, why in left_out.items():
            print(f"left out from here on: {system}, {why}")
        peers = [system for system in peers if system not in left_out]
        best[name] = report(pages, found)
    return best


def main() -> None:
    every = {name: labelled(name) for name in SETS}
    sets = {name: pages for name, pages in every.items() if pages}
    if missing := [name for name in SETS if name not in sets]:
        print(f"skipped, for no saved pages beside the checkout: {', '.join(missing)}")
    best = compare(sets)
    for name, row in best.items():
        mine = row.score + row.ours_less.mean
        print(f"{name:17} ours {mine:.4f}, best {row.score:.4f} {row.system}: {row.ours_less}")
    timed = [page for name in ("aeb", "fundus", "l3s_gn1") for page in sets.get(name, ())]
    if timed:
        one, two = cpu(timed)
        print(
            f"CPU a page {one:.1f} ms, bare_extraction with metadata {two:.1f} ms: "
            f"{one / two:.2f} x (goal 1.0 x)"
        )
    if sets:
        peak, own = memory([page for pages in sets.values() for page in pages])
        print(
            f"peak RSS of a parser process {peak:.0f} MB (limit 220 MB), of which {own:.0f} MB "
            "are its own and not shared with the others"
        )


if __name__ == "__main__":
    main()
