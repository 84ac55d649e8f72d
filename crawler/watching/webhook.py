"""Messages to webhooks: signed, and to public addresses only.

Signatures are those of Standard Webhooks (https://www.standardwebhooks.com), which libraries in
many languages check. Redirects are not followed: where a message goes is the user's decision.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from w3lib.url import safe_url_string

from crawler.clock import posix
from crawler.polling import requested_pause
from crawler.public_addresses import is_public
from crawler.release import __version__
from crawler.watching.bounded import Undelivered

PRIVATE = (
    "is on this machine or in a private network; `newsloom watch add --allow-private` permits it"
)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(target: str, environment: Mapping[str, str]) -> str:
    """An address with the environment variables that it names as `${NAME}`; may raise Undelivered.

    An address is a secret where it is all that a receiver asks for: it is kept without.
    """
    for name in variables(target):
        _value(name, environment)
    return _VARIABLE.sub(lambda found: environment[found[1]].strip(), target)


def variables(target: str) -> list[str]:
    """The environment variables that an address names."""
    return _VARIABLE.findall(target)


def is_variable(target: str) -> bool:
    """Whether the whole of an address is that of an environment variable."""
    return _VARIABLE.fullmatch(target) is not None


def secret_of(name: str | None, environment: Mapping[str, str]) -> bytes | None:
    """The secret that signs, from the variable of this name. Raises Undelivered."""
    if name is None:
        return None
    value = _value(name, environment)
    if not value.startswith("whsec_"):
        return value.encode()
    try:
        return base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise Undelivered(
            f"gets no message, because {name} begins with whsec_ and what follows is no base64",
            tried=False,
        ) from error


def _value(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise Undelivered(
            f"gets no message, because the environment variable {name} is not set; set it where "
            "the crawl is started (crontab, systemd unit)",
            tried=False,
        )
    return value


def post(
    address: str,
    body: bytes,
    *,
    key: str,
    at: str,
    secret: bytes | None,
    private: bool,
    seconds: float,
) -> None:
    """Send a message; `at` is the time of the attempt. Raises Undelivered for all but a 2xx."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Newsloom/{__version__}",
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": f"{posix(at):.0f}",
    }
    if secret is not None:
        headers["webhook-signature"] = signature(secret, key, headers["webhook-timestamp"], body)
    try:
        status, wait = _answer(address, body, headers, private=private, seconds=seconds)
    except TimeoutError as error:
        raise Undelivered(f"gave no answer within {seconds:.0f} s") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Undelivered(_in_words(error)) from error
    if not 200 <= status < 300:
        raise Undelivered(_refused(status), wait=wait)


def _answer(
    address: str, body: bytes, headers: Mapping[str, str], *, private: bool, seconds: float
) -> tuple[int, timedelta | None]:
    """The status of the answer, and how long the receiver wants to be left alone."""
    parts = urlsplit(safe_url_string(address))
    if parts.scheme not in ("http", "https"):
        raise ValueError(parts.scheme)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    connection = _Guarded(parts.hostname or "", parts.port, parts.scheme, seconds, private)
    try:
        connection.request("POST", path, body, headers)
        with connection.getresponse() as answer:
            return answer.status, _wait(answer)
    finally:
        connection.close()


def _in_words(error: Exception) -> str:
    """Why there was no answer; without the address, which may be a secret."""
    match error:
        case http.client.InvalidURL() | ValueError() if not isinstance(error, OSError):
            return "is no web address"
        case ssl.SSLError():
            verified = getattr(error, "verify_message", "")
            return f"cannot be reached: TLS: {verified or error.reason or 'no TLS'}"
        case OSError():
            return f"cannot be reached: {error.strerror or error}"
    return "gave an answer that is no HTTP"


def signature(secret: bytes, key: str, timestamp: str, body: bytes) -> str:
    """What `webhook-signature` holds: version and HMAC-SHA256 over key, time and body."""
    signed = b".".join([key.encode(), timestamp.encode(), body])
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def _refused(status: int) -> str:
    if 300 <= status < 400:
        return f"answers {status}, a redirect, which is not followed; watch its new address"
    return f"answers {status}"


def _wait(answer: http.client.HTTPResponse) -> timedelta | None:
    header = answer.getheader("Retry-After")
    return None if header is None else requested_pause(header, now=datetime.now(UTC))


class _Guarded(http.client.HTTPConnection):
    """Looks the name up once, and connects to a public one of the addresses that it found."""

    def __init__(
        self, host: str, port: int | None, scheme: str, seconds: float, private: bool
    ) -> None:
        self._secure = scheme == "https"
        self._private = private
        super().__init__(host, port or (443 if self._secure else 80), timeout=seconds)

    def connect(self) -> None:
        """Connect to the first address that answers."""
        self.sock = self._connected()
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def _connected(self) -> socket.socket:
        refused: OSError | None = None
        for family, address in self._addresses():
            connected = socket.socket(family, socket.SOCK_STREAM)
            connected.settimeout(self.timeout)
            try:
                connected.connect(address)
            except OSError as error:
                connected.close()
                refused = error
            else:
                return connected
        raise refused or OSError("no address")

    def _addresses(self) -> list[tuple[int, tuple[str, int]]]:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [(family, address) for family, *_, address in found]
        allowed = [one for one in addresses if self._private or is_public(str(one[1][0]))]
        if not allowed:
            raise Undelivered(PRIVATE)
        return allowed  # type: ignore[return-value] # of IPv6 with a scope
