"""Near-duplicates and stories, as a library: no Scrapy, no SQL, no clock, no files.

>>> from dedupe import CopyScheme, MemoryIndex, document, find_copies
>>> scheme = CopyScheme(min_shingles=5)
>>> wire = "Protesters in Almaty stormed the mayor's office on Wednesday after fuel prices doubled."
>>> texts = {1: wire, 2: "ALMATY (Agency) - " + wire, 3: "The orchestra opened its season in rain."}
>>> documents = [document(i, text, scheme, seed=7) for i, text in texts.items()]
>>> known = {d.id: [d] for d in documents}
>>> for edge in find_copies(documents, MemoryIndex(), scheme, texts=known.__getitem__):
...     print(edge.a, edge.b, edge.relation, round(edge.jaccard, 2))
1 2 same 0.83

`dedupe.copies` finds near-duplicates, `dedupe.stories` links texts about one event, and
`dedupe.events` links stories of different languages; none imports another. What is heavy (numpy,
scipy, datasketch) is imported when first used, so that reading a stored result costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .copies.groups import CopyGroup, copy_groups, group_of
from .copies.index import KeyIndex, MemoryIndex
from .copies.types import CopyEdge, Document, Relation, ShingledText, Signature
from .errors import DedupeError, InvalidScheme, SchemeMismatch
from .evaluate import Score, adjusted_rand, b_cubed, pairwise, pairwise_across
from .event_scheme import EventScheme
from .events.types import EventText, SharedMark, StoryProfile
from .schemes import RENAMED, CopyScheme, StoryScheme, with_current_names
from .stories.evidence import average_score, needed_score, story_evidence
from .stories.score_to_explain import ScoredText, by_language, embedding_cosine, scored_texts
from .stories.types import (
    Cluster,
    Constraints,
    PackedBackground,
    SharedTerm,
    StoryChange,
    StoryEvidence,
    StoryNode,
)

if TYPE_CHECKING:
    from .copies.boilerplate import CommonShingles, OutletBoilerplate, boilerplate_test
    from .copies.evidence import (
        closest_edge,
        compare_numbers,
        copy_edge,
        is_reprint,
        is_template,
        longest_passage,
    )
    from .copies.find import document, find_copies, keyed, shared_passage
    from .copies.minhash import estimate, seed_id, signature
    from .copies.shingles import shingled_text, without_boilerplate
    from .events.evidence import shared_marks
    from .events.link import (
        least_likeness,
        link_events,
        pair_score,
        rarity,
        reaches,
        with_rarity,
    )
    from .events.profile import story_marks
    from .stories.background import Background
    from .stories.continuity import continue_stories
    from .stories.link import (
        learn_backgrounds,
        link_stories,
        linkable_ids,
        top_terms,
    )
    from .vectors import (
        directions,
        embedding_buckets,
        mean_direction,
        nearest,
        pack_embeddings,
        unpack_embeddings,
    )

_LATE = {
    "least_likeness": ".events.link",
    "link_events": ".events.link",
    "pair_score": ".events.link",
    "rarity": ".events.link",
    "reaches": ".events.link",
    "shared_marks": ".events.evidence",
    "story_marks": ".events.profile",
    "with_rarity": ".events.link",
    "embedding_buckets": ".vectors",
    "nearest": ".vectors",
    "directions": ".vectors",
    "mean_direction": ".vectors",
    "pack_embeddings": ".vectors",
    "unpack_embeddings": ".vectors",
    "closest_edge": ".copies.evidence",
    "copy_edge": ".copies.evidence",
    "compare_numbers": ".copies.evidence",
    "is_reprint": ".copies.evidence",
    "is_template": ".copies.evidence",
    "shingled_text": ".copies.shingles",
    "document": ".copies.find",
    "CommonShingles": ".copies.boilerplate",
    "OutletBoilerplate": ".copies.boilerplate",
    "boilerplate_test": ".copies.boilerplate",
    "find_copies": ".copies.find",
    "keyed": ".copies.find",
    "longest_passage": ".copies.evidence",
    "estimate": ".copies.minhash",
    "seed_id": ".copies.minhash",
    "shared_passage": ".copies.find",
    "signature": ".copies.minhash",
    "Background": ".stories.background",
    "continue_stories": ".stories.continuity",
    "top_terms": ".stories.link",
    "learn_backgrounds": ".stories.link",
    "link_stories": ".stories.link",
    "linkable_ids": ".stories.link",
    "without_boilerplate": ".copies.shingles",
}

__all__ = [
    "RENAMED",
    "Background",
    "Cluster",
    "CommonShingles",
    "Constraints",
    "CopyEdge",
    "CopyGroup",
    "CopyScheme",
    "DedupeError",
    "Document",
    "EventScheme",
    "EventText",
    "InvalidScheme",
    "KeyIndex",
    "MemoryIndex",
    "OutletBoilerplate",
    "PackedBackground",
    "Relation",
    "SchemeMismatch",
    "Score",
    "ScoredText",
    "SharedMark",
    "SharedTerm",
    "ShingledText",
    "Signature",
    "StoryChange",
    "StoryEvidence",
    "StoryNode",
    "StoryProfile",
    "StoryScheme",
    "adjusted_rand",
    "average_score",
    "b_cubed",
    "boilerplate_test",
    "by_language",
    "closest_edge",
    "compare_numbers",
    "continue_stories",
    "copy_edge",
    "copy_groups",
    "directions",
    "document",
    "embedding_buckets",
    "embedding_cosine",
    "estimate",
    "find_copies",
    "group_of",
    "is_reprint",
    "is_template",
    "keyed",
    "learn_backgrounds",
    "least_likeness",
    "link_events",
    "link_stories",
    "linkable_ids",
    "longest_passage",
    "mean_direction",
    "nearest",
    "needed_score",
    "pack_embeddings",
    "pair_score",
    "pairwise",
    "pairwise_across",
    "rarity",
    "reaches",
    "scored_texts",
    "seed_id",
    "shared_marks",
    "shared_passage",
    "shingled_text",
    "signature",
    "story_evidence",
    "story_marks",
    "top_terms",
    "unpack_embeddings",
    "with_current_names",
    "with_rarity",
    "without_boilerplate",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(importlib.import_module(_LATE[name], __name__), name)
    raise AttributeError(f"module 'dedupe' has no attribute {name!r}")
