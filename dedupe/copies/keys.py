"""From a text to the 64-bit keys of the index: bands of its signature, anchors, the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedupe.schemes import CopyScheme

from .shingles import distinct
from .types import Signature
from .words import mix

if TYPE_CHECKING:
    from .types import Hashes

_ROW = np.uint64(0xBF58476D1CE4E5B9)
_SECRET = np.uint64(0x94D049BB133111EB)


def band_keys(signature: Signature, scheme: CopyScheme) -> list[int]:
    """One key a band: equal for two texts whose rows of that band are all equal.

    64 bits with the band folded in, so that one column holds all bands; 32 bits gave false
    candidates at 20,000 documents already.
    """
    rows = np.frombuffer(signature.values, "<u4").reshape(scheme.bands, scheme.rows)
    found = np.arange(1, scheme.bands + 1, dtype=np.uint64)
    for column in rows.T:
        found = mix(found * _ROW + column)
    return _signed(found)


def anchor_keys(anchors: Hashes, scheme: CopyScheme, *, seed: int) -> list[int]:
    """The smallest hashes of the long shingles, in an order secret to the store.

    Bottom-k sketch (Broder 1997): when the shorter text stands in the longer one, a share of
    its k smallest, equal to its containment, is among the smallest of the longer one too. Where
    that is little, the shorter text is most often the beginning: this has keys of its own.
    """
    ordered = mix(anchors ^ (np.array([seed + 1], np.uint64) * _SECRET))
    lead = distinct(ordered[: scheme.lead_anchors])[: scheme.lead_keys]
    return _signed(np.concatenate((distinct(ordered)[: scheme.anchor_keys], lead)))


def whole_key(every: Hashes, *, seed: int) -> list[int]:
    """One key for the text as a whole: texts that are boilerplate throughout have no other."""
    return _signed(mix(every.sum(keepdims=True) ^ (np.array([seed + 1], np.uint64) * _ROW)))


def _signed(keys: Hashes) -> list[int]:
    found: list[int] = keys.view(np.int64).tolist()
    return found
