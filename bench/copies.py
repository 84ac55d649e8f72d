"""Copies on a planted corpus, through a store as a user would have it: import, group, rebuild.

Claims: P >= .995 and R >= .98 of pairs, R >= .97 of texts truncated by 50 to 75 %, groups of 300
in at most three pieces. One half of the planted groups served to choose the numbers of the scheme;
the other is the figure. COUNT=41000 documents unless the environment says otherwise.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.corpora.planted import STORIES, Planted, planted
from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article
from dedupe import pairwise

COUNT = int(os.environ.get("COUNT", "41000"))
AT = "2022-01-05T12:00:00Z"


def fill(store: Store, documents: list[Planted]) -> None:
    with store.batch():
        run = store.runs.open("bench", now=AT, pid=1)
        outlets = {d.outlet: store.outlets.ensure(d.outlet) for d in documents}
        for number, found in enumerate(documents):
            article = Article(
                url=f"https://{found.outlet}/{number}",
                outlet=found.outlet,
                title="",
                text=found.text,
            )
            store.articles.save(article, outlet=outlets[found.outlet], run=run, now=AT)


def report(store: Store, documents: list[Planted]) -> None:
    placed = {
        int(row.url.rpartition("/")[2]): row.copy_group
        for row in store.queries.articles.all_placed()
    }
    for half, name in ((0, "tuned on"), (1, "reported")):
        truth = {n: d.group for n, d in enumerate(documents) if d.group % 2 == half}
        score = pairwise({n: placed[n] for n in truth}, truth)
        print(f"  {name}: pairs P {score.precision:.4f} R {score.recall:.4f} (goal .995, .98)")
    original = {d.group: n for n, d in enumerate(documents) if d.edit == "original"}
    together, total = Counter[str](), Counter[str]()
    for n, d in enumerate(documents):
        if d.group in original and d.group % 2 and d.edit != "original":
            total[d.edit] += 1
            together[d.edit] += placed[n] == placed[original[d.group]]
    cut = [edit for edit in total if edit.startswith("truncated")]
    truncated = sum(together[e] for e in cut) / max(sum(total[e] for e in cut), 1)
    print(f"  truncated by 50 to 75 %, with their original: R {truncated:.3f} (goal .97)")
    for edit in sorted(total):
        print(f"    {together[edit] / total[edit]:.3f} of {total[edit]:5} {edit}")
    large = [g for g, n in Counter(d.group for d in documents).items() if n > 200]
    pieces = [len({placed[n] for n, d in enumerate(documents) if d.group == g}) for g in large]
    print(f"  groups of 300 lie in {pieces} pieces (goal: at most 3)")


def main() -> None:
    documents = planted(COUNT, seed=20_220_105)
    if not STORIES.exists():
        print("the labelled stories are not here: from the town's few texts, where less is reached")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "planted.db")
        fill(store, documents)
        for rebuild, name in ((False, "as they came"), (True, "rebuilt")):
            began = time.perf_counter()
            done = group(store, run=1, now=AT, rebuild=rebuild, stories=False)
            taken = time.perf_counter() - began
            print(f"{name}: {done.compared} articles in {taken:.0f} s, {done.edges} pairs kept")
            report(store, documents)
        store.close()


if __name__ == "__main__":
    main()
