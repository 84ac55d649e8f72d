"""From a signature to the 64-bit keys of the index: bands and anchors."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from hashlib import blake2b

from .types import Scheme, Signature


def band_keys(signature: Signature, scheme: Scheme) -> list[int]:
    """One key a band: equal for two texts whose rows of that band are all equal.

    64 bits with the band folded in, so that one column holds all bands; 32 bits gave false
    candidates at 20,000 documents already.
    """
    width = scheme.rows * 4
    return [
        _key(signature.values[band * width : (band + 1) * width], salt=band.to_bytes(2, "little"))
        for band in range(scheme.bands)
    ]


def anchor_keys(anchors: Iterable[str], scheme: Scheme, *, seed: int) -> list[int]:
    """The smallest hashes of the long shingles.

    Bottom-k sketch (Broder 1997): when the shorter text stands in the longer one, a share of
    its k smallest, equal to its containment, is among the smallest of the longer one too.
    """
    secret = seed.to_bytes(8, "little")
    hashes = (
        blake2b(anchor.encode(), digest_size=8, key=secret, person=b"anchor").digest()
        for anchor in anchors
    )
    return [_signed(digest) for digest in heapq.nsmallest(scheme.anchors, hashes)]


def _key(data: bytes, *, salt: bytes) -> int:
    return _signed(blake2b(data, digest_size=8, salt=salt, person=b"band").digest())


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "little", signed=True)
