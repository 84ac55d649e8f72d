"""The numbers that decide: which texts are copies, and which copy groups are one story.

docs/explanation/story-score.md has the formulas that they stand in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache

from .errors import InvalidScheme
from .scheme_names import (
    COPY_NAMES,
    COPY_NUMBERS_WRITTEN,
    STORY_NAMES,
    STORY_NUMBERS_WRITTEN,
    brief,
    digest_of_numbers,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyScheme:
    """Every number that decides whether two texts are copies.

    The defaults were measured on 334 wire articles with site clutter and their labelled pairs, and
    on a corpus with planted copies; `tests/quality/test_copies.py` pins what they reach.
    """

    shingle_words: int = 5
    """words in a shingle, the unit that texts are compared by"""
    shingle_chars: int = 7
    """characters in a shingle of a script written without spaces"""
    anchor_words: int = 8
    """words in an anchor shingle; long, so that chance overlap is rare"""
    anchor_keys: int = 14
    """smallest anchor hashes kept as keys: they find shortened and embedded copies"""
    lead_anchors: int = 32
    lead_keys: int = 3
    """smallest hashes of the first anchors, keys as well: first paragraphs are found by them"""
    bands: int = 2
    rows: int = 4
    """the MinHash signature has bands x rows values; one equal band makes a candidate"""
    min_shingles: int = 20
    """a text with fewer distinct shingles is a copy only of an equal one: too little to go by"""
    min_jaccard: float = 0.30
    min_containment: float = 0.75
    """a pair is joined at either: share of all shingles, or share of the shorter text's"""
    passage_shingles: int = 8
    passages_overlap: int = 60
    min_passages_share: float = 0.5
    min_passages_shares: float = 0.8
    """passages of `passage_shingles` and more, with `passages_overlap` in all, join a pair as well
    when they cover the first share of the shorter text, and the second with the longer one's"""
    min_longer_containment: float = 0.10
    """a text contained in another joins it only when this share of the other stands in it: a
    paragraph of a long digest is not a copy of the digest ..."""
    lead_words: int = 15
    """... unless it is the beginning: what is shared begins within this many words of the other"""
    reprint_jaccard: float = 0.50
    """a pair that shares this much (or `min_containment`) is a reprint of one text: what it
    repeats is not counted as boilerplate"""
    short_overlap: int = 40
    min_passage: int = 30
    """a pair that shares fewer than `short_overlap` shingles, and less than `min_containment`, is
    joined only when `min_passage` of them follow each other: sentences here and there are what
    templates share ..."""
    brief_jaccard: float = 0.36
    """... or when it shares this much and fewer numbers changed than stayed: a brief, edited"""
    min_evidence: float = 0.20
    """edges whose containment reaches this are kept as evidence without joining"""
    template_numbers: int = 3
    """a pair is never joined when this many numbers, and most, differ in the same places: two
    weather reports are one template with other figures, not one text ..."""
    prose_shingles: int = 140
    prose_changes: float = 0.03
    """... unless `prose_shingles` are shared, and at most this share of the shorter text differs
    without a number in it: prose that is equal otherwise. Templates have other names, too"""
    boilerplate_texts: int = 3
    boilerplate_share: float = 0.02
    """shingles in at least this many texts of their outlet, and this share, are its boilerplate,
    unless others print them as well"""
    common_texts: int = 20
    common_share: float = 0.0005
    """shingles in more texts than this, and this share of all, are common"""
    max_candidates: int = 32
    """candidates verified for each text, those with most keys in common first"""
    max_misses: int = 6
    """candidates in a row that are no copies, after which the rest are left"""
    max_per_key: int = 64
    """documents kept under one key: further ones add no way to a group that these do not give"""
    number_context: int = 2
    """words before and after a number that say in which place it stands"""
    sample_modulus: int = 4
    """only shingles whose number is a multiple of this are counted (Manber 1994); a power of two"""
    sample_radius: int = 8
    """shingles before and after a counted one that are boilerplate, or common, when it is"""
    sketch_width: int = 1 << 21
    """counters in a row of the count-min sketch of all texts' shingles; a power of two"""
    memory_texts: int = 40_000
    """that sketch speaks of the last `memory_texts` to 2 x `memory_texts` texts"""
    template_prints: int = 4
    """a shingle with this many prints for each text is no template: it has many copies"""
    boilerplate_counters: int = 1_024
    """counters of an outlet: the shingles that it repeats most"""
    boilerplate_texts_max: int = 200
    """`boilerplate_share` asks for at most this many texts"""
    boilerplate_prints: int = 4
    """a shingle with this many times as many prints as an outlet's boilerplate needs texts is
    boilerplate, also when other outlets print it"""
    warm_up_articles: int = 10_000
    """articles from which a file learns what is common before it decides; they are in memory"""
    max_revisions: int = 8
    """texts of an article that are compared: the first and the latest. Live blogs have hundreds"""
    batch_size: int = 500
    """articles compared by what was learned from those before them"""
    large_component: int = 1_000
    """where copies connect more articles than this, these are grouped once, when a run ends"""
    recipe: int = field(default=2, init=False)
    """version of what no number here says: words, hashes, formulas (`tests/dedupe/test_numbers.py`)
    """

    def __post_init__(self) -> None:
        _require(self, 1, _whole_numbers(self))
        if not 0 < self.min_evidence <= min(self.min_jaccard, self.min_containment) <= 1:
            raise InvalidScheme("0 < min_evidence <= the joining thresholds <= 1")
        if any(size & (size - 1) for size in (self.sample_modulus, self.sketch_width)):
            raise InvalidScheme("sample_modulus and sketch_width are powers of two")

    @property
    def permutations(self) -> int:
        """Number of values in a signature."""
        return self.bands * self.rows

    @property
    def id(self) -> str:
        """All the numbers in one word; equal ids give equal results for equal seeds."""
        return _scheme_id(self)

    @property
    def _main_numbers(self) -> str:
        part, share = brief(self.min_longer_containment), brief(self.boilerplate_share)
        return (
            f"w{self.shingle_words}c{self.shingle_chars}-b{self.bands}x{self.rows}"
            f"-a{self.anchor_words}x{self.anchor_keys}-l{self.lead_anchors}x{self.lead_keys}"
            f"-m{self.min_shingles}-j{brief(self.min_jaccard)}-c{brief(self.min_containment)}-p{part}"
            f"/{self.lead_words}-v{self.passage_shingles}x{self.passages_overlap}"
            f"/{brief(self.min_passages_share)}/{brief(self.min_passages_shares)}"
            f"-s{brief(self.reprint_jaccard)}-r{self.min_passage}/{self.short_overlap}"
            f"/{brief(self.brief_jaccard)}-e{brief(self.min_evidence)}-t{self.template_numbers}"
            f"/{self.prose_shingles}/{brief(self.prose_changes)}"
            f"-o{self.boilerplate_texts}/{share}"
            f"-f{self.common_texts}/{brief(self.common_share)}"
            f"-n{self.max_candidates}/{self.max_misses}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryScheme:
    """Every number that decides whether two copy groups tell the same event."""

    lead_chars: int = 2500
    """characters of the body that are read"""
    decay_words: int = 150
    """the word at place p of it counts 1 / (1 + p / decay_words): news tells the event first"""
    title_weight: int = 3
    """how often each word of the title counts"""
    max_days: float = 6.0
    """groups further apart than this are never linked to each other directly"""
    delay_penalty: float = 0.07
    """taken off a pair's score for the square root of the days between them"""
    unknown_delay: float = 0.03
    """taken off in place of that when the time of one of the two is unknown"""
    chance_weight: float = 3.0
    """how much of the cosine that is expected of a pair by chance is taken off its cosine"""
    threshold: float = -0.04
    """taken off every score, so that two clusters become one where their mean score is 0"""
    inner_contrast: float = 0.2
    """two clusters stay two, whatever the threshold says, when texts inside of each are more alike
    than texts across by this: two events of one kind"""
    top_terms: int = 20
    """heaviest terms of a text: a pair that shares none of them is unrelated, and ..."""
    top_term_max_share: float = 0.15
    """a word that more than this share of the texts of its language have is none of them"""
    unrelated_cap: float = -0.1
    """... its cosine beyond chance at most this, however untypical both texts are"""
    agreeing_details: float = 0.15
    enough_details: int = 3
    """where names and numbers of two bodies have a cosine below `agreeing_details`, their words in
    common count that much less; in part where one has fewer than `enough_details`"""
    template_numbers: int = 3
    template_cap: float = -0.3
    """where this many numbers, and most, differ in the same places, two texts are of one template,
    and their cosine beyond chance counts as at most `template_cap`: forecasts, results"""
    number_context: int = 2
    """words before and after a number that say in which place it stands"""
    chance_prior: float = 0.0038
    """cosine that is expected of a text with another of its length before the stream is known, for
    each square root of its distinct terms: .003 to .006 in streams of headlines and of articles"""
    chance_prior_texts: float = 300.0
    """how many texts of the stream that expectation is worth"""
    common_word_texts: float = 100.0
    common_word_length: int = 200
    """the common words of a language count as if `common_word_texts` texts of
    `common_word_length` words had been seen"""
    chance_max_ratio: float = 1.6
    """what the stream makes of a text is at most this many times what its length does: the texts
    of a very large story would otherwise take what they share for usual"""
    story_texts: int = 3
    story_share: float = 0.05
    """the texts of one story count as at most `story_texts` of the stream, or as `story_share` of
    it if that is more: what one event has in common is not usual, however many tell it"""
    max_df: float = 0.3
    max_df_texts: int = 10
    """a term in more than this share of the texts counts nothing, unless it is in no more than
    `max_df_texts` texts"""
    zipf_scale: float = 0.1
    zipf_shift: float = 2.7
    """the common word at rank r is zipf_scale / (r + zipf_shift) of running text (Mandelbrot
    1953)"""
    background_counters: int = 1 << 20
    """counters of what is usual in a language, which terms share"""
    memory_texts: int = 200_000
    """these speak of the last `memory_texts` to 2 x `memory_texts` texts"""
    chance_iterations: int = 20
    """steps towards the fixed point of what chance gives a text"""
    max_distance: float = 4.0
    """distance that a pair too far apart in time counts with; a cosine of 1 has distance 0"""
    max_component: int = 6_000
    threshold_step: float = 0.03
    """more than `max_component` texts that links connect are parted at thresholds higher by this"""
    step_size: int = 5_000
    step_days: float = 3.0
    """copy groups linked at a time, and days that they span, at most"""
    relink_growth: float = 1.1
    relink_groups: int = 20_000
    """a file of up to `relink_groups` is linked again when it has grown by this factor"""
    max_postings: int = 100
    """copy groups looked at for each heavy term, the latest"""
    max_candidates: int = 12
    """copy groups that a new one is compared with, and their stories"""
    story_sample_max: int = 64
    story_sample_min: int = 8
    """copy groups of a story that new ones are compared with, at most and at least: a sample"""
    story_sample_pool: int = 5_000
    """copy groups of a story, the latest, that the sample is drawn from"""
    story_sample_total: int = 5_000
    """copy groups sampled in all, unless the least of each story that is reached are more"""
    embedding_model: str = ""
    """model that made the embeddings of the nodes; none when empty"""
    embedding_weight: float = 0.08
    embedding_baseline: float = 0.35
    """this much of the cosine of two embeddings, less its baseline, is added to the score"""
    embedding_bands: int = 16
    embedding_bits: int = 8
    """texts whose embeddings are on one side of all `embedding_bits` planes of a band are found
    together"""
    embedding_max_candidates: int = 5_000
    """copy groups looked at that are found so: the newest"""
    recipe: int = field(default=4, init=False)
    """version of what no number here says: words, names, formulas"""

    def __post_init__(self) -> None:
        _require(self, 1, _whole_numbers(self))
        _require(
            self, 0, ("max_days", "delay_penalty", "unknown_delay", "chance_weight",
                      "inner_contrast", "chance_prior_texts", "common_word_texts", "story_share",
                      "max_df", "zipf_scale", "step_days")
        )  # fmt: skip
        positive = ("agreeing_details", "top_term_max_share", "chance_prior", "chance_max_ratio",
                    "zipf_shift", "threshold_step")  # fmt: skip
        if min(getattr(self, name) for name in positive) <= 0:
            raise InvalidScheme(f"{', '.join(positive)} are larger than 0")
        numbers = {name: n for name, n in asdict(self).items() if name != "embedding_model"}
        endless = [name for name, value in numbers.items() if not math.isfinite(value)]
        if endless:
            raise InvalidScheme(f"{', '.join(endless)}: a finite number is needed")

    @property
    def min_score(self) -> float:
        """What a pair too far apart in time counts as in a mean; `max_distance` as a score."""
        return 1.0 - self.max_distance - self.threshold

    @property
    def id(self) -> str:
        """All the numbers in one word."""
        return _scheme_id(self)

    @property
    def _main_numbers(self) -> str:
        days, threshold = brief(self.max_days), brief(self.threshold)
        details = f"{brief(self.agreeing_details)}/{self.enough_details}"
        prior, prior_texts = brief(self.chance_prior), brief(self.chance_prior_texts)
        weight, baseline = brief(self.embedding_weight), brief(self.embedding_baseline)
        embedding = f"-v{weight}x{baseline}:{self.embedding_model}" if self.embedding_model else ""
        return (
            f"tfidf32-l{self.lead_chars}/{self.decay_words}-t{self.title_weight}"
            f"-d{days}x{brief(self.delay_penalty)}/{brief(self.unknown_delay)}-b{brief(self.chance_weight)}"
            f"-s{threshold}x{brief(self.inner_contrast)}"
            f"-u{brief(self.unrelated_cap)}x{self.top_terms}-n{details}"
            f"-p{prior}x{prior_texts}-m{brief(self.chance_max_ratio)}"
            f"-c{brief(self.common_word_texts)}x{self.common_word_length}"
            f"-g{self.story_texts}/{brief(self.story_share)}"
            f"{embedding}"
        )


RENAMED: Mapping[type, Mapping[str, str]] = {
    CopyScheme: COPY_NAMES,
    StoryScheme: STORY_NAMES,
}
"""What the numbers were called before, and what they are called today."""


def with_current_names(
    kind: type, numbers: Mapping[str, int | float | str]
) -> dict[str, int | float | str]:
    """Numbers of a scheme, as an earlier version wrote them, under the names of today."""
    renamed = RENAMED.get(kind, {})
    return {renamed.get(name, name): value for name, value in numbers.items()}


# The numbers that an id writes out. Ids had only these at first, so the others go without saying as
# long as they are what they were then: a store keeps its id, and its groups, when nothing differs.
_WRITTEN = {CopyScheme: COPY_NUMBERS_WRITTEN, StoryScheme: STORY_NUMBERS_WRITTEN}
_UNSAID = {CopyScheme: "75c89076b2ee", StoryScheme: "1681c8727a21"}


@lru_cache(maxsize=64)
def _scheme_id(scheme: CopyScheme | StoryScheme) -> str:
    kind = type(scheme)
    written = _WRITTEN[kind]
    unwritten = {name: value for name, value in asdict(scheme).items() if name not in written}
    digest = digest_of_numbers(unwritten, RENAMED[kind])
    return scheme._main_numbers + ("" if digest == _UNSAID[kind] else f"-x{digest}")


def _whole_numbers(scheme: CopyScheme | StoryScheme) -> list[str]:
    return [name for name, value in asdict(scheme).items() if isinstance(value, int)]


def _require(scheme: CopyScheme | StoryScheme, least: int, names: Iterable[str]) -> None:
    wrong = [name for name in names if getattr(scheme, name) < least]
    if wrong:
        raise InvalidScheme(f"{', '.join(wrong)}: numbers start at {least}")
