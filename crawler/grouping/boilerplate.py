"""What is common among all texts, and what each outlet repeats: learned as texts are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crawler.store import Store
from crawler.store.findings.boilerplate_counts import Count
from crawler.store.findings.copies import ComparedText
from dedupe import (
    CommonShingles,
    CopyScheme,
    Document,
    MemoryIndex,
    OutletBoilerplate,
    ShingledText,
    boilerplate_test,
    find_copies,
    is_reprint,
    keyed,
    shingled_text,
    without_boilerplate,
)

FIRST_LINES, LAST_LINES = 3, 6
"""Lines of a text that are counted for the boilerplate of its outlet."""
LONGEST_LINE = 320
"""Characters; a longer line is a paragraph."""
FORGET_EVERY = 100
"""Texts of an outlet between two looks at how many lines it has."""


class Learned:
    """The counts of a file, read when they are asked for and written by `save`."""

    def __init__(self, store: Store, scheme: CopyScheme) -> None:
        self._store, self._scheme = store, scheme
        known = store.boilerplate.common()
        self._common = CommonShingles(scheme, *known) if known else CommonShingles(scheme)
        self._boilerplate: dict[int, OutletBoilerplate] = {}
        self._lines: Counter[int] = Counter()
        """texts by outlet whose lines were counted"""
        self._outlets: dict[int, int] = {}
        """outlets of the articles that were counted before any was compared"""
        self.is_new = known is None
        """whether the file has no counts yet"""

    def learn_first(self, seed: int) -> None:
        """Count the first articles of the file before any is compared.

        It writes nothing: a run killed before its counts are saved learns the same again.
        """
        index, known = MemoryIndex(), dict[int, list[Document]]()
        for article in self._store.copies.first(self._scheme.warm_up_articles):
            shingled = self.leave_out(shingled_text(article.text, self._scheme), article.outlet)
            ready = keyed(Document(id=article.id, shingled=shingled), self._scheme, seed=seed)
            known[article.id] = [ready]
            found = find_copies([ready], index, self._scheme, texts=known.__getitem__)
            prints = [edge for edge in found if is_reprint(edge, self._scheme)]
            self._outlets[article.id] = article.outlet
            self._count(
                shingled,
                article.outlet,
                [self._outlets[edge.a if edge.b == article.id else edge.b] for edge in prints],
            )

    def learn(self, article: ComparedText, shingled: ShingledText, outlets: Iterable[int]) -> None:
        """Count an article that is compared for the first time.

        `outlets` are those of the articles that it is another print of.
        """
        outlets = set(outlets)
        if article.outlet not in outlets:
            self._count_lines(article)
        if article.id not in self._outlets:
            self._count(shingled, article.outlet, outlets)

    def leave_out(self, shingled: ShingledText, outlet: int) -> ShingledText:
        """What tells something of an outlet's text, by the counts as they are."""
        return without_boilerplate(
            shingled, boilerplate_test(self._scheme, self._common, self._of(outlet))
        )

    def save(self) -> None:
        """Write the counts."""
        counts = self._store.boilerplate
        counts.save_common(Count(self._common.documents, self._common.pack()))
        for outlet, boilerplate in self._boilerplate.items():
            counts.save_of_outlet(outlet, Count(boilerplate.texts, boilerplate.pack()))

    def _count(self, shingled: ShingledText, outlet: int, prints: Iterable[int]) -> None:
        """A text counts once, however many print it; for its outlet, however often it does."""
        others = set(prints)
        self._common.count(shingled.every, copy=bool(others))
        self._of(outlet).count(shingled.every, copy=outlet in others)

    def _count_lines(self, article: ComparedText) -> None:
        """Count the lines at both ends of a text: boilerplate stands there."""
        lines = article.text.split("\n")
        ends = {*lines[:FIRST_LINES], *lines[-LAST_LINES:]}
        self._store.boilerplate.count_lines(
            article.outlet, sorted(line for line in ends if 0 < len(line) <= LONGEST_LINE)
        )
        self._lines[article.outlet] += 1
        if self._lines[article.outlet] % FORGET_EVERY == 0:
            self._store.boilerplate.forget_rare_lines(article.outlet)

    def _of(self, outlet: int) -> OutletBoilerplate:
        if outlet not in self._boilerplate:
            known = self._store.boilerplate.of_outlet(outlet)
            self._boilerplate[outlet] = OutletBoilerplate(self._scheme, *(known or ()))
        return self._boilerplate[outlet]


class FrozenCounts(Learned):
    """Counts of many texts, by which some of them are compared, and to which these add nothing."""

    def __init__(
        self, store: Store, scheme: CopyScheme, common: Count, outlets: Mapping[int, Count]
    ) -> None:
        super().__init__(store, scheme)
        self._common, self._frozen = CommonShingles(scheme, *common), outlets
        self.is_new = False

    def _of(self, outlet: int) -> OutletBoilerplate:
        if outlet not in self._boilerplate:
            known = self._frozen.get(outlet)
            self._boilerplate[outlet] = OutletBoilerplate(self._scheme, *(known or ()))
        return self._boilerplate[outlet]

    def _count(self, shingled: ShingledText, outlet: int, prints: Iterable[int]) -> None:
        """Count nothing: all texts were counted before."""
