"""What `bench/signatures.py` runs in an environment of each peer: texts in, CPU seconds out.

Each makes a signature of 128 values from the five-word shingles of a text, in the peer's own way.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

PERMUTATIONS = 128
WORDS = 5
REPEATS = 5
NEEDS = {
    "rensa": ["rensa==0.5.0"],
    "datatrove": ["datatrove[processing]==0.10.1", "spacy==3.8.18"],
    "text-dedup": ["text-dedup==0.4.0"],
}


def seconds(sign: Callable[[str], object], texts: Sequence[str]) -> float:
    """CPU seconds for all texts, median of the repeats."""
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        for text in texts:
            sign(text)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def rensa() -> Callable[[str], object]:
    """Rust; it has no tokens of its own, so words are cut at spaces, which is cheapest."""
    from rensa import RMinHash

    def sign(text: str) -> object:
        words = text.lower().split()
        sketch = RMinHash(PERMUTATIONS, 7)
        sketch.update([" ".join(run) for run in zip(*(words[i:] for i in range(WORDS)))])  # noqa: B905
        return sketch.digest()

    return sign


def datatrove() -> Callable[[str], object]:
    """Its pipeline step without the writing of files."""
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    config = MinhashConfig(n_grams=WORDS, num_buckets=PERMUTATIONS // 4, hashes_per_bucket=4)
    step = MinhashDedupSignature(tempfile.gettempdir(), config)
    return lambda text: step.get_signature(step.get_shingles(text))


def text_dedup() -> Callable[[str], object]:
    """With xxh3, the faster of its two hashes."""
    import numpy as np
    from text_dedup.minhash import embed_func
    from text_dedup.utils import xxh3_32hash

    draw, prime = np.random.RandomState(42), np.uint32((1 << 32) - 5)
    pair = [draw.randint(low, prime, PERMUTATIONS, dtype=np.uint32) for low in (1, 0)]
    return lambda text: embed_func(
        text,
        0,
        num_perm=PERMUTATIONS,
        ngram_size=WORDS,
        min_length=WORDS,
        hashranges=[(i, i + 4) for i in range(0, PERMUTATIONS, 4)],
        permutations=pair,
        hash_func=xxh3_32hash,
        dtype=np.uint32,
        max_hash=np.uint32((1 << 32) - 1),
        modulo_prime=prime,
    )


if __name__ == "__main__":
    makers = {"rensa": rensa, "datatrove": datatrove, "text-dedup": text_dedup}
    print(seconds(makers[sys.argv[1]](), json.load(sys.stdin)))
