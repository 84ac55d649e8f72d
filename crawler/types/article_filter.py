"""Which articles: one filter for every command, page, feed and file.

Its fields have one name everywhere: option, parameter of an address, key of JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

Single = TypeVar("Single", str, int, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Conditions that an article passes all of; what is not given lets every article pass.

    A story passes when one of its articles does.
    """

    words: str | None = None
    """a search: see `crawler.store.queries.search_words`"""
    since: str | None = None
    """published at this time or later; first seen, where that is unknown"""
    until: str | None = None
    """published at this time or before"""
    outlet: tuple[str, ...] = ()
    """of one of these outlets"""
    country: tuple[str, ...] = ()
    """of an outlet of one of these countries, ISO 3166-1 alpha-2"""
    language: tuple[str, ...] = ()
    """in one of these languages, BCP 47; `pt` is also pt-BR, `und` is unknown"""
    agency: bool | None = None
    """True: of a news agency, or with a text of one; False: neither"""
    story: int | None = None
    """of this story"""
    min_outlets: int = 1
    """of a story that this many outlets reported"""
    topic: str | None = None
    """of the topic with this name: `store.queries.filters` adds its conditions"""

    @property
    def given(self) -> dict[str, object]:
        """What is not left at its default, by name; times and numbers as JSON has them."""
        return {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    @property
    def has_subject(self) -> bool:
        """Whether it names what articles are about, and not only whose and when."""
        return self.words is not None or self.story is not None

    @classmethod
    def of(cls, given: Mapping[str, object]) -> ArticleFilter:
        """The filter whose `given` this is. Raises TypeError for a name that no field has."""
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }
        return cls(**values)  # type: ignore[arg-type] # as `given` gave them

    def narrowed_by(self, other: ArticleFilter) -> ArticleFilter:
        """What passes both. Raises ValueError, naming the field, where nothing can."""
        words = [words for words in (self.words, other.words) if words]
        return ArticleFilter(
            words=" ".join(f"({part})" for part in words)
            if len(words) > 1
            else "".join(words) or None,
            since=max(filter(None, (self.since, other.since)), default=None),
            until=min(filter(None, (self.until, other.until)), default=None),
            outlet=_in_both("outlet", self.outlet, other.outlet),
            country=_in_both("country", self.country, other.country),
            language=_in_both("language", self.language, other.language),
            agency=_one_of("agency", self.agency, other.agency),
            story=_one_of("story", self.story, other.story),
            min_outlets=max(self.min_outlets, other.min_outlets),
            topic=_one_of("topic", self.topic, other.topic),
        )


ALL = ArticleFilter()
"""Every article passes."""


def _in_both(name: str, one: tuple[str, ...], two: tuple[str, ...]) -> tuple[str, ...]:
    """The values of both; those of the one that has any. A language is also one with a region."""
    if not one or not two:
        return one or two
    both = [
        *(value for value in two if any(value == of or value.startswith(f"{of}-") for of in one)),
        *(value for value in one if any(value.startswith(f"{of}-") for of in two)),
    ]
    if not both:
        raise ValueError(f"{name} {', '.join(two)} is not among {', '.join(one)}")
    return tuple(both)


def _one_of(name: str, one: Single | None, two: Single | None) -> Single | None:
    if one is not None and two is not None and one != two:
        raise ValueError(f"{name} {two} is not {one}")
    return two if one is None else one
