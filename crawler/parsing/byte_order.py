"""UTF-16 and UTF-32, which no other encoding is to be taken for."""

from __future__ import annotations

import codecs

HEAD = 4_096
"""Bytes at the beginning of a document that are looked at."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def wide_encoding(body: bytes) -> tuple[str, int] | None:
    """UTF-16 or UTF-32 and the length of its byte order mark; None for all else."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name, len(mark)
    # Without a mark: of ASCII characters, and of all markup, every other byte is zero.
    head = body[:HEAD]
    if b"\0" not in head:
        return None
    zeros = [head[start::4].count(0) for start in range(4)]
    quarter = len(head) / 4 * 0.9
    first, second = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if min(first, second) > quarter:
        for name, high in (("utf-32-be", (0, 1)), ("utf-32-le", (2, 3))):
            if min(zeros[at] for at in high) > quarter:
                return name, 0
    if max(first, second) > len(head) / 8 and min(first, second) < len(head) / 80:
        return "utf-16-be" if first > second else "utf-16-le", 0
    return None
