"""What is known of each block of a page, in columns: the judge's only input.

Which columns there are was found by their gain in the trees; bench/train_blocks.py has figures.
None counts anything of the whole page: that tells one labelled set from another, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crawler.parsing.blocks.alignment import Alignment, align, squeeze
from crawler.parsing.blocks.walk import LEVELS, Block, Blocks, Place, name_parts
from crawler.parsing.texts import DENSE

Column = NDArray[np.float32]
"""a value a block"""
Numbers = NDArray[np.int64]

BEFORE, BEHIND = 15, 25
"""Blocks before the first and behind the last that was extracted which are looked at."""
SHORT = 30
"""Words of a block whose words are looked up."""
FAR = 99
"""Blocks; what is farther away is as far as that."""
_WORD = re.compile(r"[^\W\d_]+")
_OTHER, _UPPER, _SMALL, _SPACE, _DENSE = range(5)
_CLASSES = 5
_UNKNOWN = 255
_DENSE_SCRIPT = re.compile(f"[{DENSE}]")


class Weights(NamedTuple):
    """Weights of names and words, in log odds; see bench/train_blocks.py."""

    names: dict[str, tuple[float, ...]]
    """by part of a class or id, one for each of LEVELS"""
    words: dict[str, float]


class PageBlocks(NamedTuple):
    """The blocks of a page that are looked at, and which of them were extracted."""

    blocks: list[Block]
    keys: list[str]
    """their texts, squeezed"""
    raw: Alignment
    """with what trafilatura extracted"""
    kept: NDArray[np.bool_]
    """those that cleaning kept"""
    positions: Column
    """where each stands on the page, 0 to 1"""


def page_blocks(found: Blocks, lines: Sequence[str], kept: Sequence[bool]) -> PageBlocks:
    """Align blocks with extracted lines, and leave out what stands far from them."""
    keys = [squeeze(block.text) for block in found.blocks]
    squeezed = [squeeze(line) for line in lines]
    raw = align(keys, squeezed)
    is_kept = raw.taken & _at_middle(raw, squeezed, kept)
    positions = np.linspace(found.start, found.end, len(keys), dtype=np.float32)
    taken = np.flatnonzero(raw.taken)
    part = slice(0, len(keys))
    if len(taken):
        part = slice(max(int(taken[0]) - BEFORE, 0), int(taken[-1]) + BEHIND + 1)
    return PageBlocks(
        found.blocks[part],
        keys[part],
        Alignment(raw.starts[part], raw.ends[part], raw.matched),
        is_kept[part],
        positions[part],
    )


def _at_middle(raw: Alignment, lines: Sequence[str], kept: Sequence[bool]) -> NDArray[np.bool_]:
    """Whether the line in which the middle of each block stands was kept."""
    of_text = np.repeat(np.array(kept, dtype=bool), [len(line) for line in lines])
    if not len(of_text):
        return np.zeros(len(raw.starts), dtype=bool)
    middle = np.clip((raw.starts + raw.ends) // 2, 0, len(of_text) - 1)
    found: NDArray[np.bool_] = of_text[middle]
    return found


# The class of each character of the first plane that a text has had so far.
_class_of = np.full(0x10000, _UNKNOWN, dtype=np.uint8)


def _classes(text: str) -> NDArray[np.uint8]:
    """The class of each character of a text."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    codes = np.minimum(codes, len(_class_of) - 1)
    found = _class_of[codes]
    if (found == _UNKNOWN).any():
        for code in np.unique(codes[found == _UNKNOWN]).tolist():
            _class_of[code] = _class(chr(code))
        found = _class_of[codes]
    return found


def _class(character: str) -> int:
    if character.isspace():
        return _SPACE
    if _DENSE_SCRIPT.match(character):
        return _DENSE
    if character.isupper():
        return _UPPER
    return _SMALL if character.isalpha() else _OTHER


class TextCounts(NamedTuple):
    """Counts of characters, a row a text and a column a class."""

    counts: Numbers

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextCounts:
        """Count them all at once."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        cells = np.repeat(np.arange(len(texts)) * _CLASSES, lengths)
        cells += _classes("".join(texts))
        counts = np.bincount(cells, minlength=_CLASSES * len(texts))
        return cls(counts.reshape(len(texts), _CLASSES))

    @property
    def sizes(self) -> Column:
        """Words of each; two characters count as one in scripts without spaces."""
        words = self.counts[:, _SPACE] + 1 + self.counts[:, _DENSE] // 2
        return words.astype(np.float32)


def base_columns(page: PageBlocks) -> dict[str, Column]:
    """Columns that nothing was learned for, by name."""
    columns = _text_columns(page)
    columns |= _place_columns(page)
    columns |= _taken_columns(page, columns["size"])
    return columns


def _text_columns(page: PageBlocks) -> dict[str, Column]:
    counted = TextCounts.of([block.text for block in page.blocks])
    length = counted.counts.sum(axis=1)
    letters = counted.counts[:, [_UPPER, _SMALL, _DENSE]].sum(axis=1)
    repeated: dict[str, int] = {}
    for key in page.keys:
        repeated[key] = repeated.get(key, 0) + 1
    return {
        "size": counted.sizes,
        "length": length.astype(np.float32),
        "upper": (counted.counts[:, _UPPER] / np.maximum(letters, 1)).astype(np.float32),
        "linked": (np.array([block.linked for block in page.blocks]) / length).astype(np.float32),
        "repeated": _column([repeated[key] for key in page.keys]),
    }


def _place_columns(page: PageBlocks) -> dict[str, Column]:
    tags = [block.place.tag for block in page.blocks]
    ranks = np.array([int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0 for tag in tags])
    return {
        "is pre": _column([tag == "pre" for tag in tags]),
        "is heading": ranks.astype(np.float32),
        "depth": _column([block.place.depth for block in page.blocks]),
        "behind h1": _since(ranks == 1),
        "behind heading": _since(ranks > 0),
        "before heading": _until(ranks > 0),
        "position": page.positions,
    }


def _taken_columns(page: PageBlocks, size: Column) -> dict[str, Column]:
    taken, kept = page.raw.taken.astype(np.float32), page.kept.astype(np.float32)
    columns = {
        "taken": taken,
        "kept": kept,
        "until taken": _until(page.raw.taken),
        "since kept": _since(page.kept),
        "until kept": _until(page.kept),
        "taken in 3": _windowed(taken * size, 3) / _windowed(size, 3),
    }
    for width in (3, 9, 25):
        columns[f"kept in {width}"] = _windowed(kept * size, width) / _windowed(size, width)
    places = [block.place for block in page.blocks]
    like = _numbered([place.signature for place in places])
    like_parent = _numbered([(place.tag, _above(place, 1).signature) for place in places])
    return columns | {
        "taken of signature": _share_of_others(taken, size, like),
        "kept of signature": _share_of_others(kept, size, like),
        "taken of parent's signature": _share_of_others(taken, size, like_parent),
        "kept of parent's signature": _share_of_others(kept, size, like_parent),
        "kept of parent": _share_of_others(kept, size, _containers(places, 1)),
        "kept of great-grandparent": _share_of_others(kept, size, _containers(places, 3)),
    }


def _share_of_others(flags: Column, size: Column, groups: Numbers) -> Column:
    """Share of the words of the other blocks in a group that are flagged; -1: there is no other."""
    total, flagged = np.bincount(groups, size), np.bincount(groups, flags * size)
    others = total[groups] - size
    share = (flagged[groups] - flags * size) / np.maximum(others, 1)
    found: Column = np.where(others > 0, share, -1).astype(np.float32)
    return found


def _containers(places: Sequence[Place], levels: int) -> Numbers:
    return _numbered([id(_above(place, levels)) for place in places])


def _above(place: Place, levels: int) -> Place:
    for _ in range(levels):
        place = place.parent or place
    return place


def _numbered(keys: Sequence[object]) -> Numbers:
    known: dict[object, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def learned_columns(page: PageBlocks, weights: Weights) -> dict[str, Column]:
    """Columns of what was learned: sums of the weights of names and words."""
    sums = _NameSums(weights.names)
    words = [
        sum(weights.words.get(word, 0.0) for word in short_words(block.text))
        for block in page.blocks
    ]
    names = np.array([sums.of(block.place) for block in page.blocks], dtype=np.float32)
    return learned_table(names, _column(words))


def learned_table(names: Column, words: Column) -> dict[str, Column]:
    """Columns of the sums of names, [blocks, LEVELS], and of words."""
    by_level = {f"names {level}": names[:, number] for number, level in enumerate(LEVELS)}
    return {**by_level, "names": names.sum(axis=1), "words": words.astype(np.float32)}


def short_words(text: str) -> list[str]:
    """The different words of a short block, folded; none of a long one."""
    if len(text) > 10 * SHORT or text.count(" ") >= SHORT:
        return []
    return list(dict.fromkeys(_WORD.findall(text.casefold())))


class _NameSums:
    """Sums of the weights of the names of an element and of those above it, each looked up once."""

    def __init__(self, weights: dict[str, tuple[float, ...]]) -> None:
        self._weights = weights
        self._of_names: dict[str, tuple[float, ...]] = {}
        self._own: dict[Place, tuple[float, ...]] = {}
        self._above: dict[Place, float] = {}

    def of(self, place: Place) -> tuple[float, float, float, float]:
        """One for each of LEVELS."""
        parent = place.parent
        grandparent = parent.parent if parent else None
        return (
            self._sums(place)[0],
            self._sums(parent)[1] if parent else 0.0,
            self._sums(grandparent)[2] if grandparent else 0.0,
            self._from(grandparent.parent) if grandparent else 0.0,
        )

    def _sums(self, place: Place) -> tuple[float, ...]:
        found = self._own.get(place)
        if found is None:
            names = place.names
            found = self._of_names.get(names)
            if found is None:
                found = self._of_names[names] = self._sums_of_names(names)
            self._own[place] = found
        return found

    def _sums_of_names(self, names: str) -> tuple[float, ...]:
        known = [self._weights[part] for part in name_parts(names) if part in self._weights]
        return tuple(map(sum, zip(*known, strict=True))) or _ZERO

    def _from(self, place: Place | None) -> float:
        if place is None:
            return 0.0
        found = self._above.get(place)
        if found is None:
            found = self._above[place] = self._sums(place)[3] + self._from(place.parent)
        return found


_ZERO = (0.0,) * len(LEVELS)


def all_columns(base: dict[str, Column], learned: dict[str, Column]) -> dict[str, Column]:
    """Base and learned columns, and some of the blocks around each."""
    columns = base | learned
    near = {
        f"{name} {step:+d}": _shifted(columns[name], step)
        for name, steps in (("names", (-1, 1, 2)), ("words", (-1, 1)), ("kept", (1,)))
        for step in steps
    }
    size = columns["size"]
    for width in (9, 25):
        around = near[f"size in {width}"] = _windowed(size, width)
        near[f"linked in {width}"] = _windowed(columns["linked"] * size, width) / around
        near[f"names in {width}"] = _windowed(columns["names"] * size, width) / around
    return columns | near


def _shifted(column: Column, step: int) -> Column:
    """The value of the block `step` farther on; -1: there is none."""
    shifted = np.full_like(column, -1)
    if step > 0:
        shifted[:-step] = column[step:]
    else:
        shifted[-step:] = column[:step]
    return shifted


def _since(flags: NDArray[np.bool_]) -> Column:
    """Blocks since the last that is flagged, 0 for itself; -1 before the first."""
    numbers = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, numbers, -1))
    since: Column = np.where(last < 0, -1, np.minimum(numbers - last, FAR)).astype(np.float32)
    return since


def _until(flags: NDArray[np.bool_]) -> Column:
    """Blocks until the next that is flagged, 0 for itself; -1 behind the last."""
    return _since(flags[::-1])[::-1]


def _windowed(column: Column, width: int) -> Column:
    """Sums over `width` blocks around each."""
    sums = np.concatenate(([0.0], np.cumsum(column, dtype=np.float64)))
    numbers = np.arange(len(column))
    high = np.minimum(numbers + width // 2 + 1, len(column))
    windowed: Column = (sums[high] - sums[np.maximum(numbers - width // 2, 0)]).astype(np.float32)
    return windowed


def _column(values: Sequence[float]) -> Column:
    return np.array(values, dtype=np.float32)
