"""The standard streams: closed ones, characters that an encoding lacks or a terminal acts on.

The rule for all commands: standard output and error have no character that a terminal acts on, also
into a pipe; it is escaped as `\\u202e`. A file that `-o` names has the text as it is stored.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from crawler.output.visible import IN_PAGES, ON_TERMINALS, spelled

# What we print ourselves: colours of click.style, a line that is drawn over, tables, line ends.
_OURS = r"(?P<ours>\x1b\[(?:0|1|31|32)m|\r\x1b\[K|\r\n|\t)"
_ON_TERMINALS = re.compile(f"{_OURS}|{ON_TERMINALS}")
_ELSEWHERE = re.compile(f"{_OURS}|{IN_PAGES}")
_UNENCODABLE = "newsloom-spelled"


class Shown(io.TextIOBase):
    """A stream of text in which every character that acts on a terminal is escaped.

    It has no `buffer`: click would write past it where the encoding is ASCII. A `lossy` one raises
    nothing when it cannot be written to: it is for messages, and the exit code remains.
    """

    def __init__(self, stream: TextIO, *, lossy: bool = False) -> None:
        self._stream = stream
        self._lossy = lossy
        self._acting = _ON_TERMINALS if stream.isatty() else _ELSEWHERE

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream itself."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What happens to characters that it does not have."""
        return self._stream.errors

    def writable(self) -> bool:
        """It can only be written to."""
        return True

    def write(self, text: str) -> int:
        """Write text; OSError says what the system refused, and names the stream."""
        with self._refusals():
            self._stream.write(self._acting.sub(_spelled_but_ours, text))
        return len(text)

    def flush(self) -> None:
        """Hand everything to the operating system."""
        with self._refusals():
            self._stream.flush()

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._lossy:
                error.filename = "standard output"
                raise

    def close(self) -> None:
        """Do nothing: the stream belongs to the interpreter, which flushes it at the end."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Its descriptor."""
        return self._stream.fileno()


def open_streams() -> None:
    """Repair the standard streams, once, before any file is opened.

    A closed descriptor would be given to the next file, and output would go into it. A closed
    standard input stays None, so that its reader can report it.
    """
    codecs.register_error(_UNENCODABLE, _unencodable)
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_UNENCODABLE)
            setattr(sys, name, Shown(stream, lossy=name == "stderr"))


def abandon() -> None:
    """Discard the rest of standard output, which cannot be written."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _spelled_but_ours(match: re.Match[str]) -> str:
    return match[0] if match["ours"] else spelled(match[0])


def _unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelled(error.object[error.start : error.end]), error.end
