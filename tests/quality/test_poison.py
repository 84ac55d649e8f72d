"""Pages that an attacker or a template made alike are not joined; `bench/poison.py` has more."""

from __future__ import annotations

import random
from statistics import fmean

import numpy as np
import pytest
from datasketch import MinHash

from bench.corpora.poison import aimed, framed, sharing, templates
from crawler.store import Store
from dedupe import CopyScheme, document, shingled_text
from tests.quality.test_copies import grouped

COPIES = CopyScheme()
COUNT = 240
OUTLETS = 20
MAGIC = aimed(COUNT, COPIES, seed=1, draw=random.Random(2))
POISON = {
    "pages that share a passage": sharing(COUNT, draw=random.Random(1)),
    "magic shingles": MAGIC,
    "a frame longer than the news in it": framed(COUNT, OUTLETS, draw=random.Random(5)),
    **templates(COUNT, draw=random.Random(3)),
}


@pytest.mark.parametrize("kind", POISON)
@pytest.mark.parametrize("seed", [1, 2])
def test_poison_joins_nothing(store: Store, kind: str, seed: int) -> None:
    articles = [
        {"id": str(n), "source": f"outlet{n % OUTLETS}", "title": "", "text": text}
        for n, text in enumerate(POISON[kind])
    ]
    placed = grouped(store, articles, seed)
    assert len(set(placed.values())) == COUNT


def test_magic_shingles_make_plain_minhash_sure_of_a_copy() -> None:
    one, two = MAGIC[:2]
    sketches = [
        MinHash(num_perm=COPIES.permutations, seed=1, hashfunc=int, scheme="affine32")
        for _ in (one, two)
    ]
    for text, sketch in zip((one, two), sketches, strict=True):
        sketch.update_batch((shingled_text(text, COPIES).every & np.uint64(0xFFFFFFFF)).tolist())
    assert sketches[0].jaccard(sketches[1]) > 0.8


def test_magic_shingles_miss_a_store_of_another_seed() -> None:
    shared = []
    for seed in range(2, 22):
        keys = [set(document(n, text, COPIES, seed=seed).keys) for n, text in enumerate(MAGIC[:30])]
        shared += [bool(keys[a] & keys[b]) for a in range(30) for b in range(a)]
    assert fmean(shared) < 0.2
