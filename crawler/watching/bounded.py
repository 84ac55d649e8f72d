"""Sending within a bounded time, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from crawler.interrupts import blocked


class Undelivered(Exception):
    """A message that could not be sent; why, as the end of a sentence."""

    def __init__(self, why: str, *, wait: timedelta | None = None, tried: bool = True) -> None:
        super().__init__(why)
        self.wait = wait
        """for how long the other side wants to be left alone"""
        self.tried = tried
        """False when nothing was sent, for want of something on this side"""


def within(seconds: float, send: Callable[[], None]) -> None:
    """Call `send`, which must not touch the store; raises Undelivered, also when it takes longer.

    Sockets have timeouts for a step, names have none, and a server may drip: so it runs in a
    thread, which is left to itself when its time is over. What it then still sends is sent again
    with the same key.
    """
    failed: list[BaseException] = []

    def run() -> None:
        try:
            send()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    with blocked():
        thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise Undelivered(f"gave no answer within {seconds:.0f} s")
    for error in failed:
        if isinstance(error, Undelivered):
            raise error
        # Not what it says: that may hold an address or a secret.
        raise Undelivered(
            f"gets no message, because of a bug in Newsloom ({type(error).__name__}); please "
            "report it"
        ) from error
