"""What the training of the judge of blocks is given of a page: numbers, names and words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class BlockPage(NamedTuple):
    """The blocks of a labelled page. Only numpy is needed to read one back."""

    name: str
    """of its set"""
    host: str
    base: dict[str, NDArray[np.float32]]
    """columns of crawler.parsing.blocks.features, a value a block"""
    names: list[list[tuple[int, str]]]
    """(level, part of a class or id) of each block"""
    words: list[list[str]]
    """of each short block"""
    truth: NDArray[np.float32]
    """1: the block is the article's; 0: it is not; NaN: nobody has said"""


class Trained(NamedTuple):
    """What comes back."""

    left_out: dict[str, list[NDArray[np.float64]]]
    """by protocol, the probabilities of the blocks of each page: of models that had not seen it"""
    arrays: dict[str, NDArray[np.generic]]
    """the model of all pages, as crawler.parsing.blocks.model reads it"""
    probes: dict[str, NDArray[np.generic]]
    """made-up blocks, `table`, and what the trained trees say of them, `likely`: for a test"""
