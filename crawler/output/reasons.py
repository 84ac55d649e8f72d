"""Codes of reasons: why a page was rejected or waits, why a poll was denied or failed."""

from __future__ import annotations

REASONS = {
    # of pages that were read
    "amp-twin": "an AMP version; Newsloom took the page that it names as canonical",
    "consent-wall": "the page asks for consent to cookies instead of showing an article",
    "empty": "the answer has no content",
    "error-page": "an error message, served as an ordinary page",
    "front-page": "the address leads to the front page, because the article is gone",
    "gallery": "pictures with little text",
    "login-wall": "the page asks to log in or to subscribe instead of showing an article",
    "no-text": "the page has too little body text",
    "not-html": "not HTML: a PDF, a picture, a feed, JSON",
    "no-browser": "the description says `render`, but Playwright or Chromium is not installed",
    "render-failed": "the browser could not show the page; see detail",
    "render-timeout": "the scripts of the page came to no end",
    "section-page": "a page that lists other pages",
    "too-deep": "elements are nested more than 2,000 deep",
    "too-large": "more bytes than Newsloom reads",
    "twin": "another page gave this article already",
    "unreadable": "the bytes cannot be parsed as HTML",
    "unstorable": "SQLite cannot store a value of the page",
    "video": "a video with little text",
    # of sources
    "google-news": "all links lead to Google News; add the feeds of the outlets themselves",
    "not-a-feed": "the address of a feed answers with something else",
    "not-a-sitemap": "the address of a sitemap answers with something else",
    # of both, where you have access of your own
    "access-expired": "your own access (headers_from, cookies_from) was not accepted; it may have "
    "expired",
    "no-access": "the environment variable with your own access is missing or malformed",
    # of both, before or instead of an answer
    "asked-to-wait": "the server asked for a pause (Retry-After)",
    "connection": "the connection could not be made, or broke",
    "no-address": "the host name leads to no public address",
    "not-web": "the address is neither http nor https",
    "private-address": "an address of this machine or a private network; --allow-private allows it",
    "quota": "the daily quota of the outlet is used up; the page is fetched the next day (UTC)",
    "refused": "a Scrapy middleware refused the request",
    "robots": "robots.txt forbids it",
    "robots-unreachable": "robots.txt could not be read, so nothing is fetched for now; see detail",
    "timeout": "the server did not answer in time",
    # of the parser process
    "parser-died": "the parser process died",
    "parser-error": "a bug in Newsloom; please report it",
    "parser-memory": "parsing took more than two gigabytes",
    "stalled": "the outlet stalled the parsers three times",
    "parser-timeout": "parsing took more than five seconds of CPU, or a minute in all",
}
"""The meaning of each code. `http-404` and other statuses are the HTTP status of the answer."""

ACCESS = frozenset({"access-expired", "no-access"})
"""Reasons that are those of a reader's own access."""


def meaning(reason: str) -> str:
    """The meaning of a code; empty for an unknown one."""
    if reason.startswith("http-"):
        return f"the server answered with HTTP status {reason.removeprefix('http-')}"
    return REASONS.get(reason, "")
