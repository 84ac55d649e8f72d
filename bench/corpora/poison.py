"""Pages that an attacker or a template made alike: no two of one kind are copies."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from dedupe import CopyScheme, signature
from dedupe.copies.keys import anchor_keys
from dedupe.copies.shingles import windows
from dedupe.copies.words import hash_words

from .planted import TEMPLATES, fill

SEARCHED = 1 << 16
"""Words among which an attacker looks for magic shingles: many times those of a page."""


def ordinary(lengths: Iterable[int], *, draw: random.Random) -> list[str]:
    """Texts of this many words each that have nothing in common."""
    return [" ".join(_words(length, draw)) for length in lengths]


def sharing(count: int, *, draw: random.Random) -> list[str]:
    """Texts of 240 words, of which the same 40 stand somewhere in each."""
    passage = _words(40, draw)
    return [" ".join(_around(passage, 200, draw)) for _ in range(count)]


def framed(count: int, outlets: int, *, draw: random.Random) -> list[str]:
    """Texts of 80 words in a frame of 120, which is the same in each outlet; in turn."""
    frames = [_words(120, draw) for _ in range(outlets)]
    return [" ".join(frames[n % outlets] + _words(80, draw)) for n in range(count)]


def aimed(count: int, scheme: CopyScheme, *, seed: int, draw: random.Random) -> list[str]:
    """Texts whose signature values and anchors are all equal in a store that has this seed."""
    words = _words(SEARCHED, draw)
    hashed = hash_words(" ".join(words))[0]
    shingles, anchors = windows(hashed, scheme.shingle_words), windows(hashed, scheme.anchor_words)
    values = np.array(
        [np.frombuffer(signature(s, scheme, seed=seed).values, "<u4") for s in shingles[:, None]]
    )
    one = replace(scheme, anchor_keys=1)
    keys = np.array([anchor_keys(a, one, seed=seed)[0] for a in anchors[:, None]])
    smallest = np.argsort(keys.view(np.uint64))[: scheme.anchor_keys]
    magic = [words[at : at + scheme.shingle_words] for at in values.argmin(axis=0)]
    magic += [words[at : at + scheme.anchor_words] for at in smallest]
    pages = []
    for _ in range(count):
        draw.shuffle(magic)
        pages.append(" ".join(word for run in magic for word in _around(run, 30, draw)))
    return pages


def templates(count: int, *, draw: random.Random) -> dict[str, list[str]]:
    """Reports of each template with other figures, names and sentences."""
    return {name: [fill(text, draw) for _ in range(count)] for name, text in TEMPLATES.items()}


def _around(passage: list[str], count: int, draw: random.Random) -> list[str]:
    own, at = _words(count, draw), draw.randrange(count)
    return [*own[:at], *passage, *own[at:]]


def _words(count: int, draw: random.Random) -> list[str]:
    return [f"w{draw.getrandbits(24):x}" for _ in range(count)]
