"""What `stories.granularity` does to labelled sets: B-cubed precision, recall and F of each step.

Claim: coarse finds more of each event, fine mixes fewer, medium is between. Each set goes through
import and `group` in a file of its own. Three steps take about five minutes.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from bench.corpora.labelled_stories import grouped, story_sets
from crawler.grouping.file_schemes import GRANULARITY
from crawler.grouping.linker import STORIES
from dedupe import b_cubed


def main() -> None:
    print(f"{'set':12}" + "".join(f"{step:>21}" for step in GRANULARITY))
    print(f"{'':12}" + f"{'P':>9}{'R':>6}{'F':>6}" * len(GRANULARITY))
    for labelled in story_sets(with_language=False):
        print(f"{labelled.name:12}", end="")
        for threshold in GRANULARITY.values():
            scheme = replace(STORIES, threshold=threshold)
            score = b_cubed(grouped(labelled.texts, scheme), labelled.truth)
            print(f"{score.precision:9.3f}{score.recall:6.3f}{score.f1:6.3f}", end="")
            sys.stdout.flush()
        print()


if __name__ == "__main__":
    main()
