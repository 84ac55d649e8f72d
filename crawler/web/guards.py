"""Checks of a request before Datasette sees it, and headers of every answer."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from crawler.output.visible import one_line

LOG = logging.getLogger("newsloom.desk")

# Nothing from other servers and no inline script. Plots add a style element to the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    # With `no-referrer`, browsers send `Origin: null` with the desk's own forms.
    (b"referrer-policy", b"same-origin"),
]
"""Of every answer."""
_METHODS = ("GET", "HEAD")
_TAKES_DECISIONS = re.compile(r"/story/[0-9]{1,15}|/overrides")
"""Pages whose forms decide something, where the desk was started with --edit."""
# Any port: an SSH tunnel or a web server in front uses another one.
_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
# A segment `-` leads to Datasette's routes that debug or write, never to a table.
_NAME = r"/(?!-(?:[./]|$))[^/.]+"
_OF_DATASETTE = re.compile(
    rf"/store/?|/store\.(json|csv)|/store({_NAME}){{1,2}}(\.(json|csv|blob)|/)?"
    r"|/desk/.+|/favicon\.ico"
)
NOT_OF_DATASETTE = re.compile(rf"(?!(?:{_OF_DATASETTE.pattern})\Z)")
"""Matches every address, as it was sent, that Datasette does not answer on the desk.

A list of what is allowed: what a newer Datasette brings stays off until it is named here.
"""

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
Scope = dict[str, Any]


# Cookies belong to a name, not to a port: those that arrive are other programs'. The last one is
# read by Datasette only, and need not be ASCII.
_LEFT_OUT = (b"cookie", b"authorization", b"x-csrftoken")


class _Refusal(NamedTuple):
    """A status, and a sentence that says why."""

    status: int
    sentence: str
    allowed: tuple[str, ...] = ()
    """methods that the address takes, where the method was wrong"""


def request_line(scope: Scope) -> str:
    """A request on one line: its method and its address, cut at 200 characters."""
    query = scope["query_string"].decode("latin-1")
    address = _path(scope) + ("?" + query if query else "")
    return one_line(f"{scope['method']} {address}"[:200])


def with_guards(app: Asgi, *, edits: bool = False) -> Asgi:
    """The application behind guards; each refusal and each error is one line in the log.

    With `edits`, forms of the desk itself may decide on stories; nothing else may write.
    """

    @functools.wraps(app)
    async def behind_guards(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        refusal = _refusal(scope, edits=edits)
        if refusal is not None:
            await answer.refuse(refusal)
            return
        headers = [(n, v) for n, v in scope["headers"] if n not in _LEFT_OUT]
        try:
            await app({**scope, "headers": headers}, receive, answer.send)
        except Exception:
            LOG.exception("500 %s", request_line(scope))
            if not answer.started:
                await answer.refuse(_Refusal(500, "This page failed, which is a bug in Newsloom."))

    return behind_guards


class _Answer:
    """An answer on its way to the browser."""

    def __init__(self, scope: Scope, send: Any) -> None:
        self._scope = scope
        self._send = send
        self.started = False
        self._spoilt = False

    async def send(self, message: dict[str, Any]) -> None:
        """Pass on a part of the answer, with what a browser must know of it."""
        if message["type"] == "http.response.start":
            # Rows were sent when an error came: what follows would be a second answer.
            self._spoilt = self.started
            if not self.started:
                self._log(message["status"])
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            self.started = True
        if not self._spoilt:
            await self._send(message)

    async def refuse(self, refusal: _Refusal) -> None:
        """Answer with a status and a sentence."""
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if refusal.allowed:
            headers.append((b"allow", ", ".join(refusal.allowed).encode()))
        await self.send(
            {"type": "http.response.start", "status": refusal.status, "headers": headers}
        )
        await self.send({"type": "http.response.body", "body": f"{refusal.sentence}\n".encode()})

    def _log(self, status: int) -> None:
        # What ends as 500 is logged with its cause where that is known.
        if status >= 400 and status != 500:
            LOG.warning("%d %s", status, request_line(self._scope))


def _refusal(scope: Scope, *, edits: bool) -> _Refusal | None:
    wrong_method = _wrong_method(scope, edits=edits)
    if wrong_method is not None:
        return wrong_method
    # Another site may let its name point to this machine, to read the desk (DNS rebinding).
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return _Refusal(421, "This desk answers to localhost and 127.0.0.1 only.")
    # GET http://elsewhere.example/ is meant for a proxy, and names another host.
    if not _path(scope).startswith("/"):
        return _Refusal(400, "The address of a page begins with /.")
    if scope["method"] == "POST" and not _from_own_page(scope, hosts[0]):
        return _Refusal(403, "Only a page of this desk may decide on stories.")
    if not _from_here(scope, hosts[0]):
        return _Refusal(403, "Another site may link to this desk but not embed it.")
    return None


def _wrong_method(scope: Scope, *, edits: bool) -> _Refusal | None:
    takes_decisions = edits and _TAKES_DECISIONS.fullmatch(_path(scope)) is not None
    allowed = (*_METHODS, "POST") if takes_decisions else _METHODS
    if scope["method"] in allowed:
        return None
    if not edits:
        return _Refusal(405, "This desk is read-only; it takes GET and HEAD.", allowed)
    return _Refusal(405, f"This page takes only {', '.join(allowed)}.", allowed)


def _from_own_page(scope: Scope, host: str) -> bool:
    """Whether a browser says that a page of the desk sent this, and nothing says otherwise."""
    sites, origins = _values(scope, b"sec-fetch-site"), _values(scope, b"origin")
    return (
        bool(sites or origins)
        and all(site == "same-origin" for site in sites)
        and _are_of(host, origins)
    )


def _from_here(scope: Scope, host: str) -> bool:
    """Whether the request comes from the desk, or from a link that a person follows.

    As Go's CrossOriginProtection decides: by Sec-Fetch-Site where a browser sends it, otherwise
    by Origin; what sends neither is no browser.
    """
    sites = _values(scope, b"sec-fetch-site")
    if sites:
        linked = _values(scope, b"sec-fetch-dest") == ["document"]
        return sites in (["same-origin"], ["none"]) or linked
    return _are_of(host, _values(scope, b"origin"))


def _are_of(host: str, origins: list[str]) -> bool:
    own = (f"http://{host}".lower(), f"https://{host}".lower())
    return all(origin.lower() in own for origin in origins)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _path(scope: Scope) -> str:
    """The address as it was sent, which is what Datasette looks up."""
    raw: bytes = scope["raw_path"]
    return raw.decode("latin-1")
