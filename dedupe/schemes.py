"""The numbers that decide: which texts are copies, and which copy groups are one story."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import blake2b

from .errors import InvalidScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyScheme:
    """Every number that decides whether two texts are copies.

    The defaults were measured on 334 wire articles with site clutter and their labelled pairs, and
    on a corpus with planted copies; `tests/quality/test_copies.py` pins what they reach.
    """

    shingle: int = 5
    """words in a shingle, the unit that texts are compared by"""
    shingle_chars: int = 7
    """the same for scripts written without spaces, in characters"""
    anchor: int = 8
    """words in an anchor shingle; long, so that chance overlap is rare"""
    anchors: int = 13
    """smallest anchor hashes kept as keys: they find truncated and embedded copies"""
    bands: int = 4
    rows: int = 4
    """the MinHash signature has bands x rows values; one equal band makes a candidate"""
    min_shingles: int = 20
    """texts with fewer distinct shingles never group: too little to go by"""
    min_jaccard: float = 0.30
    min_containment: float = 0.75
    """a pair is joined at either: share of all shingles, or share of the shorter text's"""
    min_part: float = 0.10
    """a text contained in another joins it only when it is this share of the other: a paragraph
    of a long digest is not a copy of it"""
    sure_jaccard: float = 0.50
    """a pair that shares this much (or `min_containment`) is another print of one text: what it
    repeats is not counted as furniture, and it needs no `passage`"""
    scattered: int = 40
    passage: int = 30
    """a pair that is not sure and shares fewer than `scattered` shingles is joined only when
    `passage` of them follow each other: sentences here and there are what templates share"""
    min_evidence: float = 0.20
    """edges whose containment reaches this are kept as evidence without joining"""
    template_numbers: int = 3
    """a pair is never joined when this many numbers, and most, differ in the same places: two
    weather reports are one template with other figures, not one text"""
    outlet_texts: int = 3
    outlet_share: float = 0.02
    """shingles in at least this many texts of their outlet, and this share, are its furniture,
    unless others print them as well"""
    common_texts: int = 20
    common_share: float = 0.0005
    """shingles in more texts than this, and this share of all, are common"""
    max_candidates: int = 32
    """candidates verified for each text, those with most keys in common first"""
    patience: int = 6
    """after this many in a row that are no copies the rest are left"""
    hot: int = 64
    """documents kept under one key: further ones add no way to a group that these do not give"""
    slot: int = 2
    """words before and after a number that say in which place it stands"""
    counted: int = 4
    """of so many shingles one is counted, chosen by its number; a power of two"""
    reach: int = 8
    """shingles before and after a counted one that are furniture, or common, when it is"""
    sketch: int = 1 << 21
    """counters in a row of the sketch that counts the shingles of all texts; a power of two"""
    fade: int = 40_000
    """that sketch speaks of the last `fade` to 2 x `fade` texts"""
    template_prints: int = 4
    """a shingle with this many prints for each text is no template: it has many copies"""
    outlet_shingles: int = 1_024
    """counters of an outlet: the shingles that it repeats most"""
    outlet_most: int = 200
    """`outlet_share` asks for at most this many texts"""
    outlet_prints: int = 4
    """a shingle in this many times as many prints as an outlet's furniture needs texts is
    furniture, also when other outlets print it"""
    learned_first: int = 10_000
    """articles from which a file learns what is common before it decides; they are in memory"""
    revisions: int = 8
    """texts of an article that are compared: the first and the latest. Live blogs have hundreds"""
    chunk: int = 500
    """articles compared by what was learned from those before them"""
    large: int = 1_000
    """where copies connect more articles than this, these are grouped once, when a run ends"""
    recipe: int = field(default=1, init=False)
    """version of what no number here says: words, hashes, formulas (`tests/dedupe/test_numbers.py`)
    """

    def __post_init__(self) -> None:
        _require(self, 1, _whole_numbers(self))
        if not 0 < self.min_evidence <= min(self.min_jaccard, self.min_containment) <= 1:
            raise InvalidScheme("0 < min_evidence <= the joining thresholds <= 1")
        if any(size & (size - 1) for size in (self.counted, self.sketch)):
            raise InvalidScheme("counted and sketch are powers of two")

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
        return (
            f"w{self.shingle}c{self.shingle_chars}-b{self.bands}x{self.rows}"
            f"-a{self.anchor}x{self.anchors}-m{self.min_shingles}"
            f"-j{_brief(self.min_jaccard)}-c{_brief(self.min_containment)}-p{_brief(self.min_part)}"
            f"-s{_brief(self.sure_jaccard)}-r{self.passage}/{self.scattered}"
            f"-e{_brief(self.min_evidence)}-t{self.template_numbers}"
            f"-o{self.outlet_texts}/{_brief(self.outlet_share)}"
            f"-f{self.common_texts}/{_brief(self.common_share)}-n{self.max_candidates}/{self.patience}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryScheme:
    """Every number that decides whether two copy groups tell the same event."""

    lead_chars: int = 2500
    """characters of the body that are read"""
    lead_words: int = 150
    """the word at place p of it counts 1 / (1 + p / lead_words): news tells the event first"""
    title_weight: int = 3
    """how often each word of the title counts"""
    max_days: float = 6.0
    """groups further apart than this are never linked to each other directly"""
    day: float = 0.02
    """taken off a pair's score for each day between them"""
    background: float = 4.75
    """how much of the cosine that is expected of a pair by chance is taken off its cosine"""
    threshold: float = -0.02
    """average score at which two clusters become one"""
    contrast: float = 1.5
    """two clusters stay two, whatever the threshold says, when texts of the same are more alike
    than texts of both by so much, over the square root of their terms: two events of one kind"""
    keys: int = 20
    """heaviest terms of a text: a pair that shares none of them is unrelated, and ..."""
    unrelated: float = -0.07
    """... its score at most this, however untypical both texts are"""
    name: float = 0.001
    names: float = 0.05
    """taken off the score of two bodies without a name in common for each name of one and each of
    the other, and at the most: the more they name, the less is that chance"""
    prior: float = 0.0038
    """cosine that is expected of a text with another of its length before the stream is known, for
    each square root of its distinct terms: .003 to .006 in streams of headlines and of articles"""
    prior_weight: float = 300.0
    """how many texts of the stream that expectation is worth"""
    common_texts: float = 100.0
    common_length: int = 200
    """the common words of a language count as if so many texts of so many words had been seen"""
    most: float = 1.6
    """what the stream makes of a text is at most so many times what its length does: the texts of
    a very large story would otherwise take what they share for usual"""
    story_texts: int = 3
    story_share: float = 0.05
    """the texts of one story count as at most so many of the stream, or as such a share of it if
    that is more: what one event has in common is not usual, however many tell it"""
    ceiling: float = 0.3
    always_kept: int = 10
    """a term in more than this share of the texts counts nothing, unless it is in no more than
    `always_kept` texts"""
    zipf: float = 0.1
    zipf_shift: float = 2.7
    """the common word at rank r is zipf / (r + zipf_shift) of running text (Mandelbrot 1953)"""
    counters: int = 1 << 20
    """counters of what is usual in a language, which terms share"""
    fade: int = 200_000
    """these speak of the last `fade` to 2 x `fade` texts"""
    rounds: int = 20
    """steps towards the fixed point of what chance gives a text"""
    far: float = 4.0
    """distance that a pair too far apart in time counts with; a score of 1 has distance 0"""
    part: int = 6_000
    stricter: float = 0.03
    """texts that links connect and that are more than `part` are parted at thresholds higher by
    `stricter`, and again, until no part is larger"""
    first: int = 25
    """texts of a language that are counted before they are linked: nothing else says what is usual
    """
    first_step: int = 50
    step: int = 500
    """copy groups linked at a time: at first, and at most"""
    postings: int = 100
    """copy groups looked at for each heavy term, the latest"""
    candidates: int = 12
    """copy groups that a new one is compared with, and their stories"""
    members: int = 64
    members_least: int = 8
    """copy groups of a story that new ones are compared with, at most and at least: a sample"""
    pool: int = 5_000
    """copy groups of a story, the latest, that the sample is drawn from"""
    compared: int = 5_000
    """copy groups sampled in all, unless the least of each story that is reached are more"""
    voice: str = ""
    """embedding model that made the meanings of the nodes; none when empty"""
    voice_weight: float = 0.08
    voice_usual: float = 0.35
    """so much of the cosine of two meanings, less what is usual, is added to the score of a pair"""
    voice_across: float = 0.5
    """mean cosine of meanings at which clusters of two languages become one"""
    voice_bands: int = 16
    voice_bits: int = 8
    """texts whose meanings are on one side of all `voice_bits` planes of a band are found together
    """
    voice_alike: int = 5_000
    """copy groups looked at that are found so: the newest"""
    recipe: int = field(default=1, init=False)
    """version of what no number here says: words, names, formulas"""

    def __post_init__(self) -> None:
        _require(self, 1, _whole_numbers(self))
        _require(
            self, 0, ("max_days", "day", "background", "contrast", "name", "names", "prior_weight",
                      "common_texts", "story_share", "ceiling", "zipf")
        )  # fmt: skip
        positive = ("prior", "most", "zipf_shift", "stricter")
        if min(getattr(self, name) for name in positive) <= 0:
            raise InvalidScheme(f"{', '.join(positive)} are larger than 0")
        numbers = {name: value for name, value in asdict(self).items() if name != "voice"}
        endless = [name for name, value in numbers.items() if not math.isfinite(value)]
        if endless:
            raise InvalidScheme(f"{', '.join(endless)}: a finite number is needed")

    @property
    def id(self) -> str:
        """All the numbers in one word."""
        return _scheme_id(self)

    @property
    def _main_numbers(self) -> str:
        weight, usual = _brief(self.voice_weight), _brief(self.voice_usual)
        voice = f"-v{weight}x{usual}/{_brief(self.voice_across)}:{self.voice}"
        return (
            f"tfidf32-l{self.lead_chars}/{self.lead_words}-t{self.title_weight}"
            f"-d{_brief(self.max_days)}x{_brief(self.day)}-b{_brief(self.background)}-s{_brief(self.threshold)}x{_brief(self.contrast)}"
            f"-u{_brief(self.unrelated)}x{self.keys}-n{_brief(self.name)}/{_brief(self.names)}-p{_brief(self.prior)}x{_brief(self.prior_weight)}-m{_brief(self.most)}"
            f"-c{_brief(self.common_texts)}x{self.common_length}-g{self.story_texts}/{_brief(self.story_share)}"
            f"{voice * bool(self.voice)}"
        )


# The numbers that an id writes out. Ids had only these at first, so the others go without saying as
# long as they are what they were then: a store keeps its id, and its groups, when nothing differs.
_WRITTEN = {
    CopyScheme: "shingle shingle_chars anchor anchors bands rows min_shingles min_jaccard "
    "min_containment min_part sure_jaccard scattered passage min_evidence template_numbers "
    "outlet_texts outlet_share common_texts common_share max_candidates patience",
    StoryScheme: "lead_chars lead_words title_weight max_days day background threshold contrast "
    "keys unrelated name names prior prior_weight common_texts common_length most story_texts "
    "story_share voice voice_weight voice_usual voice_across",
}
_UNSAID = {CopyScheme: "54f5ae925900", StoryScheme: "476a75a6adcc"}


@lru_cache(maxsize=64)
def _scheme_id(scheme: CopyScheme | StoryScheme) -> str:
    written = _WRITTEN[type(scheme)].split()
    others = {name: value for name, value in asdict(scheme).items() if name not in written}
    packed = json.dumps(others, sort_keys=True).encode()
    digest = blake2b(packed, digest_size=6).hexdigest()
    unsaid = digest == _UNSAID[type(scheme)]
    return scheme._main_numbers + f"-x{digest}" * (not unsaid)


def _brief(number: float) -> str:
    """The number in full: no two have one name."""
    return repr(number).removesuffix(".0")


def _whole_numbers(scheme: CopyScheme | StoryScheme) -> list[str]:
    return [name for name, value in asdict(scheme).items() if isinstance(value, int)]


def _require(scheme: CopyScheme | StoryScheme, least: int, names: Iterable[str]) -> None:
    wrong = [name for name in names if getattr(scheme, name) < least]
    if wrong:
        raise InvalidScheme(f"{', '.join(wrong)}: numbers start at {least}")
