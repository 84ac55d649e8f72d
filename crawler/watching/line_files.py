"""Messages as lines of a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from crawler.errors import NewsloomError
from crawler.output.files import is_special
from crawler.watching.bounded import Undelivered

_TAIL = 1 << 20
"""Bytes at a file's end that are looked through for a message."""


def append_line(file: Path, line: str, *, key: str) -> None:
    """Add a line that has `key` in it, unless the file has it already: after a kill it may.

    Raises Undelivered; of a line that does not fit on the disk nothing is left.
    """
    try:
        special = is_special(file)
    except NewsloomError as error:
        raise Undelivered(f"cannot be written: {error}") from error
    if special:
        raise Undelivered("is a device or a pipe, not a file")
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError as error:
        raise Undelivered(f"cannot be written: {error.strerror}") from error
    try:
        _append(descriptor, line, key)
    except OSError as error:
        raise Undelivered(f"cannot be written: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _append(descriptor: int, line: str, key: str) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL, max(size - _TAIL, 0))
    if key.encode() in tail:
        return
    gap = b"" if tail.endswith(b"\n") or not tail else b"\n"
    try:
        _write(descriptor, gap + line.encode() + b"\n")
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _write(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(descriptor)
