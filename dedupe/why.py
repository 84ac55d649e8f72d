"""Why two texts are, or are not, linked as one story: the linker's own sums, term by term."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .background import Background
from .likeness import FAR, scores, stream, voices
from .terms import spell
from .text import tokens
from .types import SharedTerm, StoryEvidence, StoryNode, StoryScheme

# German writes every noun with a capital.
_NOUNS_ARE_CAPITAL = {"de"}
_WORD = re.compile(r"\w+")


def story_evidence(
    a: StoryNode, b: StoryNode, scheme: StoryScheme, background: Background
) -> StoryEvidence:
    """The score of two texts of one language, which the background has learned, in its parts."""
    texts = stream([a, b], scheme, background)
    one, two = texts.rows(np.array([0])), texts.rows(np.array([1]))
    shared = one.vectors.multiply(two.vectors).tocoo()
    heavy = set(one.keys.multiply(two.keys).tocoo().col.tolist())
    spelled = spell(b, scheme) | spell(a, scheme)
    order = np.argsort(-shared.data)
    days = float(np.nan_to_num(abs(texts.days[0] - texts.days[1])))
    return StoryEvidence(
        cosine=float(shared.data.sum()),
        chance=float(scheme.background * texts.chance[0] * texts.chance[1]),
        days=days,
        delay=scheme.day * days,
        voice=float(voices(one, two, scheme)[0, 0]),
        related=bool(heavy),
        score=float(scores(one, two, scheme)[0, 0]),
        terms=tuple(
            SharedTerm(
                term=term,
                weight=float(shared.data[i]),
                kind=_kind(term, a, b),
                heavy=int(shared.col[i]) in heavy,
            )
            for i in order
            for term in [spelled[int(texts.terms[shared.col[i]])]]
        ),
    )


def average_score(
    ones: Sequence[StoryNode],
    others: Sequence[StoryNode],
    scheme: StoryScheme,
    background: Background,
) -> float:
    """The mean score of all pairs, which is what the linker sets against the threshold."""
    texts = stream([*ones, *others], scheme, background)
    rows = np.arange(len(ones) + len(others))
    found = scores(texts.rows(rows[: len(ones)]), texts.rows(rows[len(ones) :]), scheme)
    return float(found.clip(min=1.0 - FAR).mean())


def _kind(term: str, a: StoryNode, b: StoryNode) -> str:
    """number, name or word. A name is always written with a capital, though others are not."""
    if any(sign.isdigit() for sign in term):
        return "number"
    for node in (a, b):
        if node.tongue in _NOUNS_ARE_CAPITAL:
            return "word"
        written = [
            word for word in _WORD.findall(node.text or node.title) if tokens(word) == [term]
        ]
        if not written or not all(word[0].isupper() for word in written):
            return "word"
    return "name"
