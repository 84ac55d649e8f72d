"""Parsing in worker processes with a limit of CPU time and memory; hostile bytes end there.

340 kB of attributes on one element keep lxml busy for twelve seconds; a worker that runs into a
limit is killed and replaced, the page is rejected with that reason, and the crawl goes on. What is
counted is the page's own CPU time, so that what is an article does not depend on the load.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.errors import ExtractError, UsageError
from crawler.interrupts import blocked

SECONDS = 5.0
"""Of CPU for one page or listing; an ordinary one takes a hundredth of it."""
PATIENCE = 60.0
"""Seconds of any time after which a worker is held to be stuck, with however little CPU."""
MEMORY = 2 * 1024**3
"""Address space of one worker, in bytes."""

P = ParamSpec("P")
T = TypeVar("T")


class _Worker(ForkServerProcess):
    """Deaf to SIGTERM like to all signals that end a crawl, so it is ended by the other one."""

    def terminate(self) -> None:
        """End it."""
        self.kill()


class _Context(ForkServerContext):
    Process = _Worker


class Timed(NamedTuple, Generic[T]):
    """What came of a piece of work, and what it cost."""

    seconds: float
    """of CPU; the whole limit where the worker had to be killed"""
    value: T | None
    error: ExtractError | None = None

    def result(self) -> T:
        """What the work gave; raises its error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


def check_locks() -> None:
    """UsageError where processes can share no lock: on Linux, those lie under /dev/shm."""
    with blocked():  # a tracker that SIGHUP ends forgets its locks, and prints a traceback for each
        resource_tracker.ensure_running()  # unblocks SIGINT and SIGTERM when it has started
    try:
        multiprocessing.get_context("forkserver").Lock()
    except (ImportError, OSError) as error:
        raise UsageError(
            f"pages are read in several processes, and here they can share no lock ({error}). "
            "On Linux, mount a tmpfs on /dev/shm that this user can write to."
        ) from error


class Workers:
    """A pool of parser processes.

    Ctrl-C, a closed terminal and systemd signal the whole group: a worker that obeyed would
    reject the page that it reads, and Python print a traceback for each. They end with the crawl.
    UsageError where this machine lets processes share no lock.
    """

    def __init__(
        self,
        count: int,
        *,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
        memory: int = MEMORY,
    ) -> None:
        # forkserver: replacing a worker in the middle of a crawl must not copy the crawl.
        context = _Context()
        context.set_forkserver_preload(["crawler.parsing.workers.preload"])
        check_locks()
        with blocked():
            forkserver.ensure_running()
        self._seconds, self._patience = seconds, patience
        self._pool = ProcessPool(
            max_workers=count, context=context, initializer=_limit, initargs=[memory]
        )

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `work` in a worker.

        The future raises ExtractError: what `work` raised, `parser-error` for anything else it
        raised, `parser-timeout`, `parser-memory` or `parser-died` when a limit was hit.
        """
        outcome: Future[T] = Future()

        def hand_over(done: Future[Timed[T]]) -> None:
            if outcome.set_running_or_notify_cancel():
                try:
                    outcome.set_result(done.result().result())
                except ExtractError as error:
                    outcome.set_exception(error)

        self.submit_timed(work, *args, **kwargs).add_done_callback(hand_over)
        return outcome

    def submit_timed(
        self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[Timed[T]]:
        """Run `work` in a worker; the result says what it cost, and holds its error."""
        outcome: Future[Timed[T]] = Future()
        with blocked():  # the first starts the threads that start workers
            given = [self._seconds, work, args, kwargs]
            started = self._pool.schedule(_timed, args=given, timeout=self._patience)
        started.add_done_callback(lambda done: self._hand_over(done, outcome))
        return outcome

    def close(self) -> None:
        """Stop the workers, whatever they are doing."""
        self._pool.stop()
        self._pool.join()

    def _hand_over(self, done: Future[Any], outcome: Future[Any]) -> None:
        if not outcome.set_running_or_notify_cancel():
            return
        try:
            outcome.set_result(done.result())
        except FutureTimeoutError:
            found = ExtractError("parser-timeout", f"not parsed within {self._patience:g} s")
            outcome.set_result(Timed(self._seconds, None, found))
        except ProcessExpired as error:
            outcome.set_result(Timed(self._seconds, None, self._why_it_died(error)))
        except Exception as error:  # noqa: BLE001 - a page that trips a parser costs itself alone
            # Its result could not be sent, for one.
            outcome.set_result(Timed(self._seconds, None, _as_extract_error(error)))

    def _why_it_died(self, error: ProcessExpired) -> ExtractError:
        if error.exitcode == -signal.SIGPROF:
            return ExtractError("parser-timeout", f"not parsed with {self._seconds:g} s of CPU")
        return ExtractError("parser-died", str(error)[:200])


def _timed(
    limit: float, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Timed[T]:
    """Run in a worker, which ends when the work has taken `limit` seconds of CPU."""
    begun = time.process_time()
    value, failed = None, None
    # The kernel ends the process: a handler of Python's would wait for lxml to return.
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        value = work(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - named, and it costs the page alone
        failed = _as_extract_error(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Timed(time.process_time() - begun, value, failed)


def _as_extract_error(error: Exception) -> ExtractError:
    if isinstance(error, ExtractError):
        return error
    if isinstance(error, MemoryError):
        return ExtractError("parser-memory", "needed too much memory")
    return ExtractError("parser-error", f"{type(error).__name__}: {error}")


def _limit(memory: int) -> None:
    """Run in each new worker."""
    # What a parser has to say about a page becomes the page's rejection, not a line in cron's mail.
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A crawl killed with -9 must not leave workers behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
