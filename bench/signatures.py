"""Signatures: texts of real length through our kernel, datasketch, datatrove, text-dedup, rensa.

Claims: 20 times plain datasketch from shingles to a signature of 128 values, 12 times from the
text to the keys of the index, and ahead of the other peers from the text. One core, medians of
five repeats, all in one run; each peer is installed into an environment under .venv-bench, which
takes some minutes and 2 GB the first time.
"""

from __future__ import annotations

import json
import subprocess

from datasketch import MinHash

from bench.corpora.planted import planted
from bench.peers import signatures as peers
from bench.peers.environments import python_of
from bench.peers.signatures import NEEDS, PERMUTATIONS, WORDS, seconds
from dedupe import CopyScheme, document, shingled_text, signature
from dedupe.copies.shingles import distinct, windows
from dedupe.copies.word_shingles import word_windows
from dedupe.copies.words import hash_words
from dedupe.text import tokens

TEXTS = 300
WIDE = CopyScheme(bands=PERMUTATIONS // 4, rows=4)


def cut_words(text: str) -> list[bytes]:
    return list({" ".join(run).encode() for run in word_windows(tokens(text), WORDS)})


def plain(text: str) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=7, scheme="affine32")
    for shingle in cut_words(text):
        sketch.update(shingle)
    return sketch


def batch(text: str) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=7, scheme="affine32")
    sketch.update_batch(cut_words(text))
    return sketch


def ours(text: str) -> object:
    return signature(distinct(windows(hash_words(text)[0], WORDS)), WIDE, seed=7)


def peer(name: str, texts: list[str]) -> float:
    done = subprocess.run(
        [python_of(name, NEEDS[name]), peers.__file__, name],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


def table(rows: dict[str, float], base: float) -> None:
    for name, taken in rows.items():
        print(f"  {1e6 * taken / TEXTS:7.0f} us a text  {base / taken:5.1f} x  {name}")


def main() -> None:
    texts = [p.text for p in planted(TEXTS * 2, seed=3, giants=0) if len(p.text) > 1_500][:TEXTS]
    words = {text: cut_words(text) for text in texts}
    hashed = {text: shingled_text(text, WIDE).every for text in texts}
    size = sum(map(len, words.values())) / TEXTS
    print(f"{TEXTS} texts of {size:.0f} shingles, one core, {PERMUTATIONS} permutations")

    def update(text: str) -> None:
        sketch = MinHash(num_perm=PERMUTATIONS, seed=7, scheme="affine32")
        for shingle in words[text]:
            sketch.update(shingle)

    print("from shingles to a signature (goal 20 x)")
    base = seconds(update, texts)
    kernel = seconds(lambda text: signature(hashed[text], WIDE, seed=7), texts)
    table(
        {
            "datasketch, a shingle at a time": base,
            "ours, hashed as `shingled_text` gives them": kernel,
        },
        base,
    )
    print("from the text to a signature (goal: ahead of every peer)")
    base = seconds(plain, texts)
    rows = {
        "datasketch, a shingle at a time": base,
        "datasketch, update_batch": seconds(batch, texts),
    }
    rows |= {name: peer(name, texts) for name in NEEDS}
    table(rows | {"ours": seconds(ours, texts)}, base)
    print("from the text to the keys of the index, anchors and numbers included (goal 12 x)")
    table(
        {
            f"ours, {name}": seconds(lambda text, of=of: document(1, text, of, seed=7), texts)  # type: ignore[misc]
            for name, of in (
                (f"{PERMUTATIONS} permutations", WIDE),
                ("the default scheme", CopyScheme()),
            )
        },
        base,
    )


if __name__ == "__main__":
    main()
