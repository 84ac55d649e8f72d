"""Asks sources when it is time, where they have moved to, and one of those that are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scrapy import Request

from crawler.clock import later, now
from crawler.fetching.meta import meta
from crawler.fetching.refusals import NotDue
from crawler.fetching.writer import Writer
from crawler.polling import DOUBLE
from crawler.store.facts.polls import PollState

DOUBT = timedelta(days=2)
"""By how much an index may be wrong about the time of a change."""


class DueSources:
    """Stops polls of sources that are not to be asked now.

    With NEWSLOOM_NOW only those that are retired (410) or told us when to come back (Retry-After).
    """

    def __init__(self, crawler: Any) -> None:
        self._writer = Writer.of(crawler)
        self._regardless: bool = crawler.settings.getbool("NEWSLOOM_NOW")

    @classmethod
    def from_crawler(cls, crawler: Any) -> DueSources:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        """Raise NotDue for a source that is left alone; its new address, where it has moved."""
        source = meta(request).get("source")
        if source is None or meta(request).get("due"):
            return None
        state = self._writer.ensure_source(source)
        if state.retired_at is not None:
            raise NotDue(f"{source.url} is gone for good since {state.retired_at}")
        if state.next_poll_at is not None and state.next_poll_at > now():
            raise NotDue(f"{source.url} asked to be left alone until {state.next_poll_at}")
        if not self._regardless:
            self._check_rhythm(request, state)
        # A retry or a redirect of this request is due as well.
        meta(request)["due"] = True
        if state.moved_to is not None:
            return request.replace(url=state.moved_to, meta=dict(meta(request), moved=True))
        return None

    def _check_rhythm(self, request: Request, state: PollState) -> None:
        url = meta(request)["source"].url
        if state.due_at is not None and state.due_at > now():
            if state.same_as is not None:
                raise NotDue(f"{url} gives the same as {state.same_as}")
            self._writer.counts["polls not due"] += 1
            raise NotDue(f"{url} is due at {state.due_at}")
        changed_at = meta(request).get("changed_at")
        if changed_at and self._is_old(state, changed_at):
            raise NotDue(f"{url} has not changed since {changed_at}")

    def _is_old(self, state: PollState, changed_at: str) -> bool:
        """Whether a sitemap was read in full well after the change that its index states.

        An index may give a day, or forget to say that something changed: two days are let pass, and
        every week the sitemap is asked all the same.
        """
        read = state.polled_at
        if read is None or state.failures or state.content_hash is None:
            return False
        return changed_at < later(read, -DOUBT) and now() < later(read, DOUBLE)
