"""Why two articles are copies, or are not."""

from __future__ import annotations

from typing import NamedTuple

from crawler.grouping.file_schemes import file_schemes
from crawler.grouping.kept_passage import read_kept
from crawler.store import Store
from crawler.store.queries.articles import ArticleDetail, CopyEvidence
from dedupe import CopyScheme, compare_numbers, is_template, longest_passage
from dedupe.copies.word_shingles import word_shingles

"""The numbers of the file's own copies; groupings by others are kept beside it, unexplained."""


class ComparedArticle(NamedTuple):
    """One of the two articles."""

    article: int
    outlet: str
    title: str
    copy_group: int | None
    story: int | None
    revisions: int
    """earlier texts that are kept"""
    published_at: str | None


class CopyExplanation(NamedTuple):
    """Whether two articles are copies, and by which figures.

    Those from `relation` to `revision_b` are of the comparison that was stored; None where the two
    were not compared or share too little.
    """

    a: ComparedArticle
    b: ComparedArticle
    same_copy_group: bool
    same_story: bool
    relation: str | None
    jaccard: float | None
    containment_a: float | None
    containment_b: float | None
    shared: int | None
    """shingles, without boilerplate"""
    revision_a: int | None
    """which text of the article was compared"""
    revision_b: int | None
    numbers_same: int
    """numbers in the same place of both that are equal"""
    numbers_changed: int
    joined: bool
    template: bool
    """whether most numbers differ: one template, two texts"""
    shared_whole: int
    """shingles of the newest texts, boilerplate included"""
    shingles_a: int
    shingles_b: int
    passage: str
    """the longest that stands in both, normalised; of one that is stored the beginning"""
    passage_words: int
    """of the whole passage"""
    stored: bool
    """whether the comparison was stored"""
    scheme: str
    min_shingles: int
    min_jaccard: float
    min_containment: float
    min_longer_containment: float
    min_passage: int


def texts_compared(store: Store, found: CopyExplanation) -> tuple[str, str]:
    """The texts of both articles that were compared, or their newest."""
    return (
        _text_compared(store, found.a.article, found.revision_a),
        _text_compared(store, found.b.article, found.revision_b),
    )


def _text_compared(store: Store, article: int, revision: int | None) -> str:
    scheme = file_schemes(store).copies
    texts = store.copies.texts(store.copies.article(article), scheme.max_revisions)
    return next((text.text for text in texts if text.revision == revision), texts[-1].text)


def explain_copies(store: Store, a: int, b: int) -> CopyExplanation:
    """Whether two articles, whose numbers are known, are copies, and by which figures."""
    if a > b:  # pairs are stored with the lower number first
        return _swapped(explain_copies(store, b, a))
    first, second = store.queries.articles.get(a), store.queries.articles.get(b)
    assert first is not None  # their numbers were looked up
    assert second is not None
    scheme = file_schemes(store).copies
    stored = store.queries.articles.evidence(a, b)
    if stored is None:
        return _compare_newest(first, second, scheme)
    return _with_evidence(_outline(first, second, scheme), stored, scheme)


def _outline(first: ArticleDetail, second: ArticleDetail, scheme: CopyScheme) -> CopyExplanation:
    """What is known of two articles without comparing word by word."""
    left, right = (word_shingles(row.text, scheme) for row in (first, second))
    return CopyExplanation(
        a=_named(first),
        b=_named(second),
        same_copy_group=first.copy_group is not None and first.copy_group == second.copy_group,
        same_story=first.story is not None and first.story == second.story,
        relation=None,
        jaccard=None,
        containment_a=None,
        containment_b=None,
        shared=None,
        revision_a=None,
        revision_b=None,
        numbers_same=0,
        numbers_changed=0,
        joined=False,
        template=False,
        shared_whole=len(left & right),
        shingles_a=len(left),
        shingles_b=len(right),
        passage="",
        passage_words=0,
        stored=False,
        scheme=scheme.id,
        min_shingles=scheme.min_shingles,
        min_jaccard=scheme.min_jaccard,
        min_containment=scheme.min_containment,
        min_longer_containment=scheme.min_longer_containment,
        min_passage=scheme.min_passage,
    )


def _with_evidence(
    found: CopyExplanation, stored: CopyEvidence, scheme: CopyScheme
) -> CopyExplanation:
    """The outline, and the comparison that the grouping stored."""
    passage = read_kept(stored.passage)
    return found._replace(
        relation=stored.relation,
        jaccard=stored.jaccard,
        containment_a=stored.containment_a,
        containment_b=stored.containment_b,
        shared=stored.shared,
        revision_a=stored.revision_a,
        revision_b=stored.revision_b,
        numbers_same=stored.numbers_same,
        numbers_changed=stored.numbers_changed,
        joined=bool(stored.joined),
        template=not stored.joined
        and is_template(stored.numbers_same, stored.numbers_changed, scheme),
        passage=passage.text,
        passage_words=passage.words,
        stored=True,
    )


def _compare_newest(
    first: ArticleDetail, second: ArticleDetail, scheme: CopyScheme
) -> CopyExplanation:
    """The outline, and a comparison of the newest texts, of which none was stored."""
    found = _outline(first, second, scheme)
    same = changed = 0
    shorter = max(min(found.shingles_a, found.shingles_b), 1)
    if found.shared_whole >= scheme.min_evidence * shorter:
        # Pairs of a template are not stored: there would be more of them than of all else.
        same, changed = compare_numbers(first.text, second.text, scheme)
    passage = longest_passage(first.text, second.text, scheme)
    return found._replace(
        numbers_same=same,
        numbers_changed=changed,
        template=is_template(same, changed, scheme),
        passage=passage,
        passage_words=len(passage.split()),
    )


def _swapped(found: CopyExplanation) -> CopyExplanation:
    """The explanation with the two articles in the other order."""
    relations = {"contains": "contained", "contained": "contains"}
    return found._replace(
        a=found.b,
        b=found.a,
        containment_a=found.containment_b,
        containment_b=found.containment_a,
        revision_a=found.revision_b,
        revision_b=found.revision_a,
        shingles_a=found.shingles_b,
        shingles_b=found.shingles_a,
        relation=found.relation and relations.get(found.relation, found.relation),
    )


def _named(row: ArticleDetail) -> ComparedArticle:
    return ComparedArticle(
        row.article,
        row.outlet,
        row.title,
        row.copy_group,
        row.story,
        row.revisions,
        row.published_at,
    )


_COPIES = {
    "same": "Copies: the same text.",
    "contains": "Copies: A contains B.",
    "contained": "Copies: A is contained in B.",
}


def verdict(found: CopyExplanation) -> str:
    """What explain_copies() found, in a sentence."""
    if found.a.article == found.b.article:
        return "This is one and the same article."
    if None in (found.a.copy_group, found.b.copy_group):
        return "Not compared yet; `newsloom group` does it."
    shorter = min(found.shingles_a, found.shingles_b)
    # An earlier text may have been long enough: then there is evidence.
    if shorter < found.min_shingles and not found.stored:
        return (
            f"Not copies: the shorter text has {shorter} shingles, and with fewer than "
            f"{found.min_shingles} only an equal text is a copy."
        )
    if found.joined:
        return _COPIES[found.relation or "same"]
    together = " They are in one copy group through others." if found.same_copy_group else ""
    return f"{_why_not(found)}.{together}"


def _why_not(found: CopyExplanation) -> str:
    if found.template:
        return "Not copies but one template: most numbers in it differ"
    partial = found.relation == "partial"
    if partial and (found.jaccard or 0.0) >= found.min_jaccard:
        return (
            "Not copies: what they share is short and scattered, and no passage of "
            f"{found.min_passage} shingles"
        )
    limits = (
        f"{found.min_jaccard:.0%} of all shingles must be shared, "
        f"or {found.min_containment:.0%} of the shorter text's "
        f"and {found.min_longer_containment:.0%} of the longer one's, unless it begins so"
    )
    return f"Not copies{', though they share passages' if partial else ''}: {limits}"
