"""Addresses: one canonical form for each page, so that a page is known again."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urljoin, urlsplit, urlunsplit

import tldextract
from courlan import clean_url
from w3lib.url import canonicalize_url

from crawler.errors import UsageError
from crawler.types import limits

_AMP = frozenset({"amp", "amp=", "amp=1", "amp=true", "amp=yes", "outputtype=amp", "output=amp"})
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def canonical(url: str, base: str | None = None) -> str:
    """The address without fragment, tracking parameters and other noise. Idempotent.

    Raises UsageError when it is not an http or https address of a host.
    """
    text = _CONTROL.sub("", url)
    try:
        joined = urljoin(base, text) if base else text
        _require_web(joined)
        # Each of the two undoes a little of the other's work, so go on until nothing changes.
        for _ in range(4):
            cleaned = _once(joined)
            if cleaned == joined:
                break
            joined = cleaned
        _require_web(joined)
    except (ValueError, UnicodeError) as error:
        raise UsageError(f"not a web address: {url[:200]!r}") from error
    if len(joined) > limits.URL:
        raise UsageError(f"address longer than {limits.URL} characters: {url[:80]!r}...")
    return joined


def addresses(links: Iterable[str | None], base: str) -> tuple[str, ...]:
    """Canonical addresses of links, each once, in order; what is no web address is left out."""
    found: dict[str, None] = {}
    for link in links:
        with suppress(UsageError):
            found.setdefault(canonical(link or "", base))
    return tuple(found)


def host(url: str) -> str:
    """Host name of an address, without `www.`; empty when there is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def registered_domain(url: str) -> str:
    """The part of the host that somebody registered: bbc.co.uk for news.bbc.co.uk."""
    name = urlsplit(url).hostname or ""
    found: str = _suffixes()(name).top_domain_under_public_suffix
    return found or name


@functools.lru_cache(maxsize=100_000)
def slot(url: str) -> str:
    """Whose turn a request to this address takes: the registered domain, in all its hosts.

    Of services where many publish (blogspot.com, wordpress.com) each publisher has one.
    """
    name = urlsplit(url).hostname or ""
    found: str = _suffixes()(name, include_psl_private_domains=True).top_domain_under_public_suffix
    return found or name


def is_front_page(url: str) -> bool:
    """Whether an address points at a host's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _once(url: str) -> str:
    url = _without_amp(url)
    # courlan drops parameters without a value, and /article?4711 is not /article.
    named = all(field.partition("=")[2] for field in urlsplit(url).query.split("&") if field)
    parts = urlsplit(canonicalize_url((clean_url(url) or url) if named else url))
    netloc = parts.netloc.lower().rpartition("@")[2]
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return urlunsplit(parts._replace(netloc=netloc.removesuffix(default), path=parts.path or "/"))


def _without_amp(url: str) -> str:
    """Without the parameters that ask for the AMP form of the same page."""
    parts = urlsplit(url)
    fields = parts.query.split("&")
    kept = [field for field in fields if field.lower() not in _AMP]
    return url if len(kept) == len(fields) else urlunsplit(parts._replace(query="&".join(kept)))


def _require_web(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    _ = parts.port  # raises ValueError when it is not a number


@functools.cache
def _suffixes() -> tldextract.TLDExtract:
    # The list that comes with the package; never one from the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
