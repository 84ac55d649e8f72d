"""Files that a person names: regular ones replaced whole or not at all, all others written through.

A symbolic link leads to its target, `/dev/stdout` and `/dev/fd/3` to what is open there; a device
or a pipe is written to and stays what it is.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from crawler.errors import NewsloomError, UsageError
from crawler.output.workshop import workshop

_MAX_LINKS = 40
"""Symbolic links that are followed, as Linux does."""
DISK_REFUSES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the disk refuses; everything else is a name that cannot be written."""


class Output(io.RawIOBase):
    """Bytes on their way to a file, counted and digested."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "wb")
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """It can only be written to."""
        return True

    def write(self, data: Any) -> int:
        """Take all of it; OSError says what the file system refused."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand everything to the operating system."""
        if not self._file.closed:
            self._file.flush()

    def tell(self) -> int:
        """Bytes written: Parquet needs the places of its parts, also in a pipe."""
        return self.size

    def close(self) -> None:
        """Close the file; what it has not taken raises OSError."""
        if not self.closed:
            try:
                self._file.close()
            finally:
                super().close()

    @property
    def sha256(self) -> str:
        """Of all bytes so far, in hex."""
        return self._digest.hexdigest()


@contextmanager
def writing(target: Path) -> Iterator[Output]:
    """Write a file that a person named.

    Raises UsageError for a name that cannot be written, NewsloomError for a full or broken disk,
    which leaves a regular file as it was.
    """
    if is_special(target):
        with _explained(target, "everything before that was written"):
            place = _place(target)
            output = Output(
                os.dup(place) if isinstance(place, int) else os.open(place, os.O_WRONLY)
            )
            with output:
                yield output
        return
    with replacing(target) as part, _explained(target):
        output = Output(os.open(part, os.O_WRONLY))
        with output:
            yield output


@contextmanager
def text_of(output: Output) -> Iterator[TextIO]:
    """UTF-8 text into it, line ends as they are given."""
    raw: Any = output  # a buffer to write to, which is all that is asked of it
    text = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="")
    try:
        yield text
    finally:
        text.detach()


@contextmanager
def replacing(target: Path, *, new: bool = False) -> Iterator[Path]:
    """An empty file to fill, which takes the place of `target` when nothing is raised.

    It gets the permissions of the file it replaces. With `new` it replaces none, not even one that
    has come about meanwhile, and is for its owner alone, as a store is. Raises as `writing` does,
    and UsageError for a device or a pipe.
    """
    if is_special(target):
        raise UsageError(f"{target} is a device or a pipe; name a file")
    with _explained(target):
        place = _place(target)
        assert isinstance(place, Path)
        if new:
            _require_new(target, place)
        old = _stat(place)
        if old is not None and not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with ExitStack() as made:
        with _explained(target):
            part = made.enter_context(workshop(place.parent)) / "part"
            part.touch(0o600 if new else 0o666)
        yield part
        with _explained(target):
            _settle(part, old)
            if new:
                _require_new(target, place)
            part.replace(place)


@contextmanager
def new_folder(target: Path, *, private: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when nothing is raised.

    With `private` it is for its owner alone. Raises UsageError for a target that is a file or holds
    something, NewsloomError for a full or broken disk.
    """
    with ExitStack() as made, _explained(target):
        place = Path(os.path.realpath(target))
        if not place.parent.is_dir():
            raise UsageError(f"{target}: there is no folder {place.parent}")
        _require_empty(target, place)
        part = made.enter_context(workshop(place.parent)) / "part"
        part.mkdir(0o700 if private else 0o777)
        yield part
        for file in part.rglob("*"):
            if file.is_file():
                _settle(file, None)
        _require_empty(target, place)
        part.replace(place)


def new_file(path: Path) -> Output:
    """A file that is not there yet, for writing."""
    return Output(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def folder_for_writing(folder: Path) -> None:
    """Make a folder that files will go into, where it is not there yet. Raises as `writing`."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def is_special(target: Path) -> bool:
    """Whether what stands there is neither a file nor a folder: it is written through.

    Raises UsageError where the name leads nowhere.
    """
    with _explained(target):
        place = _place(target)
        if isinstance(place, int):
            return True
        if not place.parent.is_dir():
            raise UsageError(f"{target}: there is no folder {place.parent}")
        found = _stat(place)
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{target} is a folder; name a file in it")
    return found is not None and not stat.S_ISREG(found.st_mode)


def _place(target: Path) -> Path | int:
    """Where a name leads: to a path that is no link, or to a descriptor that is open already."""
    place = target
    for _ in range(_MAX_LINKS):
        place = Path(os.path.realpath(place.parent)) / place.name
        # Opened by its name it would be opened a second time, and written from its beginning.
        if str(place.parent) in ("/dev/fd", f"/proc/{os.getpid()}/fd") and place.name.isdecimal():
            return int(place.name)
        if not place.is_symlink():
            return place
        place = place.parent / place.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _require_empty(target: Path, place: Path) -> None:
    """Raise UsageError for a place that is neither free nor an empty folder."""
    if place.is_dir():
        if next(place.iterdir(), None) is not None:
            raise UsageError(f"{target} is not empty; name a new folder")
    elif place.exists():
        raise UsageError(f"{target} is a file; name a new folder")


def _require_new(target: Path, place: Path) -> None:
    if place.exists():
        raise UsageError(f"{target} exists already; name a new file")


def _stat(place: Path) -> os.stat_result | None:
    try:
        return place.stat()
    except FileNotFoundError:
        return None


def _settle(part: Path, old: os.stat_result | None) -> None:
    """Bring a written file to the disk, with the permissions of the old one."""
    descriptor = os.open(part, os.O_RDONLY)
    try:
        if old is not None:
            with suppress(PermissionError):  # only root may give files away
                os.fchown(descriptor, old.st_uid, old.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(target: Path, so_far: str = "nothing was written") -> Iterator[None]:
    """What the operating system refuses, as an error that names the file."""
    try:
        yield
    except BrokenPipeError:
        raise  # who reads it has seen enough, which is no mistake
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in DISK_REFUSES:
            raise NewsloomError(f"{target}: {why}; {so_far}") from error
        raise UsageError(f"{target}: cannot be written ({why}); name another file") from error
