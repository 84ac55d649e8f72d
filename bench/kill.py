"""kill -9 of the whole process group at random moments of all that writes, then a clean run.

Claim: the frontier is in the store and every step is all or nothing, so what was killed and run
again ends as if nothing had happened: articles, revisions, sightings, pages, decisions, copy
groups, stories and events equal those of an undisturbed run with the same input in the same order;
the file is sound, its full-text index equal to its content, and the run that was cut off marked as
crashed.
Files that are written (exports, backups, merged stores) are whole or not there.

Stories depend on the order in which articles come, so the outlets are crawled one after another,
each by one parser. Without an order (`ORDER=any`) all outlets are crawled at once, and articles,
revisions, sightings and pages are compared. `KILLS=200` kills; `ONLY=merge,backup` of these kinds.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.corpora.kills import Whole
from bench.corpora.works import Works
from crawler.demo.houses import HOUSES
from crawler.demo.town import Town

KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("SEED", "20220105"))
ANY_ORDER = os.environ.get("ORDER") == "any"
ONLY = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else []


def main() -> None:
    draw = random.Random(SEED)  # noqa: S311 - moments, not secrets
    wholes: dict[str, Whole] = {}
    kills, in_runs, failed = Counter[str](), Counter[str](), Counter[str]()
    with Town(latency=False) as town, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        works = Works(town, folder, sorted(HOUSES), migrated=3000)
        kinds = [kind for kind, _ in works.all() if not ONLY or kind in ONLY]
        drawn = dict(works.all())
        for number in range(KILLS):
            kind = "crawl" if ANY_ORDER else kinds[number % len(kinds)]
            work = works.any_order() if ANY_ORDER else drawn[kind](draw)
            if work.name not in wholes:
                wholes[work.name] = Whole(work, folder / "whole")
            whole = wholes[work.name]
            moment = draw.uniform(0, whole.seconds)
            in_run, wrong = whole.killed(folder / "killed", moment)
            kills[kind] += 1
            in_runs[kind] += in_run
            failed[kind] += bool(wrong)
            if wrong:
                print(f"{work.name} killed after {moment:.2f} of {whole.seconds:.2f} s: "
                      f"{', '.join(wrong)}", flush=True)  # fmt: skip
    for kind, count in kills.items():
        print(f"{kind:16} {count:3} kills, {in_runs[kind]:3} cut off a run, {failed[kind]} wrong")
    print(f"{KILLS} kills, {failed.total()} that did not end as an undisturbed run (goal: 0)")
    sys.exit(failed.total() > 0)


if __name__ == "__main__":
    main()
