"""Messages by mail: through the SMTP server that NEWSLOOM_SMTP names, else by sendmail."""

from __future__ import annotations

import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from crawler.output.visible import one_line
from crawler.watching.bounded import Undelivered
from crawler.watching.messages import Message

SERVER = "NEWSLOOM_SMTP"
_USUAL = "/usr/sbin/sendmail"
_PORTS = {"smtp": 587, "smtps": 465}
_SUBJECT = 200
"""Characters."""


def send_mail(to: str, message: Message, *, environment: Mapping[str, str], seconds: float) -> None:
    """Send a message to an address. Raises Undelivered."""
    server = environment.get(SERVER, "").strip()
    if server:
        _by_smtp(server, to, message, seconds)
    else:
        _by_sendmail(to, message, environment, seconds)


class _Server(NamedTuple):
    """An SMTP server and how to log in to it."""

    host: str
    port: int
    secure: bool
    """whether the connection begins with TLS"""
    user: str
    password: str


def _server(address: str) -> _Server:
    """What an address names. Raises Undelivered."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname:
        raise Undelivered(
            f"gets no message, because {SERVER} is no address of a server; write "
            "smtp://user:password@mail.example.org or smtps://...",
            tried=False,
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return _Server(parts.hostname, port, parts.scheme == "smtps", user, password)


def _by_smtp(address: str, to: str, message: Message, seconds: float) -> None:
    server = _server(address)
    mail = _mail(message, to, sender=server.user if "@" in server.user else to)
    try:
        with _connected(server, seconds) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
    except TimeoutError as error:
        raise Undelivered(f"gets no mail: no answer within {seconds:.0f} s") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(_in_words(error)) from error


def _connected(server: _Server, seconds: float) -> smtplib.SMTP:
    """A connection over TLS, where there is a password or the server offers it."""
    context = ssl.create_default_context()
    if server.secure:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=seconds)
    try:
        _begin_tls(connection, server, context)
    except BaseException:
        connection.close()
        raise
    return connection


def _begin_tls(connection: smtplib.SMTP, server: _Server, context: ssl.SSLContext) -> None:
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=context)
    elif server.password:
        raise Undelivered(
            f"gets no message: the server of {SERVER} offers no TLS, and the password is not sent "
            "in clear"
        )


def _in_words(error: Exception) -> str:
    """Why a server took no mail."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, said = next(iter(refused.values()))
            return f"is refused by the mail server: {code} {_text(said)}"
        case smtplib.SMTPResponseException():
            why = f"{error.smtp_code} {_text(error.smtp_error)}"
            return f"is refused by the mail server: {why}"
    cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"gets no mail: the mail server cannot be reached: {_text(cause)}"


def _by_sendmail(to: str, message: Message, environment: Mapping[str, str], seconds: float) -> None:
    program = shutil.which("sendmail", path=environment.get("PATH")) or _USUAL
    if not Path(program).is_file():
        raise Undelivered(
            f"gets no message: there is no sendmail on this machine; set {SERVER} to an SMTP "
            "server, smtp://user:password@mail.example.org",
            tried=False,
        )
    mail = bytes(_mail(message, to, sender=to))
    try:
        done = subprocess.run(
            [program, "-i", "--", to], input=mail, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Undelivered(f"gets no mail: sendmail took over {seconds:.0f} s") from error
    except OSError as error:
        raise Undelivered(f"gets no mail: sendmail: {error.strerror}") from error
    if done.returncode:
        raise Undelivered(
            f"gets no mail: sendmail ended with {done.returncode}: {_text(done.stderr)}"
        )


def _mail(message: Message, to: str, *, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = f"[{message.watch}] {one_line(message.text)}"[:_SUBJECT]
    mail["From"] = f"Newsloom <{sender}>"
    mail["To"] = to
    mail["Date"] = format_datetime(datetime.fromisoformat(message.at))
    # Mail programs show what has one Message-ID once.
    mail["Message-ID"] = f"<{message.key}@newsloom.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.as_text())
    return mail


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(" ".join(text.split()))[:200]
