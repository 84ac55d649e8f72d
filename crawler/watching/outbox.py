"""Sends what waits in the outbox, within a time that a crawl can spare."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from crawler.clock import later, now
from crawler.output.visible import clock, counted, one_line
from crawler.store import Store
from crawler.store.facts.watches import OutboxEvent
from crawler.types import Delivery, Watch, Way
from crawler.watching.bounded import Undelivered, within
from crawler.watching.line_files import append_line
from crawler.watching.mail import send_mail
from crawler.watching.messages import Message, read_message
from crawler.watching.trouble import Trouble
from crawler.watching.webhook import expanded, post, secret_of

BUDGET = 20.0
"""Seconds for all sending of a run."""
ATTEMPT = 10.0
"""Seconds for one message."""
FIRST_WAIT = timedelta(minutes=5)
"""After a failure; each further one doubles it."""
LONGEST_WAIT = timedelta(days=1)
MAX_ATTEMPTS = 10
"""Failures after which a message is given up: over two and a half days at the least."""


def send_waiting(
    store: Store, *, environment: Mapping[str, str], out: TextIO
) -> tuple[int, list[Trouble]]:
    """Send what is due; what fails waits for a later run, and stops no other watch.

    How many messages were sent, and why others were not.
    """
    end = time.monotonic() + BUDGET
    messages = 0
    troubles: list[Trouble] = []
    # Receivers that hang must not use up the time of those that answer.
    for watch in sorted(store.watches.all(), key=lambda one: _has_failed(store, one)):
        latest = later(now(), LONGEST_WAIT)
        due = store.watches.due(watch, now=now(), latest=latest)
        for number, event in enumerate(due):
            seconds = min(ATTEMPT, end - time.monotonic())
            if seconds < ATTEMPT / 10:  # too little for an honest attempt
                left = counted(len(due) - number, "event")
                why = f"{left} waiting, for the time of a run is over; the next run sends more"
                troubles.append(Trouble(watch.name, why, again=True))
                break
            message = read_message(event.message)
            try:
                send(message, watch.delivery, environment=environment, out=out, seconds=seconds)
            except Undelivered as error:
                # The same receiver is not asked twice in one run.
                troubles.append(_failed(store, watch, event, error))
                break
            with store.batch():
                store.watches.sent(event.id, now=now())
            messages += 1
    return messages, troubles


def _has_failed(store: Store, watch: Watch) -> bool:
    return store.watches.unsent(watch, since=now()).waits_for is not None


def send(
    message: Message,
    delivery: Delivery,
    *,
    environment: Mapping[str, str],
    out: TextIO,
    seconds: float = ATTEMPT,
) -> None:
    """Send one message. Raises Undelivered."""
    target = delivery.target or ""
    sending: Callable[[], None]
    match delivery.way:
        case Way.STDOUT:
            _write(out, message.as_json())
            return
        case Way.FILE:
            sending = functools.partial(
                append_line, Path(target), message.as_json(), key=message.key
            )
        case Way.WEBHOOK:
            sending = functools.partial(
                post,
                expanded(target, environment),
                message.as_json().encode(),
                key=message.key,
                at=now(),
                secret=secret_of(delivery.secret_from, environment),
                private=delivery.private,
                seconds=seconds,
            )
        case Way.MAIL:
            sending = functools.partial(
                send_mail, target, message, environment=environment, seconds=seconds
            )
        case Way.FEED:
            return
    within(seconds, sending)


def _write(out: TextIO, line: str) -> None:
    try:
        out.write(f"{line}\n")
        out.flush()
    except OSError as error:
        raise Undelivered(f"cannot be written: {error.strerror}") from error


def receiver(delivery: Delivery) -> str:
    """To whom a watch sends, for people; without what the environment holds."""
    match delivery.way:
        case Way.FEED:
            return "the desk's feed"
        case Way.STDOUT:
            return "standard output"
        case way:
            return f"{way} {one_line(delivery.target or '')}"


def _failed(store: Store, watch: Watch, event: OutboxEvent, error: Undelivered) -> Trouble:
    """Note a failure, and what follows from it."""
    why = f"{receiver(watch.delivery)} {error}"
    before = store.watches.unsent(watch, since=now())
    attempts = event.attempts + error.tried
    if attempts >= MAX_ATTEMPTS:
        with store.batch():
            store.watches.give_up(event.id, why, now=now())
        return Trouble(
            watch.name,
            f"{why}; after {MAX_ATTEMPTS} attempts event {event.key} is given up, "
            f"`newsloom watch show {watch.name}` has it",
            again=False,
        )
    wait = error.wait or min(FIRST_WAIT * int(2 ** max(attempts - 1, 0)), LONGEST_WAIT)
    next_at = later(now(), wait) if error.tried else None
    with store.batch():
        store.watches.failed(event.id, why, next_at=next_at, tried=error.tried)
        if next_at is not None and error.wait is not None:
            store.watches.put_off(watch, until=next_at)
    waiting = counted(before.waiting, "event")
    again = "the next run tries again"
    if next_at is not None:
        again = f"tried again after {clock(next_at)} UTC"
    return Trouble(
        watch.name, f"{why}; {waiting} waiting, {again}", again=before.waits_for is not None
    )
