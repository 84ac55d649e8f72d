"""Nearly equal texts: CPU of a first grouping as their number doubles.

Claim: twice the texts take about twice the time, copies and stories, whatever they have in common.
SIZES says how many.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from bench.corpora.alike import KINDS, Told, alike
from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision

SIZES = tuple(map(int, os.environ.get("SIZES", "1250 2500 5000 10000").split()))
AT = "2022-01-20T12:00:00Z"


def fill(store: Store, texts: Iterable[Told]) -> None:
    """Save the texts as articles of five days."""
    with store.batch():
        run = store.runs.open("bench", now=AT, pid=1)
        for number, (outlet, title, text, language) in enumerate(texts):
            name = f"outlet{outlet}.example"
            day = Moment(
                at=f"2022-01-{5 + number % 5:02d}T10:00:00Z", precision=Precision.SECOND,
                source="feed", raw="",
            )  # fmt: skip
            article = Article(
                url=f"https://{name}/{number}", outlet="", title=title, text=text,
                language=language, published=day,
            )  # fmt: skip
            store.articles.save(article, outlet=store.outlets.ensure(name), run=run, now=AT)


def measured(kind: str, size: int) -> tuple[float, float]:
    """CPU seconds for copies, and for stories."""
    store = open_store(":memory:")
    fill(store, alike(kind, size))
    began = time.process_time()
    group(store, run=1, now=AT, stories=False)
    between = time.process_time()
    group(store, run=1, now=AT)
    ended = time.process_time()
    store.close()
    return between - began, ended - between


def main() -> None:
    for kind in KINDS:
        print(kind)
        before = None
        for size in SIZES:
            taken = measured(kind, size)
            grew = f"  {sum(taken) / sum(before):.2f} x" if before else ""
            print(
                f"  {size:6,}: copies {taken[0]:5.1f} s, stories {taken[1]:5.1f} s{grew}",
                flush=True,
            )
            before = taken


if __name__ == "__main__":
    main()
