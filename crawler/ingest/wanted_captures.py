"""Which captures of an archive are worth fetching, told before they are fetched."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from scrapy.http import Response

from crawler.clock import now
from crawler.fetching.middlewares.robots import (
    FRESH,
    KEPT,
    NOTHING_SAID,
    is_within,
    robots_text,
    rules_from_response,
    rules_from_text,
)
from crawler.fetching.plain_client import Busy, NoAnswer, PlainClient
from crawler.ingest.web_archives import Capture
from crawler.parsing.listing.shapes import is_like_article
from crawler.parsing.robots import MAX_BYTES, RobotsRules
from crawler.settings import NEWSLOOM_ROBOTS_AGENT
from crawler.store import Store
from crawler.types import RobotsFile


class SiteRules:
    """What the robots.txt of sites says today; each is asked once a day, as in a crawl."""

    def __init__(self, client: PlainClient, store: Store) -> None:
        self._client = client
        self._store = store
        self._rules: dict[str, RobotsRules] = {}

    def allow(self, url: str) -> bool:
        """Whether an address may be read. Raises NoAnswer while its site cannot say."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(site)
        return self._rules[site].allows(url)

    def _read(self, site: str) -> RobotsRules:
        known = self._store.sites.robots(site)
        if known is not None and is_within(known.at, FRESH):
            return rules_from_text(known.rules, NEWSLOOM_ROBOTS_AGENT)
        kept = known if known is not None and is_within(known.at, KEPT) else None
        url = f"{site}/robots.txt"
        try:
            answer = self._client.get(url, most=MAX_BYTES * 8, follow=True)
        except Busy:
            raise
        except NoAnswer:
            # An outlet that is gone forbids nothing: the archive came while it was there.
            return rules_from_text(kept.rules, NEWSLOOM_ROBOTS_AGENT) if kept else NOTHING_SAID
        response = Response(url, status=answer.status, body=answer.body)
        rules = rules_from_response(response, NEWSLOOM_ROBOTS_AGENT)
        if rules.unreachable is None:
            with self._store.batch():
                self._store.sites.save(RobotsFile(site=site, rules=robots_text(response), at=now()))
            return rules.robots
        if kept is None:
            raise NoAnswer(
                f"{url} answers with HTTP status {answer.status}, so nothing of this site is taken "
                "now"
            )
        return rules_from_text(kept.rules, NEWSLOOM_ROBOTS_AGENT)


class WantedCaptures:
    """Decides on captures in the order of their index."""

    def __init__(
        self,
        store: Store,
        rules: SiteRules,
        *,
        shapes: Collection[str],
        since: str,
        until: str,
    ) -> None:
        self._store = store
        self._rules = rules
        self._shapes = shapes
        self._since, self._until = since, until
        self._digests: dict[str, str] = {}
        """of each address, that of the last capture that was wanted"""

    def reason_against(self, capture: Capture) -> str | None:
        """Why a capture is not fetched; None: it is. Raises NoAnswer as SiteRules does."""
        if not self._since <= capture.at <= self._until:
            return "other-time"
        if not is_like_article(capture.url, self._shapes):
            return "other-address"
        if capture.digest and self._digests.get(capture.url) == capture.digest:
            return "same-bytes"
        if self._store.articles.has_text_since(capture.url, capture.at):
            return "known"
        if not self._rules.allow(capture.url):
            return "robots"
        self._digests[capture.url] = capture.digest
        return None
