"""Pages made to be joined or to be slow: wrong joins, and time against as many ordinary pages.

Claims: no wrong join, at most twice the time. COUNT=50000 pages each; ordinary pages are random
texts of the same lengths. Each kind has a file of its own and nothing beside it. One text under
many addresses, which is rightly joined, costs CPU and bytes of the file: 2,000 addresses at most.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.corpora.poison import aimed, framed, ordinary, sharing, templates
from crawler.grouping.run import group
from crawler.store import open_store
from crawler.types import Article
from dedupe import CopyScheme, seed_id, shingled_text

COPIES = CopyScheme()
COUNT = int(os.environ.get("COUNT", "50000"))
OUTLETS = 200
WORDS = 290
"""Of the text that stands under many addresses."""
AT = "2022-01-05T12:00:00Z"
SEED = 1
OTHER_SEED = 2


class Grouped(NamedTuple):
    """What grouping cost, and what it joined."""

    seconds: float
    """of CPU"""
    joined: int
    """articles in groups of several"""
    size: int
    """bytes of the file"""


def grouped(texts: list[str], *, seed: int) -> Grouped:
    """What comes of texts that outlets publish in turn."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "poison.db")
        with store.batch():
            store.copies.set_scheme(COPIES.id, seed=seed, seed_id=seed_id(seed))
            run = store.runs.open("bench", now=AT, pid=1)
            outlets = [store.outlets.ensure(f"outlet{n}") for n in range(OUTLETS)]
            for number, text in enumerate(texts):
                article = Article(url=f"https://example/{number}", outlet="", title="", text=text)
                store.articles.save(article, outlet=outlets[number % OUTLETS], run=run, now=AT)
        began = time.process_time()
        group(store, run=run, now=AT, stories=False)
        taken = time.process_time() - began
        placed = [row.copy_group for row in store.queries.articles.all_placed()]
        store.close()
        size = (Path(folder) / "poison.db").stat().st_size
    return Grouped(taken, len(placed) - len(set(placed)), size)


def kinds() -> Iterator[tuple[str, list[str], int]]:
    """Name, pages, seed of the file."""
    yield "pages that share a passage", sharing(COUNT, draw=random.Random(1)), SEED  # noqa: S311
    frames = framed(COUNT, OUTLETS, draw=random.Random(5))  # noqa: S311
    yield "a frame longer than the news in it", frames, SEED
    pages = aimed(COUNT, COPIES, seed=SEED, draw=random.Random(2))  # noqa: S311
    yield "magic shingles, aimed at another seed", pages, OTHER_SEED
    yield "magic shingles, aimed at this file's seed", pages, SEED
    for name, pages in templates(COUNT, draw=random.Random(3)).items():  # noqa: S311
        yield name, pages, SEED


def main() -> None:
    print(f"{COUNT:,} pages of each kind (goal: no wrong join, 2 x)")
    for name, pages, seed in kinds():
        lengths = np.array([len(page.split()) for page in pages])
        base, none, _ = grouped(ordinary(lengths, draw=random.Random(4)), seed=seed)  # noqa: S311
        taken, joined, _ = grouped(pages, seed=seed)
        # Horoscopes that chance made of the same shingles are rightly joined.
        distinct = len({shingled_text(page, COPIES).every.tobytes() for page in pages})
        wrong = joined - (len(pages) - distinct)
        print(f"  {wrong:5} joined wrongly  {taken / base:4.2f} x the time  {name}", flush=True)
        if none:
            print(f"        {none} of the ordinary pages too")
    many_addresses(min(COUNT, 2_000))


def many_addresses(count: int) -> None:
    """What each further address of one text costs, above an ordinary page of its length."""
    lengths = [WORDS] * count
    base = grouped(ordinary(lengths, draw=random.Random(4)), seed=SEED)  # noqa: S311
    found = grouped(ordinary([WORDS], draw=random.Random(6)) * count, seed=SEED)  # noqa: S311
    seconds, size = found.seconds / count, (found.size - base.size) / count
    print(f"  {1_000 * seconds:.1f} ms, {size / 1_000:.0f} kB more than another page  "
          f"one text of {WORDS} words under {count:,} addresses, each")  # fmt: skip


if __name__ == "__main__":
    main()
