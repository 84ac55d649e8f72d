"""How watches send: every event once, or again with its key; and never at a crawl's cost."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email.policy import default
from pathlib import Path

import pytest

from crawler.watching import outbox
from tests.conftest import newsloom
from tests.crawl.site import Site, feed, item, page
from tests.watching.conftest import Desk, bridge
from tests.watching.receivers import MailServer, Receiver

ICE = bridge(
    "gazette", 3, title="Bridge of ice", text="Frost built one over the harbour in a night. " * 20,
    published_at="2022-03-05T10:00:00Z",
)  # fmt: skip
"""Another story with a bridge."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


def change(db: Path, sql: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(sql)


def now_due(desk: Desk) -> None:
    """Some time later."""
    change(desk.db, "UPDATE watch_events SET next_at = '2022-01-01T00:00:00Z'")


def hooked(desk: Desk, url: str, *more: object) -> None:
    desk.watch("w", "--words", "bridge", "--webhook", url, "--allow-private", *more)
    desk.bring(bridge("gazette"))


def test_a_webhook_is_signed_by_a_secret_that_is_kept_nowhere(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = b"0123456789abcdef"
    hooked(desk, f"{receiver.url}/${{HOOK_PATH}}?a=1", "--secret-from", "HOOK_SECRET")
    done = desk.group()
    assert "the environment variable HOOK_PATH is not set" in done.stderr
    monkeypatch.setenv("HOOK_PATH", "s3cr3t-path")
    assert "the environment variable HOOK_SECRET is not set" in desk.group().stderr
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + base64.b64encode(secret).decode())
    done = desk.group()
    assert "Watches noticed 0 events and sent 1 message." in done.stderr
    ((headers, body),) = receiver.posted
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    message = json.loads(body)
    assert message["key"] == headers["webhook-id"] == headers["idempotency-key"]
    assert message["text"] == "New story of 1 outlet: A bridge is closed"
    shown = desk("watch", "show", "w").stdout
    assert "${HOOK_PATH}?a=1" in shown
    kept = desk.db.read_bytes() + shown.encode()
    assert not any(value in kept for value in (b"s3cr3t-path", b"whsec_", secret))


def test_what_a_receiver_refuses_waits_and_is_sent_later(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    hooked(desk, receiver.url)
    desk.bring(ICE)
    done = desk.group()
    assert (
        f"watch w: webhook {receiver.url} answers 500; 2 events waiting, tried again" in done.stderr
    )
    assert len(receiver.posted) == 1
    assert "2 events waiting: webhook" in desk("health").stdout
    assert "watch w" not in desk.group("-q").stderr  # said once, and the first is not due
    receiver.status = 200
    now_due(desk)
    desk.group()
    desk.group()
    keys = [headers["webhook-id"] for headers, _ in receiver.posted]
    assert len(set(keys)) == 2
    assert "watch w" not in desk("health").stdout


def test_a_receiver_that_asks_for_a_pause_gets_it(desk: Desk, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "7200"}
    hooked(desk, receiver.url)
    desk.group()
    (waits,) = _ask(desk.db, "SELECT unixepoch(next_at) - unixepoch(at) >= 7199 FROM watch_events")
    assert waits == (1,)
    desk.bring(ICE)
    desk.group()
    assert len(receiver.posted) == 1
    assert len(desk.events("w")) == 2
    change(desk.db, "UPDATE watches SET quiet_until = '2022-01-01T00:00:00Z'")
    desk.group()
    assert len(receiver.posted) == 2


def _ask(db: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def test_a_redirect_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.status, receiver.headers = 307, {"Location": other.url}
        hooked(desk, receiver.url)
        assert "answers 307, a redirect, which is not followed" in desk.group().stderr
        assert other.posted == []


def test_a_private_address_is_refused_behind_any_name(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []

    def rebinding(*_: object, **__: object) -> list[object]:
        looked_up.append(_)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    port = int(receiver.url.split(":")[2].partition("/")[0])
    monkeypatch.setattr("crawler.watching.webhook.socket.getaddrinfo", rebinding)
    desk.watch("w", "--words", "bridge", "--webhook", f"http://hooks.example:{port}/")
    desk.bring(bridge("gazette"))
    assert "is on this machine or in a private network" in desk.group().stderr
    assert receiver.posted == []
    change(desk.db, "UPDATE watches SET private = 1")
    now_due(desk)
    desk.group()
    assert len(receiver.posted) == 1
    assert len(looked_up) == 2  # once for each attempt: what was checked is what is connected to


@pytest.mark.parametrize("drip", [False, True])
def test_a_receiver_that_hangs_costs_bounded_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, drip: bool
) -> None:
    monkeypatch.setattr(outbox, "ATTEMPT", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        hooked(desk, f"http://127.0.0.1:{server.getsockname()[1]}/")
        if drip:
            _drip(server)
        assert "gave no answer within" in desk.group().stderr
        assert _ask(desk.db, "SELECT state, attempts FROM watch_events") == [("waiting", 1)]


def _drip(server: socket.socket) -> None:
    """Answer a byte at a time, for ever."""
    import threading
    import time

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                try:
                    connection.sendall(b"X: y\r\n")
                except OSError:
                    return
                time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()


def test_after_many_attempts_an_event_is_given_up(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 410
    hooked(desk, receiver.url)
    desk.group()
    change(desk.db, f"UPDATE watch_events SET attempts = {outbox.MAX_ATTEMPTS - 1}")
    now_due(desk)
    done = desk.group("-q")
    assert f"after {outbox.MAX_ATTEMPTS} attempts event" in done.stderr
    assert "is given up, `newsloom watch show w` has it" in done.stderr
    assert "1 event given up" in desk("health").stdout
    now_due(desk)
    desk.group()
    assert len(receiver.posted) == 2


def test_a_time_that_a_clock_ahead_wrote_makes_no_event_wait(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.status = 500
    hooked(desk, receiver.url)
    desk.group()
    change(desk.db, "UPDATE watch_events SET next_at = '2999-01-01T00:00:00Z'")
    receiver.status = 200
    desk.group()
    assert len(receiver.posted) == 2


@pytest.mark.slow
def test_killed_between_sending_and_noting_it_the_event_comes_again_with_its_key(
    desk: Desk, receiver: Receiver
) -> None:
    hooked(desk, receiver.url)
    running = subprocess.Popen(
        [sys.executable, "-m", "crawler", "--db", str(desk.db), "group", "-q"],
        cwd=Path(__file__).parents[2],
    )
    receiver.before_answer = lambda: os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    receiver.before_answer = lambda: None
    assert len(receiver.posted) == 1
    desk.group()
    desk.group()
    first, second = receiver.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert _ask(desk.db, "SELECT count(*), min(state) FROM watch_events") == [(1, "sent")]


def test_a_file_has_an_event_once_also_after_a_kill(desk: Desk) -> None:
    desk.watch("w", "--words", "bridge", "--file", "told.jsonl")
    file = desk.folder / "told.jsonl"
    file.write_text('{"torn": ', encoding="utf-8")
    desk.bring(bridge("gazette"))
    desk.group()
    change(desk.db, "UPDATE watch_events SET state = 'waiting', settled_at = NULL")
    desk.group()
    torn, line = file.read_text("utf-8").splitlines()
    assert torn == '{"torn": '
    assert json.loads(line)["text"] == "New story of 1 outlet: A bridge is closed"
    file.unlink()
    file.mkdir()
    desk.bring(ICE)
    assert f"watch w: file {file} cannot be written" in desk.group().stderr


def read(mail: bytes) -> email.message.EmailMessage:
    found = email.message_from_bytes(mail, policy=default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def test_mail_goes_by_smtp(desk: Desk, mails: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_SMTP", mails.address)
    desk.watch("w", "--words", "bridge", "--mail", "me@example.org")
    hostile = "A bridge\nBcc: all@example.org\x1b[31m is closed"
    desk.bring(bridge("gazette", title=hostile))
    mails.refuses = True
    refused = "is refused by the mail server: 550 no such person here"
    assert f"watch w: mail me@example.org {refused}" in desk.group().stderr
    mails.refuses = False
    now_due(desk)
    desk.group()
    (mail,) = map(read, mails.mails)
    (event,) = desk.events("w")
    assert mail["To"] == "me@example.org"
    assert mail["Message-ID"] == f"<{event['key']}@newsloom.invalid>"
    assert mail["Bcc"] is None
    assert mail["Subject"].strip().startswith("[w] New story of 1 outlet: A bridge")
    text = mail.get_content()
    assert "https://gazette.example/1" in text
    assert "\x1b" not in text


def test_a_password_is_not_sent_in_clear(
    desk: Desk, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails.login = True
    address = mails.address.replace("smtp://", "smtp://me:s3cr3t@")
    monkeypatch.setenv("NEWSLOOM_SMTP", address)
    desk.watch("w", "--words", "bridge", "--mail", "me@example.org")
    desk.bring(bridge("gazette"))
    done = desk.group()
    assert "offers no TLS, and the password is not sent in clear" in done.stderr
    assert "s3cr3t" not in done.stderr + desk("watch", "show", "w").stdout
    assert mails.mails == []


@pytest.mark.parametrize(
    ("server", "said"),
    [("smtp://127.0.0.1:9", "the mail server cannot be reached: Connection refused"),
     ("mail.example.org", "NEWSLOOM_SMTP is no address of a server; write smtp://")],
)  # fmt: skip
def test_a_mail_server_that_is_down_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, server: str, said: str
) -> None:
    monkeypatch.setenv("NEWSLOOM_SMTP", server)
    desk.watch("w", "--words", "bridge", "--mail", "me@example.org")
    desk.bring(bridge("gazette"))
    assert said in desk.group().stderr


def test_mail_goes_by_sendmail(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "sendmail"
    program.parent.mkdir()
    kept = shlex.quote(str(tmp_path / "mail"))
    program.write_text(f'#!/bin/sh\necho "$@" > {kept}.args\ncat > {kept}\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    desk.watch("w", "--words", "bridge", "--mail", "me@example.org")
    desk.bring(bridge("gazette"))
    desk.group()
    assert (tmp_path / "mail.args").read_text() == "-i -- me@example.org\n"
    assert read((tmp_path / "mail").read_bytes())["To"] == "me@example.org"
    program.write_text("#!/bin/sh\necho no route >&2\nexit 75\n", encoding="utf-8")
    done = desk("watch", "test", "w")
    assert done.returncode == 3
    assert (
        "watch w: mail me@example.org gets no mail: sendmail ended with 75: no route" in done.stderr
    )


def test_a_bug_in_sending_fails_no_run_and_shows_no_secret(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("s3cr3t")

    monkeypatch.setattr(outbox, "post", broken)
    hooked(desk, receiver.url)
    said = desk.group().stderr
    assert "gets no message, because of a bug in Newsloom (RuntimeError); please report it" in said
    assert "s3cr3t" not in said


def test_when_the_time_of_a_run_is_over_the_rest_waits(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(desk, receiver.url)
    with monkeypatch.context() as short:
        short.setattr(outbox, "BUDGET", 0.0)
        over = "watch w: 1 event waiting, for the time of a run is over; the next run sends more"
        assert over in desk.group().stderr
    desk.group()
    assert len(receiver.posted) == 1


def test_a_test_is_sent_and_kept_nowhere(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(desk, receiver.url)
    assert desk("watch", "test", "w").returncode == 0
    ((_, body),) = receiver.posted
    assert json.loads(body)["event"] == "test"
    assert desk.events("w") == []
    desk.watch("quiet", "--when", "outlet-silent", "--file", "-")
    assert json.loads(desk("watch", "test", "quiet").stdout)["text"].startswith("This is a test")
    monkeypatch.setenv("HOOK_URL", receiver.url)
    desk.watch("secret", "--words", "bridge", "--webhook", "${HOOK_URL}", "--allow-private")
    assert desk("watch", "test", "secret").returncode == 0
    assert len(receiver.posted) == 2
    monkeypatch.setenv("HOOK_URL", "ftp://s3cr3t.example/")
    refused = desk("watch", "test", "secret")
    assert (refused.returncode, refused.stderr) == (
        3, "watch secret: webhook ${HOOK_URL} is no web address\n",
    )  # fmt: skip
    desk.watch("feed", "--words", "bridge")
    assert "/watches/feed.atom" in desk("watch", "test", "feed").stdout


@pytest.mark.slow
def test_a_crawl_tells_and_what_watches_meet_does_not_fail_it(desk: Desk) -> None:
    with Site() as site, Receiver() as receiver:
        receiver.status = 500
        time = '<meta property="article:published_time" content="2022-01-05T10:00:00Z">'
        site["/feed.xml"] = feed(item(site.url("/a")))
        site["/a"] = page("A bridge is closed", head=time)
        outlets = site.describe(desk.folder / "outlets", feeds=["/feed.xml"])
        desk.watch("hook", "--words", "bridge", "--webhook", receiver.url, "--allow-private")
        desk.watch("out", "--words", "bridge", "--file", "-")
        done = newsloom("--db", desk.db, "crawl", "--allow-private", "--only", "--outlets", outlets)
        assert done.returncode == 0, done.stderr
        assert f"watch hook: webhook {receiver.url} answers 500; 1 event waiting" in done.stderr
        told, summary = done.stdout.splitlines()
        assert json.loads(told)["text"] == "New story of 1 outlet: A bridge is closed"
        assert summary.startswith("run ")
        receiver.status = 204
        now_due(desk)
        desk.group()
        assert len({headers["webhook-id"] for headers, _ in receiver.posted}) == 1
        assert len(receiver.posted) == 2
