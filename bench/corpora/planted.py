"""A corpus with planted copies, so that the truth is known.

Reports are walks through the word pairs of real texts (the labelled stories beside the checkout
where they are there, else the town's own), so that phrases recur among unrelated texts as they do
in life. Copies are made from them by the edits below; templates are filled with other figures and
names; every outlet prints lines of its own around everything.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from crawler.demo.prints import town_prints

STORIES = Path(__file__).parents[3] / "shared" / "data" / "stories"
PARAGRAPH = 45


class Planted(NamedTuple):
    """One document and the truth about it."""

    outlet: str
    text: str
    group: int
    """documents of one group are copies"""
    edit: str


class Language:
    """Walks through the word pairs of real texts."""

    def __init__(self, texts: list[str], write: Callable[[str], str] = str) -> None:
        self._next: defaultdict[str, list[str]] = defaultdict(list)
        words = [write(word) for text in texts for word in text.split()]
        self._words = words
        for one, two in pairwise(words):
            self._next[one].append(two)

    def words(self, draw: random.Random, count: int) -> list[str]:
        """A text of `count` words."""
        found = [draw.choice(self._words)]
        while len(found) < count:
            # A leap now and then: real texts are not walks through each other.
            follow = self._next.get(found[-1])
            leap = not follow or draw.random() < 0.15
            found.append(draw.choice(self._words if leap or not follow else follow))
        return found


def languages() -> dict[str, Language]:
    """English and Vietnamese; and English written in Han characters, without spaces."""
    town = [print_.body for print_ in town_prints()]
    english = [*_texts("basil"), *_texts("galaxy_wikinews")] or town
    return {
        "en": Language(english),
        "vi": Language(_texts("vietnamese_mds") or town),
        "zh": Language(english, _in_han),
    }


def _texts(name: str) -> list[str]:
    file = STORIES / f"{name}.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] or "" for line in lines]


def _in_han(word: str) -> str:
    digest = blake2b(word.encode(), digest_size=4).digest()
    return "".join(chr(0x4E00 + int.from_bytes(digest[i : i + 2], "big") % 3_000) for i in (0, 2))


# The edits: words of the original, a source of words, a source of chance -> words


def _verbatim(words: list[str], _: Language, __: random.Random) -> list[str]:
    return words


def _recased(words: list[str], _: Language, draw: random.Random) -> list[str]:
    return [w.upper() if draw.random() < 0.05 else w.replace(",", " –") for w in words]


def _datelined(words: list[str], language: Language, draw: random.Random) -> list[str]:
    return [*language.words(draw, 9), "(Agency)", "—", *words]


def _substituted(share: float) -> Callable[[list[str], Language, random.Random], list[str]]:
    def edit(words: list[str], language: Language, draw: random.Random) -> list[str]:
        return [language.words(draw, 1)[0] if draw.random() < share else w for w in words]

    return edit


def _shortened(words: list[str], _: Language, draw: random.Random) -> list[str]:
    kept = [p for p in _paragraphs(words) if draw.random() > 0.25]
    return [w for p in kept or _paragraphs(words) for w in p]


def _reordered(words: list[str], _: Language, draw: random.Random) -> list[str]:
    parts = _paragraphs(words)
    draw.shuffle(parts)
    return [w for p in parts for w in p]


def _added(words: list[str], language: Language, draw: random.Random) -> list[str]:
    at = draw.randrange(len(words))
    return [*words[:at], *language.words(draw, len(words) // 3), *words[at:]]


def _truncated(share: float) -> Callable[[list[str], Language, random.Random], list[str]]:
    def edit(words: list[str], _: Language, __: random.Random) -> list[str]:
        return words[: max(40, round(len(words) * (1 - share)))]

    return edit


def _embedded(words: list[str], language: Language, draw: random.Random) -> list[str]:
    return [
        *language.words(draw, len(words) // 2),
        *words,
        *language.words(draw, len(words) // 2),
    ]


def _corrected(words: list[str], _: Language, draw: random.Random) -> list[str]:
    numbers = [i for i, w in enumerate(words) if w[0].isdigit()]
    changed = set(draw.sample(numbers, min(2, len(numbers))))
    return [str(draw.randrange(2, 999)) if i in changed else w for i, w in enumerate(words)]


def _cluttered(words: list[str], language: Language, draw: random.Random) -> list[str]:
    return [w for p in _paragraphs(words) for w in (*p, *language.words(draw, 8))]


def _paragraphs(words: list[str]) -> list[list[str]]:
    return [words[i : i + PARAGRAPH] for i in range(0, len(words), PARAGRAPH)]


EDITS = {
    "verbatim": _verbatim,
    "recased": _recased,
    "datelined": _datelined,
    "4 % of words replaced": _substituted(0.04),
    "8 % of words replaced": _substituted(0.08),
    "shortened by a quarter": _shortened,
    "paragraphs reordered": _reordered,
    "a third added": _added,
    "truncated by 50 %": _truncated(0.5),
    "truncated by 75 %": _truncated(0.75),
    "embedded": _embedded,
    "numbers corrected": _corrected,
    "cluttered": _cluttered,
}

TEMPLATES = {
    "weather": "Weather for {p}: today a high of {n} degrees and a low of {n}, wind from the {d} at "
    "{n} kilometres an hour with gusts of {n}. Tomorrow {n} degrees, chance of rain {n} percent. "
    "On {w} expect {n} degrees and sunshine for {n} hours. Sunrise at {n} {n}, sunset at {n} {n}. "
    "The air quality index stands at {n}. More weather on our page for {p} at any hour of the day.",
    "market": "Stocks in {p} closed {n} points higher at {n} on {w}, a change of {n} percent. "
    "Volume was {n} million shares. Shares of {p} Holdings rose {n} percent to {n}, shares of {p} "
    "Bank fell {n} percent to {n}. The dollar bought {n} {n}, oil traded at {n} dollars a barrel "
    "and gold at {n} an ounce. Advancing issues outnumbered falling ones by {n} to {n}.",
    "match": "{p} beat {p} by {n} to {n} in front of {n} spectators on {w}. The first goal came in "
    "the {n} minute after a corner, the second in the {n}. Shots on goal {n} to {n}, corners {n} to "
    "{n}, fouls {n} to {n}, possession {n} percent. The referee showed {n} yellow cards. {p} is now "
    "in place {n} with {n} points. The next match of {p} is on {w} against {p} at {n} {n}.",
    "horoscope": "Your stars for {w}: {h} {h} {h} {h} Have a wonderful day and come back tomorrow "
    "for the next horoscope written for you by our astrologer, who answers letters from readers.",
}
ADVICE = [
    f"{a} {b} and {c}."
    for a in ("A friend", "Your partner", "Somebody at work", "A stranger", "Venus", "Mercury")
    for b in ("brings good news", "asks for patience", "wants a decision", "opens a door")
    for c in ("money comes your way", "take a walk", "trust what you feel", "rest in the evening")
]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACES = [f"{a}{b}" for a in ("Nor", "Sul", "Wes", "Ost", "Kar", "Mil", "Bel", "Tor")
          for b in ("ton", "berg", "ville", "grad", "mouth", "dorf", "holm")]  # fmt: skip


def fill(template: str, draw: random.Random) -> str:
    fillers: dict[str, Callable[[], str]] = {
        "{n}": lambda: str(draw.randrange(1, 400)),
        "{p}": lambda: draw.choice(PLACES),
        "{d}": lambda: draw.choice(("north", "south", "east", "west")),
        "{w}": lambda: draw.choice(DAYS),
        "{h}": lambda: draw.choice(ADVICE),
    }
    words = []
    for word in template.split():
        found = word
        for slot, fill in fillers.items():
            if slot in found:
                found = found.replace(slot, fill())
        words.append(found)
    return " ".join(words)


def planted(count: int, *, seed: int, giants: int = 4, outlets: int = 400) -> list[Planted]:
    """About `count` documents in a random order: a fifth single, a tenth templates, the rest
    originals with one to seven copies; `giants` groups have 300 copies."""
    draw = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    spoken = languages()
    lines = {
        name: [spoken["en"].words(draw, 14) for _ in range(3)]
        for name in (f"outlet{n}" for n in range(outlets))
    }
    found: list[Planted] = []
    group = 0
    while len(found) < count:
        group += 1
        chance = draw.random()
        if chance < 0.25:
            name = draw.choice(list(TEMPLATES))
            parts = iter([(f"template {name}", fill(TEMPLATES[name], draw).split())])
            language = "en"
        else:
            language = draw.choice(list(spoken))
            copies = 0 if chance < 0.55 else draw.randrange(1, 8)
            parts = _report(spoken[language], draw, 300 if group <= giants else copies)
        for edit, words in parts:
            outlet = draw.choice(list(lines))
            before, *after = lines[outlet]
            joiner = "" if language == "zh" else " "
            text = "\n".join(
                [" ".join(before), joiner.join(words), *(" ".join(line) for line in after)]
            )
            found.append(Planted(outlet, text, group, edit))
    draw.shuffle(found)
    return found


def _report(
    language: Language, draw: random.Random, copies: int
) -> Iterator[tuple[str, list[str]]]:
    original = language.words(draw, draw.choice((90, 150, 250, 400, 600)))
    for i in range(0, len(original), 20):
        original[i] = str(draw.randrange(2, 2_000))
    yield "original", original
    for _ in range(copies):
        name = draw.choice(list(EDITS))
        yield name, EDITS[name](original, language, draw)
