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

`dedupe.copies` finds near-duplicates, `dedupe.stories` links texts about one event; neither
imports the other. What is heavy (numpy, scipy, datasketch) is imported when first used, so that
reading a stored result costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .copies.groups import CopyGroup, copy_groups, group_of
from .copies.index import KeyIndex, MemoryIndex
from .copies.types import CopyEdge, Document, Relation, Shingled, Signature
from .errors import DedupeError, InvalidScheme, SchemeMismatch
from .evaluate import Score, adjusted_rand, b_cubed, pairwise
from .schemes import Scheme, StoryScheme
from .stories.evidence import average_score, needed_score, story_evidence
from .stories.score_few import ScoredText, by_language, meaning_cosine, scored_texts
from .stories.types import (
    Cluster,
    Orders,
    PackedBackground,
    SharedTerm,
    StoryChange,
    StoryEvidence,
    StoryNode,
)

if TYPE_CHECKING:
    from .copies.boilerplate import Common, Furniture, telling
    from .copies.evidence import (
        closest,
        compare,
        compare_numbers,
        is_print,
        is_template,
        longest_passage,
    )
    from .copies.find import document, find_copies, keyed, shared_passage
    from .copies.minhash import estimate, seed_id, signature
    from .copies.shingles import cut, without
    from .stories.background import Background
    from .stories.embeddings import buckets, nearest, pack_meanings, unpack_meanings
    from .stories.link import (
        continue_stories,
        heaviest_terms,
        learn,
        link_stories,
        reached,
    )

_LATE = {
    "buckets": ".stories.embeddings",
    "nearest": ".stories.embeddings",
    "pack_meanings": ".stories.embeddings",
    "unpack_meanings": ".stories.embeddings",
    "closest": ".copies.evidence",
    "compare": ".copies.evidence",
    "compare_numbers": ".copies.evidence",
    "is_print": ".copies.evidence",
    "is_template": ".copies.evidence",
    "cut": ".copies.shingles",
    "document": ".copies.find",
    "Common": ".copies.boilerplate",
    "Furniture": ".copies.boilerplate",
    "telling": ".copies.boilerplate",
    "find_copies": ".copies.find",
    "keyed": ".copies.find",
    "longest_passage": ".copies.evidence",
    "estimate": ".copies.minhash",
    "seed_id": ".copies.minhash",
    "shared_passage": ".copies.find",
    "signature": ".copies.minhash",
    "Background": ".stories.background",
    "continue_stories": ".stories.link",
    "heaviest_terms": ".stories.link",
    "learn": ".stories.link",
    "link_stories": ".stories.link",
    "reached": ".stories.link",
    "without": ".copies.shingles",
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
