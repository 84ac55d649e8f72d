"""Texts that are copies of each other, and texts that only look so, kind by kind.

Prose is that of real labelled pages where these lie beside the checkout, else the town's own. A
case is a few texts, each under an outlet: either the first two are copies, or no two are.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.corpora import lookalikes
from crawler.demo.prints import town_prints
from dedupe.copies.letters import letters_alike

DATA = Path(__file__).parents[3] / "shared" / "data"
PAGES = ("pages/fundus", "pages/aeb", "stories/basil", "stories/galaxy_wikinews",
         "stories/vietnamese_mds")  # fmt: skip
CASES = 18
ENOUGH = 6
"""Texts of a language: a case takes words of others than its own."""
_SENTENCE = re.compile(r"(?<=[.!?。！？؟])\s*(?=\S)|\n+")
_NUMBER = re.compile(r"\d+")
_LETTERS_OF_NO_CASE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


class Case(NamedTuple):
    """A few texts, and what the copy finder must make of them."""

    kind: str
    language: str
    texts: tuple[tuple[str, str], ...]
    """(outlet, text)"""
    copies: bool
    """whether the first two are copies; else no two are"""


class Prose:
    """Real articles of one language, as lists of words: characters where there are no spaces."""

    def __init__(self, language: str, texts: Sequence[str]) -> None:
        self.language = language
        self.unspaced = bool(_LETTERS_OF_NO_CASE.search(texts[0]))
        self._texts = texts
        self._words = [word for text in texts for word in self.words(text) if word.isalpha()]

    def words(self, text: str) -> list[str]:
        """What is counted and replaced."""
        return list("".join(text.split())) if self.unspaced else text.split()

    def join(self, words: Sequence[str]) -> str:
        """The text of these words."""
        return ("" if self.unspaced else " ").join(words)

    def length(self, words: int) -> int:
        """As many of these units as `words` English words."""
        return words * 9 // 5 if self.unspaced else words

    def article(self, draw: random.Random, least: int, most: int, *, numbers: int = 0) -> str:
        """A whole article of a length, or the beginning of a longer one.

        The longest of all, where none is long enough or has `numbers` numbers.
        """
        low, high = self.length(least), self.length(most)
        able = [
            text
            for text in self._texts
            if len(self.words(text)) >= low and len(_NUMBER.findall(text[: 5 * low])) >= numbers
        ]
        text = draw.choice(able or [max(self._texts, key=len)])
        found: list[str] = []
        size = 0
        for sentence in _SENTENCE.split(text):
            size += len(self.words(sentence))
            if size > high and found:
                break
            found.append(sentence)
        return ("" if self.unspaced else " ").join(found)

    def other(self, draw: random.Random, text: str, words: int) -> list[str]:
        """`words` words of other articles."""
        free = [more for more in self._texts if not self._share(more, text)]
        found: list[str] = []
        while len(found) < words:
            found += self.words(draw.choice(free or self._texts))
        return found[:words]

    def _share(self, one: str, other: str) -> bool:
        """Whether a sentence of the one, which has them all, stands in the other."""
        return any(len(part) > 20 and part in one for part in _SENTENCE.split(other))

    def replace(self, draw: random.Random, words: Sequence[str], places: Sequence[int]) -> str:
        """The text with other words in these places."""
        changed = list(words)
        for place in places:
            changed[place] = draw.choice(self._words)
        return self.join(changed)


@cache
def prose() -> dict[str, Prose]:
    """By language; the languages with enough of it."""
    texts = defaultdict[str, list[str]](list)
    for name in PAGES:
        file = DATA / f"{name}.jsonl.gz"
        if file.exists():
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    text = row["text"] or ""
                    # Some do not say; what has no letters of its own is English more often than not.
                    language = row.get("lang") or ("en" if f"{text:.200}".isascii() else "")
                    texts[language].append(text)
    texts.pop("", None)
    for print_ in town_prints():
        texts[print_.language].append(" ".join(print_.paragraphs))
    long = {
        language: sorted({t for t in found if len(t) > 100}) for language, found in texts.items()
    }
    return {
        language: Prose(language, found)
        for language, found in sorted(long.items())
        if len(found) >= ENOUGH
    }


Edit = Callable[[Prose, random.Random], tuple[str, str]]
"""A text and its copy."""


def _brief(replaced: Callable[[int], int]) -> Edit:
    def edit(language: Prose, draw: random.Random) -> tuple[str, str]:
        size = draw.randrange(language.length(32), language.length(58) + 1)
        words = language.words(language.article(draw, 60, 400))[:size]
        places = draw.sample(range(len(words)), replaced(len(words)))
        return language.join(words), language.replace(draw, words, places)

    return edit


def _first_paragraphs(language: Prose, draw: random.Random) -> tuple[str, str]:
    text = language.article(draw, 250, 1_200)
    words = language.words(text)
    kept = draw.randrange(language.length(40), language.length(110))
    return text, language.join(words[:kept])


def _embedded(times: int) -> Edit:
    def edit(language: Prose, draw: random.Random) -> tuple[str, str]:
        text = language.article(draw, 60, 250)
        words = language.words(text)
        around = language.other(draw, text, (times - 1) * len(words))
        at = draw.randrange(len(around))
        return text, language.join([*around[:at], *words, *around[at:]])

    return edit


def _passages(language: Prose, draw: random.Random) -> tuple[str, str]:
    """Three passages, over half of the shorter text, among words of others."""
    text = language.article(draw, 120, 300)
    words = language.words(text)
    part = round(len(words) * 0.2)
    places = [round(len(words) * share) for share in (0.02, 0.38, 0.75)]
    kept = [words[at : at + part] for at in places]
    others = language.other(draw, text, len(words))
    piece = len(others) // 4
    copied = others[:piece]
    for n, passage in enumerate(kept, start=1):
        copied += [*passage, *others[n * piece : (n + 1) * piece]]
    return text, language.join(copied)


def _other_numbers(language: Prose, draw: random.Random) -> tuple[str, str]:
    text = language.article(draw, 200, 1_200, numbers=4)
    return text, _NUMBER.sub(lambda found: _another(found[0], draw), text)


def _another(number: str, draw: random.Random) -> str:
    low = 10 ** (len(number) - 1)
    return str(
        next(n for n in iter(lambda: draw.randrange(low, 10 * low), None) if n != int(number))
    )


def _short(language: Prose, draw: random.Random) -> tuple[str, str]:
    words = language.words(language.article(draw, 60, 400))
    text = language.join(words[: draw.randrange(language.length(4), language.length(22))])
    return text, text


def _scattered(language: Prose, draw: random.Random) -> tuple[str, str]:
    words = language.words(language.article(draw, 120, 500))
    places = draw.sample(range(len(words)), len(words) // 10)
    return language.join(words), language.replace(draw, words, places)


def _letters(language: Prose, draw: random.Random) -> tuple[str, str]:
    text = language.article(draw, 60, 400)
    other = {ord(letter): draw.choice(group) for group in letters_alike() for letter in group}
    return text, text.translate(other)


def _wide(language: Prose, draw: random.Random) -> tuple[str, str]:
    text = language.article(draw, 60, 400)
    return text, "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


COPIES: dict[str, Edit] = {
    "brief, 3 words changed": _brief(lambda _: 3),
    "brief, 20 % changed": _brief(lambda size: size // 5),
    "first paragraphs": _first_paragraphs,
    "embedded, four times as long": _embedded(4),
    "embedded, six times as long": _embedded(6),
    "passages, 60 % of the text": _passages,
    "all numbers changed": _other_numbers,
    "equal, under 20 shingles": _short,
    "10 % scattered": _scattered,
    "letter forms": _letters,
    "full width": _wide,
}


def _quote(least: int, most: int) -> Edit:
    """Two texts that quote one person, and have no more in common."""

    def edit(language: Prose, draw: random.Random) -> tuple[str, str]:
        size = draw.randrange(language.length(20), language.length(45))
        quote = language.words(language.article(draw, 60, 400))[:size]
        texts: list[str] = []
        for _ in range(2):
            around = language.other(draw, " ".join(texts) + language.join(quote),
                                    language.length(draw.randrange(least, most)))  # fmt: skip
            at = draw.randrange(len(around))
            texts.append(language.join([*around[:at], *quote, *around[at:]]))
        return texts[0], texts[1]

    return edit


def _template(kind: str) -> Edit:
    return lambda _, draw: lookalikes.templates(kind, draw)


LOOKALIKES: dict[str, Edit] = {
    **{f"template: {kind}": _template(kind) for kind in lookalikes.TEMPLATES},
    "shared quote, briefs": _quote(60, 120),
    "shared quote, articles": _quote(150, 500),
}


def cases(kind: str, *, seed: int) -> Iterator[Case]:
    """CASES cases of a kind, in the languages in turn."""
    draw = random.Random(f"{kind} {seed}")  # noqa: S311
    spoken = list(prose().values())
    if kind == "letter forms":
        spoken = [prose()[language] for language in ("ar", "fa", "zh") if language in prose()]
    for n in range(CASES):
        language = spoken[n % len(spoken)]
        if kind in COPIES:
            yield _pair(n, kind, language, COPIES[kind](language, draw))
        elif kind in LOOKALIKES:
            yield _pair(n, kind, language, LOOKALIKES[kind](language, draw))
        else:
            yield MORE[kind](n, language, draw)


def _pair(n: int, kind: str, language: Prose, texts: tuple[str, str]) -> Case:
    by_outlet = tuple(zip((f"a{n}.example", f"b{n}.example"), texts, strict=True))
    return Case(kind, language.language, by_outlet, kind in COPIES)


def _digest(n: int, language: Prose, draw: random.Random) -> Case:
    """A page that prints eight briefs, and the briefs."""
    briefs = [language.article(draw, 45, 90) for _ in range(8)]
    briefs = list(dict.fromkeys(briefs))
    page = language.join([*language.words(language.article(draw, 30, 40))[:25], *briefs])
    by_outlet = [(f"b{n}-{m}.example", brief) for m, brief in enumerate(briefs)]
    return Case("digest", language.language, ((f"d{n}.example", page), *by_outlet), False)


def _cluttered(n: int, language: Prose, draw: random.Random) -> Case:
    """Three texts of an outlet that prints 40 % of lines of its own below each."""
    below = lookalikes.clutter(draw)
    size = language.length(round(len(below.split()) * 1.5))
    texts: list[str] = []
    for _ in range(3):
        texts.append(language.join(language.other(draw, "\n".join(texts), size)))
    by_outlet = tuple((f"c{n}.example", f"{text}\n{below}") for text in texts)
    return Case("clutter", language.language, by_outlet, False)


MORE: dict[str, Callable[[int, Prose, random.Random], Case]] = {
    "digest": _digest,
    "clutter": _cluttered,
}
KINDS = (*COPIES, *LOOKALIKES, *MORE)
