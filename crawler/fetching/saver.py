"""What a crawl brought, written to the store: one value after another, in the writer's batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.clock import later, now
from crawler.fetching.quotas import Quotas
from crawler.parsing.urls import slot
from crawler.polling import REVISITS
from crawler.store import Saved, Store
from crawler.store.facts.polls import PollState, Taken
from crawler.store.facts.revisions import FAR_BACK
from crawler.types import (
    Article,
    Left,
    Listing,
    Outlet,
    Page,
    PollFailed,
    Rejected,
    RobotsFile,
    Source,
    SourceReading,
    Unchanged,
)

Value = Article | Rejected | Left | SourceReading | PollFailed | Unchanged | RobotsFile

LONG_BEFORE = timedelta(days=366)
"""Before the outlet was first polled: a time stated that is older is doubtful."""


class Saver:
    """Turns values into rows, within a transaction that the writer has opened."""

    def __init__(
        self, store: Store, *, since: str | None, until: str | None, revisits: bool
    ) -> None:
        self._store = store
        self.quotas = Quotas(store)
        self._since = since
        self._until = until
        self._revisits = revisits
        self._parts: dict[str, Taken] = {}
        """what was taken of sources whose answer is not yet read to the end"""
        self._first_polls: dict[str, str] = {}
        """when each outlet was first asked, by slug"""
        self.run = 0
        self.numbers: dict[str, int] = {}
        """of outlets in the store, by slug"""
        self.outlets: dict[str, Outlet] = {}
        self.slow: set[str] = set()
        """registered domains that ask for a pause between two requests"""

    def begin(self, run: int, outlets: Mapping[str, Outlet], *, regardless: bool) -> None:
        """Know the run and its outlets, which are brought up to date.

        With `regardless` pages are due that wait for access to be renewed.
        """
        self.run = run
        for slug, outlet in outlets.items():
            self.numbers[slug] = self._store.outlets.save(outlet)
            self.outlets[slug] = outlet
            if regardless:
                self._store.pages.retry_access(self.numbers[slug])
        self.quotas.begin(self.numbers, self.outlets)

    def ensure_source(self, source: Source) -> PollState:
        """What is known of a source; one met for the first time is added."""
        return self._store.polls.ensure(source, self.numbers[source.outlet])

    def write(self, value: Value, counts: Counter[str], offered: dict[str, int]) -> None:
        """Write a value; `counts` takes what came of it, `offered` the pages to be fetched now."""
        match value:
            case SourceReading():
                self._write_reading(value, counts, offered)
            case PollFailed():
                self._write_poll_failed(value, counts)
            case Article():
                self._write_article(value, counts)
            case Rejected():
                self._write_rejected(value, counts)
                self._offer_twin(value, offered)
            case Left():
                self._write_left(value, counts)
            case RobotsFile():
                self._store.sites.save(value)
            case Unchanged():
                self._store.pages.settle_unchanged(value.page.id)
                counts["unchanged"] += 1

    def _write_reading(
        self, reading: SourceReading, counts: Counter[str], offered: dict[str, int]
    ) -> None:
        source, at = reading.polled.source, reading.polled.at
        state = self.ensure_source(source)
        wanted = [listing for listing in reading.listings.pages if self._is_wanted(listing)]
        fresh = self._store.sightings.offer(
            wanted,
            outlet=self.numbers[source.outlet],
            source=state.id,
            seen_at=at,
            previous_poll_at=state.polled_at,
            run=self.run,
        )
        counts["listed"] += len(reading.listings.pages)
        _note(offered, source.outlet, fresh.pages)
        taken = self._parts.pop(source.url, Taken()).plus(
            Taken(len(reading.listings.pages), len(wanted), len(fresh.new), len(fresh.pages))
        )
        if reading.more:
            self._parts[source.url] = taken
            return
        self._store.polls.read(reading, taken, run=self.run)
        counts["polls unchanged" if reading.unchanged else "polls read"] += 1

    def _write_poll_failed(self, failed: PollFailed, counts: Counter[str]) -> None:
        self.ensure_source(failed.source)  # adds one that was refused before it was ever asked
        self._store.polls.failed(failed, run=self.run)
        counts["polls denied" if failed.denied else "polls failed"] += 1

    def _write_left(self, left: Left, counts: Counter[str]) -> None:
        """A page waits again, as before this run; a source is as due as it was."""
        if isinstance(left.what, Page):
            self._store.pages.put_back(left.what.id, at=now())
            counts["left"] += 1
        else:
            counts["polls left"] += 1

    def _offer_twin(self, rejected: Rejected, offered: dict[str, int]) -> None:
        """Offer the ordinary page that an AMP page names in its place."""
        if rejected.instead is None:
            return
        twin = self._store.sightings.offer_instead(
            rejected.instead, page=rejected.page.id, run=self.run
        )
        if twin is not None:
            _note(offered, rejected.page.outlet, [twin])

    def _is_wanted(self, listing: Listing) -> bool:
        """Whether a page is from the time asked for, as far as its source says.

        What was last changed before was published before.
        """
        published = listing.published.at if listing.published else None
        if self._since and (published or listing.modified_at or self._since) < self._since:
            return False
        return not (self._until and published and published > self._until)

    def _write_rejected(self, value: Rejected, counts: Counter[str]) -> None:
        """A page that cannot be read is what its source gave of it, where that is a whole text."""
        settled = self._store.pages.reject(value)
        if not settled or value.listed is None:
            counts["rejected" if settled else "postponed"] += 1
            return
        listed = self._with_doubt(value.listed)
        outlet = self.numbers[listed.outlet]
        saved = self._store.articles.save(listed, outlet=outlet, run=self.run, now=value.at)
        self._count(listed, saved, counts)
        if saved is Saved.TWIN:
            twin = self._store.articles.twin_of(listed)
            self._store.pages.reject_as(value.page.id, "twin", twin, at=value.at)
        else:
            ages = self._ages(value.listed.outlet, value.listed.url) if value.temporary else ()
            self._store.pages.settle_listed(value.page.id, at=value.at, ages=ages)

    def _with_doubt(self, article: Article) -> Article:
        """The article, with a doubt where it says that it is far older than what we have asked.

        An archive that was asked for (--since, --until) is old by itself.
        """
        stated = article.published
        asked_for = self._until or (self._since and stated and stated.at >= self._since)
        if stated is None or asked_for or article.outlet not in self.numbers:
            return article
        if article.outlet not in self._first_polls:
            first = self._store.polls.first(self.numbers[article.outlet])
            self._first_polls[article.outlet] = first or now()
        polled = self._first_polls[article.outlet]
        if stated.at >= later(polled, -LONG_BEFORE):
            return article
        why = f"{FAR_BACK} ({polled[:10]})"
        doubt = "; ".join(filter(None, (article.published_doubt, why)))
        return replace(article, published_doubt=doubt)

    def _write_article(self, article: Article, counts: Counter[str]) -> None:
        article = self._with_doubt(article)
        at = article.fetched_at or now()
        saved = self._store.articles.save(
            article, outlet=self.numbers[article.outlet], run=self.run, now=at
        )
        self._count(article, saved, counts)
        if article.page is None:
            return
        if saved is Saved.TWIN:
            twin = self._store.articles.twin_of(article)
            self._store.pages.reject_as(article.page, "twin", twin, at=at)
        else:
            self._store.pages.settle(
                article.page,
                at=at,
                validators=article.validators,
                ages=self._ages(article.outlet, article.url),
            )

    def _count(self, article: Article, saved: Saved, counts: Counter[str]) -> None:
        counts[str(saved)] += 1
        if saved is Saved.NEW:
            self.quotas.spend(article.outlet, articles=1)

    def _ages(self, slug: str, url: str) -> Sequence[timedelta]:
        """Ages at which an outlet's articles are fetched again."""
        if not self._revisits:
            return ()
        stated = self.outlets[slug].revisits
        if stated is not None:
            return stated
        # Who asks for long pauses has no time to spare for a second look.
        return () if slot(url) in self.slow else REVISITS


def _note(offered: dict[str, int], outlet: str, pages: list[int]) -> None:
    """Remember the lowest of an outlet's offered pages."""
    if pages:
        offered[outlet] = min(offered.get(outlet, pages[0]), *pages)
