"""The near-duplicate index in SQLite at 10^5 and 10^6 articles; datasketch's own LSH beside it.

Claims: open and first query <= 20 ms, <= 350 bytes an article, p50 of a lookup grows <= 1.6 times
per tenfold, and the keys of 1,000 new articles looked up, added and committed in a part of the two
seconds that a cycle may take. Keys are random; one article in five shares six with an earlier one.
"""

from __future__ import annotations

import pickle
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH

from crawler.store import Store, open_store, read_store
from dedupe import CopyScheme

SIZES = (100_000, 1_000_000)
SCHEME = CopyScheme()
KEYS = SCHEME.bands + SCHEME.anchor_keys + 1
LOOKUPS = 2_000
BATCH = 1_000


def keys(number: int) -> list[int]:
    """The keys of an article; its own, and some of an earlier article's for one in five."""
    own = random.Random(number)  # noqa: S311 - keys, not secrets
    found = [own.getrandbits(64) - 2**63 for _ in range(KEYS)]
    if number % 5 == 4:
        found[:6] = keys(own.randrange(number) // 5 * 5)[:6]
    return found


def clocked(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def add(store: Store, numbers: range) -> None:
    with store.batch():
        for number in numbers:
            store.key_index.add(number, keys(number), max_per_key=SCHEME.max_per_key)
        store.key_index.merge_recent()


def cycle(store: Store, numbers: range) -> None:
    with store.batch():
        for number in numbers:
            made = keys(number)
            store.key_index.candidates(number, made, limit=SCHEME.max_candidates)
            store.key_index.add(number, made, max_per_key=SCHEME.max_per_key)


def ours(folder: Path) -> None:
    file, done, medians = folder / "index.db", 0, []
    store = open_store(file)
    store._connection.execute("PRAGMA foreign_keys = OFF")
    empty = file.stat().st_size
    for size in SIZES:
        began = time.perf_counter()
        for start in range(done, size, BATCH):
            add(store, range(start, start + BATCH))
        rate = (size - done) / (time.perf_counter() - began)
        done = size
        draw = random.Random(1)  # noqa: S311
        times = [
            clocked(lambda n=n: store.key_index.candidates(-1, keys(n), limit=32))  # type: ignore[misc]
            for n in (draw.randrange(size) for _ in range(LOOKUPS))
        ]
        own = statistics.median(clocked(lambda n=n: keys(n)) for n in range(LOOKUPS))  # type: ignore[misc]
        medians.append(statistics.median(times) - own)
        store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        print(
            f"{size:9,} articles: {rate:,.0f} added/s; {(file.stat().st_size - empty) / size:.0f} "
            f"bytes an article (goal 350); lookup p50 {1e6 * medians[-1]:.0f} us"
        )
    print(f"  lookup p50 grows {medians[1] / medians[0]:.2f} x per tenfold (goal 1.6)")
    taken = []
    for start in range(done, done + 5_000, 1_000):
        began = time.perf_counter()
        cycle(store, range(start, start + 1_000))
        taken.append(time.perf_counter() - began)
    print(f"  1,000 new articles, keys looked up and added: {statistics.median(taken):.2f} s")
    store.close()
    opened = []
    for n in range(5):
        began = time.perf_counter()
        reader = read_store(file)
        reader.key_index.candidates(-1, keys(n), limit=32)
        opened.append(time.perf_counter() - began)
        reader.close()
    print(f"  open and first query {1e3 * statistics.median(opened):.1f} ms (goal 20)")


def datasketch() -> None:
    """At 10^5 only: it lives in memory."""
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    draw = np.random.default_rng(1)
    sketches = [
        MinHash(num_perm=128, seed=1, scheme="affine32",
                hashvalues=draw.integers(0, 2**32, 128, dtype=np.uint32))
        for _ in range(20_000)
    ]  # fmt: skip
    began = time.perf_counter()
    for n, sketch in enumerate(sketches):
        lsh.insert(n, sketch)
    rate = len(sketches) / (time.perf_counter() - began)
    packed = pickle.dumps(lsh)
    reload = clocked(lambda: pickle.loads(packed))  # noqa: S301 - our own
    print(
        f"datasketch MinHashLSH in memory, {len(sketches):,}: {rate:,.0f} added/s; pickle "
        f"{len(packed) / len(sketches):.0f} bytes an article, read again in {reload:.1f} s"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours(Path(folder))
    datasketch()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
