"""Texts that are nearly equal: what floods a grouping, kind by kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

WORDS = ["".join(parts) for parts in product("bdfgklmnprst", "aeiou", ("n", "r", "l", "s", "ko"))]


class Told(NamedTuple):
    """A text, and which outlet has it."""

    outlet: int
    title: str
    text: str
    language: str = "en"


def _reports(count: int, draw: random.Random) -> Iterator[Told]:
    for n in range(count):
        one, other = (f"Team {draw.randrange(40)}" for _ in "ab")
        yield Told(
            n % 30,
            f"Goal! {one} beats {other}",
            f"Goal! {one} beats {other} by {draw.randrange(6)} to {draw.randrange(6)} in minute "
            f"{draw.randrange(90)} of the match, and a crowd of {draw.randrange(60_000)} went home "
            "happy after a long evening in the rain of the city.",
        )


def _edited(words: int, edits: int, outlets: int) -> Callable[[int, random.Random], Iterator[Told]]:
    """Prints of one text with some words changed in each."""

    def texts(count: int, draw: random.Random) -> Iterator[Told]:
        wire = [draw.choice(WORDS) + draw.choice(WORDS) for _ in range(words)]
        for n in range(count):
            own = wire[:]
            for _ in range(edits):
                own[draw.randrange(words)] = draw.choice(WORDS)
            yield Told(n % outlets, " ".join(own[:7]), " ".join(own))

    return texts


def _headlines(count: int, draw: random.Random) -> Iterator[Told]:
    for report in _reports(count, draw):
        yield report._replace(text="")


def _one_word(count: int, draw: random.Random) -> Iterator[Told]:
    for n in range(count):
        yield Told(n % 30, "word", " ".join(["word"] * draw.randrange(30, 300)))


def _no_spaces(count: int, draw: random.Random) -> Iterator[Told]:
    for n in range(count):
        yield Told(n % 30, "x", "".join(draw.choice(WORDS) for _ in range(200)))


def _chinese(count: int, draw: random.Random) -> Iterator[Told]:
    wire = [chr(0x4E00 + draw.randrange(600)) for _ in range(200)]
    for n in range(count):
        own = wire[:]
        for _ in range(4):
            own[draw.randrange(200)] = chr(0x4E00 + draw.randrange(3_000))
        yield Told(n % 30, "".join(own[:12]), "".join(own), "zh")


KINDS: dict[str, Callable[[int, random.Random], Iterator[Told]]] = {
    "reports of one template": _reports,
    "short, a word changed, each in another outlet": _edited(60, 1, 1_000_000),
    "short, a word changed, 30 outlets": _edited(60, 1, 30),
    "short and equal, one outlet": _edited(40, 0, 1),
    "long and equal, each in another outlet": _edited(800, 0, 1_000_000),
    "long, a tenth of the words changed": _edited(300, 30, 1_000_000),
    "headlines only": _headlines,
    "one word, repeated": _one_word,
    "no spaces": _no_spaces,
    "Chinese, a few characters changed": _chinese,
}


def alike(kind: str, count: int, *, seed: int = 1) -> Iterator[Told]:
    """This many texts of a kind."""
    return KINDS[kind](count, random.Random(seed))  # noqa: S311
