"""What a server answered, as the values that a spider yields."""

from __future__ import annotations

from hashlib import blake2b

from scrapy.http import Response

from crawler.clock import now
from crawler.fetching.meta import meta, moved_to
from crawler.fetching.refusals import Refusal
from crawler.types import Fetched, Page, Polled, PollFailed, Source, Validators

GONE = 410


def header(response: Response, name: str) -> str | None:
    """The first 500 characters of a header; None: there is none."""
    value = response.headers.get(name)
    return value.decode("latin-1")[:500] if value else None


def polled_of(response: Response, source: Source) -> Polled:
    """What a server said about a source."""
    return Polled(
        source=source,
        url=response.url,
        status=response.status,
        size=len(response.body),
        validators=Validators(
            etag=header(response, "ETag"), last_modified=header(response, "Last-Modified")
        ),
        at=now(),
        seconds=round(meta(response).get("download_latency", 0.0), 3),
        content_hash=blake2b(response.body, digest_size=16).hexdigest(),
        moved_to=moved_to(response),
        own=not (meta(response).get("moved") or meta(response).get("redirect_urls")),
    )


def fetched_of(response: Response, page: Page, *, own_access: bool) -> Fetched:
    """What a server said about a page; with `own_access`, without the session that it began."""
    return Fetched(
        page=page,
        url=response.url,
        status=response.status,
        content_type=header(response, "Content-Type") or "",
        body=response.body,
        at=now(),
        headers={
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")[:500]
            for name, values in response.headers.items()
            if not (own_access and name == b"Set-Cookie")  # a session, and kept pages are shared
        },
    )


def poll_failed(source: Source, polled: Polled, refusal: Refusal) -> PollFailed:
    """A source that answered, and why the answer is of no use."""
    return PollFailed(
        source=source,
        url=polled.url,
        reason=refusal.reason,
        detail=refusal.detail,
        at=polled.at,
        status=polled.status,
        seconds=polled.seconds,
        denied=refusal.denied,
        temporary=refusal.temporary,
        gone=polled.status == GONE and polled.own,
        until=refusal.until,
    )
