"""Ctrl-C, SIGTERM and SIGHUP: how a command is broken off, at whatever moment they come.

The first raises Interrupted in the main thread, so that transactions roll back and the run is
closed; the second ends the process. This file needs only the standard library: it is loaded before
all others, because a signal may come while they are loading.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = 130
SOON = 0.02
"""Seconds until it is tried again to raise where that was impossible."""
RESUMES = "what was saved stays saved; run the same command again to resume"
_IMPORTING = "<frozen importlib._bootstrap>"


class Interrupted(KeyboardInterrupt):
    """A person, or the system, ends the command."""


class _State:
    """Of this process; signals are too."""

    listening = False
    count = 0
    """signals that came"""
    held = 0
    waiting = False
    """whether Interrupted is still to be raised"""
    stop: Callable[[int], None] | None = None
    """what is called with the number of a signal instead of raising"""
    said = False
    saved = ""
    """what the run that is broken off leaves, as a part of a sentence"""


def listen() -> None:
    """Take the signals from now on, but for those ignored so far: nohup ignores SIGHUP."""
    if _State.listening:
        return
    _State.listening = True
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _came)
    signal.signal(signal.SIGALRM, _raise_if_possible)
    sys.unraisablehook = _swallowed


def came() -> bool:
    """Whether the command was asked to end."""
    return _State.count > 0


def note(saved: str) -> None:
    """What `say` says is left of the run; empty: nothing was begun."""
    _State.saved = saved


def say(what: str = "") -> None:
    """One sentence on standard error, once, for a command that was broken off."""
    if _State.said:
        return
    _State.said = True
    left = what or _State.saved or "nothing is left half written; run the same command again"
    with suppress(OSError):
        # Not by way of sys.stderr, which may be in the middle of a line of its own.
        clear = "\r\x1b[K" if os.isatty(2) else ""  # a line of progress, or ^C
        os.write(2, f"{clear}interrupted: {left}\n".encode())


@contextmanager
def held() -> Iterator[None]:
    """A few steps that a signal must not come between; Interrupted is raised behind them."""
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
        if _State.waiting and not _State.held:
            _raise()


@contextmanager
def handled_by(stop: Callable[[int], None]) -> Iterator[None]:
    """For a loop that would swallow an exception: `stop` gets the signal's number, 1 for the first.

    At the third the process ends all the same.
    """
    with held():  # one that waits is raised before the loop begins
        _State.stop = stop
    try:
        yield
    finally:
        _State.stop = None


@contextmanager
def blocked() -> Iterator[None]:
    """For starting processes and threads: they inherit that these signals do not reach them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave(code: int) -> NoReturn:
    """End the process, without the interpreter's own end: a signal there prints a traceback.

    It would also wait for threads that look up names, for as long as no server answers them.
    """
    with held():
        atexit._run_exitfuncs()  # temporary folders of multiprocessing, among others
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):  # nobody reads it, or it is closed
                code = code or 1
        os._exit(code)


def _came(number: int, frame: FrameType | None) -> None:
    _State.count += 1
    if _State.count > (1 if _State.stop is None else 2):
        say(RESUMES)
        os._exit(EXIT_CODE)
    if _State.stop is not None:
        _State.stop(_State.count)
        return
    _State.waiting = True
    _raise_if_possible(number, frame)


def _raise_if_possible(_number: int, frame: FrameType | None) -> None:
    if not _State.waiting or _State.held:
        return
    if _in_import(frame):
        # C code that is being loaded would print the traceback itself, and report something else.
        signal.setitimer(signal.ITIMER_REAL, SOON)
        return
    _raise()


def _raise() -> NoReturn:
    _State.waiting = False
    raise Interrupted


def _in_import(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTING:
            return True
        frame = frame.f_back
    return False


def _swallowed(unraisable: Any) -> None:
    """What came while an object was being freed goes nowhere: raise it again, elsewhere."""
    if unraisable.exc_type is not Interrupted:
        sys.__unraisablehook__(unraisable)
        return
    _State.waiting = True
    signal.setitimer(signal.ITIMER_REAL, SOON)
