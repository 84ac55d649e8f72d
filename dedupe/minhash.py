"""MinHash signatures. The one file that imports datasketch."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from datasketch import MinHash
from datasketch.hashfunc import sha1_hash32

from .errors import SchemeMismatch
from .types import Scheme, Signature


def seed_id(seed: int) -> str:
    """A name for a secret seed that does not reveal it."""
    return blake2b(seed.to_bytes(8, "little"), digest_size=6, person=b"seed-id").hexdigest()


def signature(shingles: Iterable[str], scheme: Scheme, *, seed: int) -> Signature:
    """MinHash of a set of shingles with datasketch's affine32 permutations.

    `seed` is 32 bits, secret to a store: with a public one, 128 shingles can be searched for
    that make any two texts look alike.
    """
    sketch = _empty(scheme.permutations, seed).copy()
    sketch.update_batch([shingle.encode() for shingle in shingles])
    return Signature(
        scheme=scheme.id,
        seed_id=seed_id(seed),
        values=sketch.hashvalues.astype("<u4").tobytes(),
    )


def estimate(a: Signature, b: Signature) -> float:
    """Jaccard similarity estimated from two signatures, 0..1; error about 1/sqrt(permutations).

    Raises SchemeMismatch when they were not made by the same scheme and seed.
    """
    require_same_scheme((a, b))
    pairs = zip(_words(a.values), _words(b.values), strict=True)
    return sum(x == y for x, y in pairs) / (len(a.values) // 4)


def require_same_scheme(signatures: Sequence[Signature]) -> None:
    """Raise SchemeMismatch unless all come from one scheme and seed."""
    kinds = {(s.scheme, s.seed_id) for s in signatures}
    if len(kinds) > 1:
        raise SchemeMismatch(f"signatures of different schemes or seeds: {sorted(kinds)}")


def _words(values: bytes) -> Iterable[bytes]:
    return (values[i : i + 4] for i in range(0, len(values), 4))


@functools.lru_cache(maxsize=8)
def _empty(permutations: int, seed: int) -> MinHash:
    # Making the permutations costs more than a signature; copies share them.
    return MinHash(num_perm=permutations, seed=seed, hashfunc=sha1_hash32, scheme="affine32")
