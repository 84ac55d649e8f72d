"""MinHash signatures. The one file that imports datasketch."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from dedupe.errors import SchemeMismatch
from dedupe.schemes import CopyScheme

from .types import Signature

if TYPE_CHECKING:
    from .types import Hashes

_EMPTY = np.uint32(0xFFFFFFFF)
_BLOCK = 512


def seed_id(seed: int) -> str:
    """A name for a secret seed that does not reveal it."""
    return blake2b(seed.to_bytes(8, "little"), digest_size=6, person=b"seed-id").hexdigest()


def signature(shingles: Hashes, scheme: CopyScheme, *, seed: int) -> Signature:
    """MinHash of a set of shingles: bit for bit what datasketch makes of their low 32 bits.

    `seed` is 32 bits, secret to a store: with a public one, 128 shingles can be searched for
    that make any two texts look alike.
    """
    factors, terms = _permutations(scheme.permutations, seed)
    values = np.full(scheme.permutations, _EMPTY)
    mixed = _fmix32(shingles.astype(np.uint32))
    # In blocks that stay in the processor's cache, however long the text is.
    for start in range(0, len(mixed), _BLOCK):
        permuted = factors[:, None] * mixed[start : start + _BLOCK]
        permuted += terms[:, None]
        np.minimum(values, permuted.min(axis=1), out=values)
    return Signature(scheme=scheme.id, seed_id=seed_id(seed), values=values.astype("<u4").tobytes())


def estimate(a: Signature, b: Signature) -> float:
    """Jaccard similarity estimated from two signatures, 0..1; error about 1/sqrt(permutations).

    Raises SchemeMismatch when they were not made by the same scheme and seed.
    """
    require_same_scheme((a, b))
    pairs = zip(_words(a.values), _words(b.values), strict=True)
    return sum(1 for x, y in pairs if x == y) / (len(a.values) // 4)


def require_same_scheme(signatures: Sequence[Signature]) -> None:
    """Raise SchemeMismatch unless all come from one scheme and seed."""
    kinds = {(s.scheme, s.seed_id) for s in signatures}
    if len(kinds) > 1:
        raise SchemeMismatch(f"signatures of different schemes or seeds: {sorted(kinds)}")


def _words(values: bytes) -> Iterable[bytes]:
    return (values[i : i + 4] for i in range(0, len(values), 4))


def _fmix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    values = values ^ (values >> np.uint32(16))
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values


@functools.lru_cache(maxsize=8)
def _permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    # Making the permutations costs more than a signature.
    factors, terms = MinHash(num_perm=count, seed=seed, scheme="affine32").permutations
    return factors.astype(np.uint32).ravel(), terms.astype(np.uint32).ravel()
