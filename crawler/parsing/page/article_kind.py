"""What kind of article a page states that it is, by the @type of its JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.types import ArticleKind

# https://schema.org/CreativeWork, in small letters; of several that a page states, the first here.
_KINDS = {
    "liveblogposting": ArticleKind.LIVE_BLOG,
    "advertisercontentarticle": ArticleKind.ADVERTORIAL,
    "claimreview": ArticleKind.FACT_CHECK,
    "reviewnewsarticle": ArticleKind.REVIEW,
    "criticreview": ArticleKind.REVIEW,
    "mediareview": ArticleKind.FACT_CHECK,
    "review": ArticleKind.REVIEW,
    "opinionnewsarticle": ArticleKind.OPINION,
    "analysisnewsarticle": ArticleKind.ANALYSIS,
    "reportagenewsarticle": ArticleKind.REPORT,
    "blogposting": ArticleKind.BLOG_POST,
}
SUFFIX = "article"
"""Article and the types below it end so, in small letters; https://schema.org/Article."""
# Types below Article that do not, and say no more than that.
_OTHERS = frozenset({"report", "socialmediaposting", "discussionforumposting"})


def article_kind(types: Iterable[str]) -> ArticleKind | None:
    """The most particular of the kinds that these types state; None where none is an article's."""
    stated = {name.casefold() for name in types}
    particular = next((kind for name, kind in _KINDS.items() if name in stated), None)
    if particular is not None:
        return particular
    is_article = any(name.endswith(SUFFIX) or name in _OTHERS for name in stated)
    return ArticleKind.ARTICLE if is_article else None
