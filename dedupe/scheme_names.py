"""Earlier names of the numbers of a scheme: manifests and ids in stores have them.

Ids are made with the earlier names, so that a better name makes no other id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b

COPY_NAMES = {
    "shingle": "shingle_words",
    "anchor": "anchor_words",
    "anchors": "anchor_keys",
    "min_part": "min_longer_containment",
    "sure_jaccard": "reprint_jaccard",
    "scattered": "short_overlap",
    "passage": "min_passage",
    "outlet_texts": "boilerplate_texts",
    "outlet_share": "boilerplate_share",
    "patience": "max_misses",
    "hot": "max_per_key",
    "slot": "number_context",
    "counted": "sample_modulus",
    "reach": "sample_radius",
    "sketch": "sketch_width",
    "fade": "memory_texts",
    "outlet_shingles": "boilerplate_counters",
    "outlet_most": "boilerplate_texts_max",
    "outlet_prints": "boilerplate_prints",
    "learned_first": "warm_up_articles",
    "revisions": "max_revisions",
    "chunk": "batch_size",
    "large": "large_component",
}
STORY_NAMES = {
    "lead_words": "decay_words",
    "background": "chance_weight",
    "contrast": "inner_contrast",
    "keys": "top_terms",
    "unrelated": "unrelated_cap",
    "prior": "chance_prior",
    "prior_weight": "chance_prior_texts",
    "common_texts": "common_word_texts",
    "common_length": "common_word_length",
    "most": "chance_max_ratio",
    "ceiling": "max_df",
    "always_kept": "max_df_texts",
    "zipf": "zipf_scale",
    "counters": "background_counters",
    "fade": "memory_texts",
    "rounds": "chance_iterations",
    "far": "max_distance",
    "part": "max_component",
    "stricter": "threshold_step",
    "step": "step_size",
    "postings": "max_postings",
    "candidates": "max_candidates",
    "members": "story_sample_max",
    "members_least": "story_sample_min",
    "pool": "story_sample_pool",
    "compared": "story_sample_total",
    "voice": "embedding_model",
    "voice_weight": "embedding_weight",
    "voice_usual": "embedding_baseline",
    "voice_bands": "embedding_bands",
    "voice_bits": "embedding_bits",
    "voice_alike": "embedding_max_candidates",
}


def digest_of_numbers(numbers: Mapping[str, int | float | str], renamed: Mapping[str, str]) -> str:
    """A short digest of numbers, by the names that they had first."""
    first_names = {new: old for old, new in renamed.items()}
    packed = json.dumps(
        {first_names.get(name, name): value for name, value in numbers.items()}, sort_keys=True
    )
    return blake2b(packed.encode(), digest_size=6).hexdigest()


COPY_NUMBERS_WRITTEN = [
    "shingle_words",
    "shingle_chars",
    "anchor_words",
    "anchor_keys",
    "bands",
    "rows",
    "min_shingles",
    "min_jaccard",
    "min_containment",
    "min_longer_containment",
    "reprint_jaccard",
    "short_overlap",
    "min_passage",
    "min_evidence",
    "template_numbers",
    "boilerplate_texts",
    "boilerplate_share",
    "common_texts",
    "common_share",
    "max_candidates",
    "max_misses",
    "lead_anchors",
    "lead_keys",
    "lead_words",
    "passage_shingles",
    "passages_overlap",
    "min_passages_share",
    "min_passages_shares",
    "brief_jaccard",
    "prose_shingles",
    "prose_changes",
]
STORY_NUMBERS_WRITTEN = [
    "lead_chars",
    "decay_words",
    "title_weight",
    "max_days",
    "delay_penalty",
    "unknown_delay",
    "chance_weight",
    "threshold",
    "inner_contrast",
    "top_terms",
    "unrelated_cap",
    "agreeing_details",
    "enough_details",
    "chance_prior",
    "chance_prior_texts",
    "common_word_texts",
    "common_word_length",
    "chance_max_ratio",
    "story_texts",
    "story_share",
    "embedding_model",
    "embedding_weight",
    "embedding_baseline",
]
"""The numbers that an id writes out."""


def brief(number: float) -> str:
    """The number in full: no two have one name."""
    return repr(number).removesuffix(".0")
