"""Pages and listings saved as files: named one by one or by a manifest, packed with gzip or not."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crawler.errors import UsageError

MAX_BYTES = 60 * 1024 * 1024
"""Read at most of one file, unpacked: no page and no sitemap is larger."""
_TOO_LONG = f"longer than {MAX_BYTES // 1024**2} MB; the rest is left out"


class Saved(NamedTuple):
    """A saved page or listing, and the address it came from if that is known."""

    path: str
    """as the command line or the manifest names it"""
    file: Path
    url: str | None


def entries(file: Path) -> Iterator[Saved]:
    """The file itself, or what a `.jsonl` manifest names; UsageError for a line that is none."""
    if file.suffix != ".jsonl":
        yield Saved(str(file), file, None)
        return
    try:
        lines = file.read_bytes().decode("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Saved(str(row["path"]), file.parent / row["path"], row.get("url"))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{file}:{number}: not a line of a manifest; write "
                '{"path": "page.html", "url": "https://..."}'
            ) from error


def unpacked(file: Path) -> tuple[bytes, str]:
    """What a file holds, unpacked, and why that is only a part of it; empty: it is all of it."""
    with file.open("rb") as stream:
        body = stream.read(MAX_BYTES + 1)
    if file.suffix != ".gz" or body[:2] != b"\x1f\x8b":
        return body[:MAX_BYTES], _TOO_LONG if len(body) > MAX_BYTES else ""
    # Bounded: a bomb of a few kB unpacks to gigabytes.
    plain, trouble = bytearray(), ""
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        try:
            while len(plain) <= MAX_BYTES and (part := packed.read1(1 << 16)):
                plain += part
        except (OSError, EOFError, zlib.error) as error:
            why = "cut off" if isinstance(error, EOFError) else str(error)
            if not plain:
                raise OSError(f"broken gzip: {why}") from error
            trouble = f"broken gzip ({why}); the rest is left out"
    if len(plain) > MAX_BYTES:
        trouble = _TOO_LONG
    return bytes(plain[:MAX_BYTES]), trouble
