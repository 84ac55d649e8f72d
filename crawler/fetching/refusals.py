"""Why a request came to nothing, in one word, a sentence, and whether to try again."""

from __future__ import annotations

import os
from typing import NamedTuple

from OpenSSL.SSL import Error as TLSError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.web._newclient import ParseError


class Refusal(NamedTuple):
    """What is recorded for a page or a source."""

    reason: str
    detail: str
    temporary: bool
    denied: bool = False
    until: str | None = None
    asked: bool = True
    """False when the request was not sent"""
    cause: str = ""
    """of robots-unreachable: the reason why robots.txt could not be read (timeout, http-503 ...)"""


class Refused(IgnoreRequest):
    """Raised by our middlewares to stop a request; carries what is to be recorded."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.reason}: {refusal.detail}")
        self.refusal = refusal


class NotDue(IgnoreRequest):
    """A source that is not to be asked now; nothing is recorded."""


def refusal_for_error(error: BaseException) -> Refusal:
    """What an exception from downloading amounts to."""
    if isinstance(error, Refused):
        return error.refusal
    detail = str(error)[:300]
    if isinstance(error, CannotResolveHostError):
        return Refusal("no-address", "the name leads to no public address", temporary=True)
    if isinstance(error, DownloadTimeoutError):
        return Refusal("timeout", detail, temporary=True)
    if isinstance(error, DownloadCancelledError):
        return Refusal("too-large", detail, temporary=False)
    if isinstance(error, UnsupportedURLSchemeError):
        return Refusal("not-web", detail, temporary=False)
    if isinstance(error, IgnoreRequest):
        return Refusal("refused", detail, temporary=False)
    return Refusal("connection", _in_words(error)[:300], temporary=True)


def _in_words(error: BaseException) -> str:
    """What became of a connection."""
    error = _innermost(error)
    number = getattr(error, "osError", None)
    if isinstance(number, int):
        return os.strerror(number).lower()
    if isinstance(error, ConnectionDone | ConnectionLost):
        return "the server closed the connection before its answer was complete"
    said = error.args[0] if error.args else None
    if isinstance(error, TLSError) and isinstance(said, list):
        return f"TLS: {', '.join(reason for *_, reason in said)}"
    if isinstance(error, ParseError):
        return f"the answer is no HTTP: {said}"
    return str(error) or type(error).__name__


def _innermost(error: BaseException) -> BaseException:
    """What happened: Scrapy and Twisted wrap it, up to twice."""
    cause = error.__cause__ or error
    reasons = getattr(cause, "reasons", ())  # of Twisted's ResponseFailed
    inner: BaseException = reasons[0].value if reasons else cause
    return inner


def refusal_for_status(status: int, *, until: str | None = None) -> Refusal:
    """What an HTTP status other than 200 amounts to."""
    temporary = status >= 500 or status in (304, 408, 425, 429)
    return Refusal(f"http-{status}", "the server's answer", temporary=temporary, until=until)
