"""Near-duplicates and stories, as a library: no Scrapy, no SQL, no clock, no files.

>>> from dedupe import MemoryIndex, Scheme, document, find_copies
>>> scheme = Scheme(min_shingles=5)
>>> wire = "Protesters in Almaty stormed the mayor's office on Wednesday after fuel prices doubled."
>>> texts = {1: wire, 2: "ALMATY (Agency) - " + wire, 3: "The orchestra opened its season in rain."}
>>> documents = [document(i, text, scheme, seed=7) for i, text in texts.items()]
>>> known = {d.id: [d] for d in documents}
>>> for edge in find_copies(documents, MemoryIndex(), scheme, texts=known.__getitem__):
...     print(edge.a, edge.b, edge.relation, round(edge.jaccard, 2))
1 2 same 0.83

What is heavy (numpy, scipy, datasketch) is imported when first used, so that reading a stored
result costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .errors import DedupeError, InvalidScheme, SchemeMismatch
from .evaluate import Score, adjusted_rand, b_cubed, pairwise
from .groups import CopyGroup, copy_groups, group_of
from .index import KeyIndex, MemoryIndex
from .schemes import Scheme, StoryScheme
from .scoring import ScoredText, by_language, meaning_cosine, scored_texts
from .types import (
    Cluster,
    CopyEdge,
    Document,
    Orders,
    PackedBackground,
    Relation,
    SharedTerm,
    Shingled,
    Signature,
    StoryChange,
    StoryEvidence,
    StoryNode,
)
from .why import average_score, needed_score, story_evidence

if TYPE_CHECKING:
    from .background import Background
    from .copies import document, find_copies, keyed, shared_passage
    from .evidence import closest, compare, compare_numbers, is_print, is_template, longest_passage
    from .frequency import Common, Furniture, telling
    from .meanings import buckets, nearest, pack_meanings, unpack_meanings
    from .minhash import estimate, seed_id, signature
    from .shingles import cut, without
    from .stories import (
        continue_stories,
        heaviest_terms,
        learn,
        link_stories,
        reached,
    )

_LATE = {
    "buckets": ".meanings",
    "nearest": ".meanings",
    "pack_meanings": ".meanings",
    "unpack_meanings": ".meanings",
    "closest": ".evidence",
    "compare": ".evidence",
    "compare_numbers": ".evidence",
    "is_print": ".evidence",
    "is_template": ".evidence",
    "cut": ".shingles",
    "document": ".copies",
    "Common": ".frequency",
    "Furniture": ".frequency",
    "telling": ".frequency",
    "find_copies": ".copies",
    "keyed": ".copies",
    "longest_passage": ".evidence",
    "estimate": ".minhash",
    "seed_id": ".minhash",
    "shared_passage": ".copies",
    "signature": ".minhash",
    "Background": ".background",
    "continue_stories": ".stories",
    "heaviest_terms": ".stories",
    "learn": ".stories",
    "link_stories": ".stories",
    "reached": ".stories",
    "without": ".shingles",
}

__all__ = [
    "Background",
    "Cluster",
    "Common",
    "CopyEdge",
    "CopyGroup",
    "DedupeError",
    "Document",
    "Furniture",
    "InvalidScheme",
    "KeyIndex",
    "MemoryIndex",
    "Orders",
    "PackedBackground",
    "Relation",
    "Scheme",
    "SchemeMismatch",
    "Score",
    "ScoredText",
    "SharedTerm",
    "Shingled",
    "Signature",
    "StoryChange",
    "StoryEvidence",
    "StoryNode",
    "StoryScheme",
    "adjusted_rand",
    "average_score",
    "b_cubed",
    "buckets",
    "by_language",
    "closest",
    "compare",
    "compare_numbers",
    "continue_stories",
    "copy_groups",
    "cut",
    "document",
    "estimate",
    "find_copies",
    "group_of",
    "heaviest_terms",
    "is_print",
    "is_template",
    "keyed",
    "learn",
    "link_stories",
    "longest_passage",
    "meaning_cosine",
    "nearest",
    "needed_score",
    "pack_meanings",
    "pairwise",
    "reached",
    "scored_texts",
    "seed_id",
    "shared_passage",
    "signature",
    "story_evidence",
    "telling",
    "unpack_meanings",
    "without",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(importlib.import_module(_LATE[name], __name__), name)
    raise AttributeError(f"module 'dedupe' has no attribute {name!r}")
