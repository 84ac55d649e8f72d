"""The past of an outlet: captures of archives of the web, through the extraction of a crawl."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.clock import now
from crawler.errors import ExtractError, OutletError
from crawler.fetching.plain_client import BUSY, Busy, NoAnswer, PlainClient, Unreachable
from crawler.ingest.wanted_captures import SiteRules, WantedCaptures
from crawler.ingest.web_archives import Capture, Query, Scope, WebArchive
from crawler.parsing.listing.shapes import LOOKED_AT, shapes_of
from crawler.parsing.urls import host, registered_domain, slot
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import read_page
from crawler.store import Store
from crawler.types import Article, Fetched, Outlet, Rejected

AHEAD = 16
"""Pages that wait for the parsers."""
GIVEN_UP = 3
"""Captures in a row that an archive cannot give, after which it is left alone."""
SKIPPED = 500
"""Captures that are passed over before it is noted how far the index was read."""


@dataclass(slots=True)
class Backfilled:
    """What a run brought."""

    counts: Counter[str] = field(default_factory=Counter)
    """captures by outcome (new, revised, same, twin); others by the reason why they are none"""
    fetched: int = 0
    troubles: list[str] = field(default_factory=list)
    """why indexes could not be read to their end"""
    finished: int = 0
    """indexes that were read to their end, in this run or an earlier one"""
    limited: bool = False
    """whether more could have been fetched"""


class _Outcome(NamedTuple):
    """What becomes of a capture."""

    number: int
    """its place in its part of the index"""
    found: Future[Article | Rejected] | str
    """an article to come, or a reason why there is none"""


def scope_of(outlet: Outlet, known: Mapping[str, Outlet], *, since: str, until: str) -> Scope:
    """What to look for: all hosts of the outlet's domain.

    Where another outlet has the domain too, only what its home address begins with. Raises
    OutletError for an outlet whose address is not known.
    """
    home = outlet.home or next((source.url for source in outlet.sources), None)
    if home is None:
        raise OutletError(f"{outlet.slug}: its address is not known; write `home` into its file")
    domain = registered_domain(home)
    others = [one.home for one in known.values() if one.slug != outlet.slug and one.home]
    # Of services where many publish (substack.com, wordpress.com) a host is one publisher.
    if slot(home) == domain and domain not in map(registered_domain, others):
        return Scope(domain, "domain", since, until)
    path = urlsplit(home).path.rstrip("/") if outlet.home else ""
    return Scope(f"{host(home)}{path}/", "prefix", since, until)


def backfill(
    store: Store,
    outlet: Outlet,
    archive: WebArchive,
    scope: Scope,
    *,
    client: PlainClient,
    workers: Workers,
    run: int,
    limit: int | None = None,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Backfilled:
    """Save what an archive holds of an outlet; what an earlier run read is not asked for again.

    An index that cannot be read to its end stops no other. At most `limit` captures are fetched.
    """
    with store.batch():
        number = store.outlets.save(replace(outlet, sources=()))
    wanted = WantedCaptures(
        store,
        SiteRules(client, store),
        shapes=shapes_of(store.pages.article_urls(number, limit=LOOKED_AT)),
        since=scope.since,
        until=scope.until,
    )
    reader = _Reader(store, outlet, number, archive, wanted, workers, run, limit, progress)
    try:
        queries = archive.queries(scope)
    except NoAnswer as error:
        reader.done.troubles.append(str(error))
        return reader.done
    for query in queries:
        try:
            reader.read(query, is_over=scope.until < now())
        except NoAnswer as error:
            reader.done.troubles.append(str(error))
            if isinstance(error, Busy):
                break
        if reader.done.limited:
            break
    return reader.done


@dataclass(slots=True)
class _Reader:
    """Reads indexes one after another, and fetches what is wanted of them."""

    store: Store
    outlet: Outlet
    number: int
    archive: WebArchive
    wanted: WantedCaptures
    workers: Workers
    run: int
    limit: int | None
    progress: Callable[[str, int, int], None]
    done: Backfilled = field(default_factory=Backfilled)
    waiting: deque[_Outcome] = field(default_factory=deque)

    def read(self, query: Query, *, is_over: bool) -> None:
        """Read an index from where an earlier run stopped; NoAnswer where it cannot be read on.

        Of a time that is not over, the index may say more later: its end is not noted.
        """
        place, read, of = self.store.archives.reached(query.url)
        while place is not None:
            part = self.archive.part(query, place)
            self.done.counts["unusable"] += part.unusable
            # Another answer than before: it is read again, and what is known is passed over.
            begin = read if of == len(part.captures) else 0
            self._read_part(query, place, part.captures, begin)
            if self.done.limited:
                return
            place, read, of = part.next, 0, 0
            if place is not None or is_over:
                self._note(query, place)
        self.done.finished += 1

    def _read_part(self, query: Query, place: str, captures: list[Capture], begin: int) -> None:
        failed: list[_Outcome] = []
        try:
            for number in range(begin, len(captures)):
                self.progress(query.archive, number, len(captures))
                if self.done.fetched == self.limit:
                    self.done.limited = True
                    break
                outcome = _Outcome(number, self._outcome(captures[number]))
                if outcome.found in _PASSING:
                    # One alone is broken in the archive; many are an archive that is.
                    failed.append(outcome)
                    if len(failed) == GIVEN_UP:
                        raise NoAnswer(
                            f"{query.archive}: {GIVEN_UP} captures in a row could not be fetched "
                            f"({outcome.found})"
                        )
                    continue
                self.waiting.extend((*failed, outcome))
                failed.clear()
                if not isinstance(outcome.found, str) or len(self.waiting) >= SKIPPED:
                    self._save(query, place, len(captures), ahead=AHEAD)
            self.waiting.extend(failed)
        finally:
            self._save(query, place, len(captures), ahead=0)

    def _outcome(self, capture: Capture) -> Future[Article | Rejected] | str:
        reason = self.wanted.reason_against(capture)
        if reason is not None:
            return reason
        try:
            fetched = self.archive.fetch(capture, slug=self.outlet.slug)
        except (Busy, Unreachable):
            raise
        except NoAnswer:
            return "connection"
        finally:
            self.done.fetched += 1
        if isinstance(fetched, Fetched):
            return self.workers.submit(read_page, fetched, self.outlet)
        return fetched

    def _save(self, query: Query, place: str, of: int, *, ahead: int) -> None:
        """Save what is read by now, in order; at most `ahead` go on waiting for the parsers."""
        ready: list[_Outcome] = []
        while self.waiting and (len(self.waiting) > ahead or _is_ready(self.waiting[0])):
            ready.append(self.waiting.popleft())
        if ready:
            self._write(query, place, of, ready)

    def _write(self, query: Query, place: str, of: int, outcomes: list[_Outcome]) -> None:
        found = [_result(one) for one in outcomes]
        with self.store.batch():
            for one in found:
                self.done.counts[one if isinstance(one, str) else self._save_one(one)] += 1
            self._note(query, place, read=outcomes[-1].number + 1, of=of)

    def _save_one(self, article: Article) -> str:
        """Save an article as seen when it was captured; when it first appeared is not known."""
        assert article.fetched_at is not None
        return str(
            self.store.articles.save(
                article, outlet=self.number, run=self.run, now=article.fetched_at
            )
        )

    def _note(self, query: Query, place: str | None, *, read: int = 0, of: int = 0) -> None:
        self.store.archives.reach(query.url, place, read=read, of=of, at=now())


_PASSING = {"connection", *(f"http-{status}" for status in BUSY)}
"""Reasons that may pass."""


def _is_ready(outcome: _Outcome) -> bool:
    return isinstance(outcome.found, str) or outcome.found.done()


def _result(outcome: _Outcome) -> Article | str:
    if isinstance(outcome.found, str):
        return outcome.found
    try:
        found = outcome.found.result()
    except ExtractError as error:
        return error.reason
    return found.reason if isinstance(found, Rejected) else replace(found, page=None)
