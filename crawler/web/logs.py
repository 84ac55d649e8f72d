"""The log of the desk: one line per error, written without blocking."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import select
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from crawler.output.visible import one_line

_LENGTH = 500
"""Characters of a line in the log."""


@contextmanager
def nonblocking_output() -> Iterator[None]:
    """Write to stdout and stderr only what they take at once, and drop the rest.

    A pipe that nobody reads takes 64 KiB; the next line would block the whole desk. Sets up logging
    too, warnings included.
    """
    with redirect_stdout(_nonblocking(sys.stdout)), redirect_stderr(_nonblocking(sys.stderr)):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_OneLine())
        handler.addFilter(_is_worth_a_line)
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
        logging.captureWarnings(True)
        # asyncio warns at each write after a reader has left; py.warnings has those of Datasette.
        for name in ("asyncio", "py.warnings"):
            logging.getLogger(name).setLevel(logging.ERROR)
        yield


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Leaves out answers that the end of the desk cancelled, and uvicorn's advice on WebSockets."""
    broken_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not broken_off and "WebSocket" not in record.getMessage()


class _OneLine(logging.Formatter):
    """A record as one line; of an exception its type, message and place, without a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = record.getMessage().strip()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line += f": {type(error).__name__}: {error} ({_innermost_places(error)})"
        return one_line(line)[:_LENGTH]


def _innermost_places(error: BaseException) -> str:
    """The innermost three places, last first: store.py:20, database.py:40."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-3:])
    return ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def _nonblocking(stream: TextIO | None) -> TextIO | None:
    """A stream over the file of another that drops what the file does not take at once."""
    if stream is None:
        return None
    return io.TextIOWrapper(  # type: ignore[type-var] # it takes what is not buffered too
        _Dropping(stream.fileno()),
        encoding=stream.encoding,
        errors="backslashreplace",
        write_through=True,
    )


class _Dropping(io.RawIOBase):
    """A file that is written to only when that cannot block, and drops the rest.

    Not O_NONBLOCK: that would hold for every program that shares the terminal.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._dropped = 0

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def fileno(self) -> int:
        """Number of the file descriptor."""
        return self._descriptor

    def write(self, data: Any) -> int:
        """Write what the file takes; a later line says how many lines were dropped."""
        whole = bytes(data)
        if self._dropped:
            whole = b"(%d lines dropped that nobody read)\n%b" % (self._dropped, whole)
        # As many bytes as a pipe takes without blocking when it is reported as ready.
        for start in range(0, len(whole), select.PIPE_BUF):
            if not self._took(whole[start : start + select.PIPE_BUF]):
                self._dropped += bytes(data).count(b"\n")
                return len(data)
        self._dropped = 0
        return len(data)

    def _took(self, part: bytes) -> bool:
        try:
            return bool(self._poll.poll(0)) and os.write(self._descriptor, part) == len(part)
        except OSError:
            return False  # the reader has gone
