"""Signatures: texts of real length through our kernel, plain datasketch and its batch form.

Claims: 20 times plain datasketch from shingles that are already hashed or cut, 12 times from the
text to the keys of the index. One core, medians of five repeats, all in one run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from datasketch import MinHash

sys.path.insert(0, str(Path(__file__).parent))
from corpora.planted import planted

from dedupe import Scheme, cut, document, signature
from dedupe.text import runs, tokens

TEXTS = 300
REPEATS = 5
PERMUTATIONS = 128


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds, median of the repeats."""
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def main() -> None:
    texts = [p.text for p in planted(TEXTS * 2, seed=3, giants=0) if len(p.text) > 1_500][:TEXTS]
    scheme = Scheme(bands=PERMUTATIONS // 4, rows=4)
    words = [list({" ".join(run).encode() for run in runs(tokens(t), 5)}) for t in texts]
    hashed = [cut(text, scheme).every for text in texts]

    def plain(shingles: list[bytes]) -> MinHash:
        sketch = MinHash(num_perm=PERMUTATIONS, seed=7, scheme="affine32")
        for shingle in shingles:
            sketch.update(shingle)
        return sketch

    def batch(shingles: list[bytes]) -> MinHash:
        sketch = MinHash(num_perm=PERMUTATIONS, seed=7, scheme="affine32")
        sketch.update_batch(shingles)
        return sketch

    def plain_from_text(text: str) -> MinHash:
        return plain(list({" ".join(run).encode() for run in runs(tokens(text), 5)}))

    base = seconds(lambda: [plain(w) for w in words])
    rows = {
        "datasketch, update a shingle at a time": base,
        "datasketch, update_batch": seconds(lambda: [batch(w) for w in words]),
        "ours, from hashed shingles": seconds(
            lambda: [signature(h, scheme, seed=7) for h in hashed]
        ),
    }
    size = sum(map(len, words)) / len(words)
    print(f"{len(texts)} texts of {size:.0f} shingles, {PERMUTATIONS} permutations, one core")
    for name, taken in rows.items():
        print(f"  {1e6 * taken / len(texts):7.0f} us a text  {base / taken:5.1f} x  {name}")
    whole = seconds(lambda: [plain_from_text(t) for t in texts])
    for name, of in ((f"{PERMUTATIONS} permutations", scheme), ("the default scheme", Scheme())):
        ours = seconds(lambda of=of: [document(1, t, of, seed=7) for t in texts])  # type: ignore[misc]
        print(
            f"  {1e6 * ours / len(texts):7.0f} us a text  {whole / ours:5.1f} x  "
            f"ours, text to keys, {name} (goal 12 x of datasketch from text)"
        )
    ratio = base / rows["ours, from hashed shingles"]
    print(f"signatures {ratio:.0f} x plain datasketch (goal 20 x)")


if __name__ == "__main__":
    main()
