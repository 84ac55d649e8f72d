"""What a story shows that a story of another language would show as well."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import nlargest
from math import log2, sqrt
from urllib.parse import urlsplit

from anyascii import anyascii

from dedupe.event_scheme import EventScheme

from .places import places
from .skeletons import names, skeleton
from .types import EventText

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_FILE = re.compile(r"(?=.*\d)[\w.-]{8,}")
"""A file name that says which picture it is: not `logo.png`."""


def story_marks(texts: Sequence[EventText], scheme: EventScheme) -> dict[str, float]:
    """Weights of the marks of a story: the mean over its texts of log2(1 + times it stands there),
    divided by what the story weighs.

    What fewer than `scheme.min_share` of them show is left out. A story weighs what its heaviest
    marks do: a long text shows many, and those that come late are not shared.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    shown_by: Counter[str] = Counter()
    for text in texts:
        counts = Counter(mark for mark, _ in text_marks(text, scheme))
        shown_by.update(counts.keys())
        for mark, count in counts.items():
            weights[mark] += log2(1 + count) / len(texts)
    least = scheme.min_share * len(texts)
    shown = {mark: weight for mark, weight in weights.items() if shown_by[mark] >= least}
    heavy = nlargest(scheme.heavy_marks, shown.values())
    size = sqrt(sum(weight**2 for weight in heavy) + scheme.weight_prior)
    return {mark: weight / size for mark, weight in shown.items()}


def text_marks(text: EventText, scheme: EventScheme) -> Iterator[tuple[str, str]]:
    """Each mark of title and lead where it stands, and how it is spelled there."""
    lead = text.text[: scheme.lead_chars]
    for name in names(text.title, lead, max_run=scheme.max_run):
        consonants = skeleton(name)
        if len(consonants) >= scheme.min_consonants:
            yield f"name {consonants}", name
    for part in (text.title, lead):
        for number in _NUMBER.findall(part):
            if len(value := _figure(number)) > 1:
                yield f"number {value}", number
        for code, name in places(part, text.base_language):
            yield f"place {code}", name
    if file := _picture(text.picture):
        yield f"picture {file}", text.picture
    for agency in text.agencies:
        yield f"agency {agency}", agency


@lru_cache(maxsize=1 << 14)
def _figure(number: str) -> str:
    """A number as all languages write it: 1.000 and 1,000 are 1000, ١٦٤ is 164."""
    digits = anyascii(number)
    if _GROUPED.fullmatch(digits):
        return re.sub("[.,]", "", digits)
    return digits.replace(",", ".")


def _picture(address: str) -> str:
    """The file name of a picture, which hosts keep; empty where it says nothing."""
    file = urlsplit(address).path.rpartition("/")[2].lower() if address else ""
    return file if _FILE.fullmatch(file) else ""
