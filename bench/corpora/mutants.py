"""Pages broken in the ways that pages break: bytes flipped, cut, doubled, tags unbalanced."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence


def mutants(pages: Sequence[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """`count` pages, each one of `pages` after one to four breakages; the same for a seed."""
    rng = random.Random(seed)  # noqa: S311
    for number in range(count):
        page = pages[number % len(pages)]
        for _ in range(rng.randint(1, 4)):
            page = rng.choice(_BREAKAGES)(page, rng)
        yield page


def _flip(page: bytes, rng: random.Random) -> bytes:
    broken = bytearray(page)
    for _ in range(max(len(page) // 500, 1)):
        if broken:
            broken[rng.randrange(len(broken))] = rng.randrange(256)
    return bytes(broken)


def _cut(page: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(page) + 1) for _ in range(2))
    return page[:start] + page[end:]


def _end(page: bytes, rng: random.Random) -> bytes:
    return page[: rng.randrange(len(page) + 1)]


def _double(page: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(page) + 1) for _ in range(2))
    return page[:end] + page[start:end][:200_000] + page[end:]


def _unbalance(page: bytes, rng: random.Random) -> bytes:
    return re.sub(rb"</?\w+[^>]*>", lambda tag: b"" if rng.random() < 0.1 else tag[0], page)


_BREAKAGES = (_flip, _cut, _end, _double, _unbalance)
