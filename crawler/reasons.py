"""Why a page was rejected or waits, why a poll was denied or failed: what the codes say."""

from __future__ import annotations

REASONS = {
    # of pages that were read
    "amp-twin": "an AMP version; the page that it names as canonical was taken instead",
    "consent-wall": "a page that asks for consent to cookies stands in its place",
    "empty": "the answer was empty",
    "error-page": "an error message, served as if it were a page",
    "front-page": "the address leads to the front page: the article is gone",
    "gallery": "pictures with little text",
    "live-blog": "a live blog, which has no text of its own",
    "login-wall": "a page that asks to log in or to subscribe stands in its place",
    "no-text": "too little body text was found",
    "not-html": "no HTML: a PDF, a picture, a feed, JSON",
    "section-page": "a page that lists others",
    "too-deep": "elements nested over 2,000 deep",
    "too-large": "more bytes than are read",
    "twin": "another page gave the same article already",
    "unreadable": "no HTML could be made of its bytes",
    "unstorable": "SQLite would not take a value of it",
    "video": "a film with little text",
    # of sources
    "not-a-feed": "what the address of a feed answers is no feed",
    "not-a-sitemap": "what the address of a sitemap answers is no sitemap",
    # of both, before or instead of an answer
    "asked-to-wait": "the server asked not to be asked before a time (Retry-After)",
    "connection": "the connection could not be made, or broke",
    "no-address": "the name of the host leads to no public address",
    "not-web": "neither http nor https",
    "private-address": "of this machine or a private network; --allow-private allows it",
    "quota": "its outlet has had its quota of the day; it is fetched the next day (UTC)",
    "refused": "a middleware of Scrapy's refused the request",
    "robots": "forbidden by robots.txt",
    "robots-unreachable": "robots.txt could not be read, so nothing is asked for now; see detail",
    "timeout": "no answer in time",
    # of the worker that read it
    "parser-died": "the process that read it died",
    "parser-error": "reading it met a mistake of Newsloom's; please report it",
    "parser-memory": "reading it took more than two gigabytes",
    "stalled": "its outlet stalled the parsers three times",
    "parser-timeout": "reading it took more than five seconds",
}
"""Besides these, http-404 and the like: the HTTP status that the server answered with."""


def meaning(reason: str) -> str:
    """What a code says; empty for one that is not known."""
    if reason.startswith("http-"):
        return f"the server answered with HTTP status {reason.removeprefix('http-')}"
    return REASONS.get(reason, "")
