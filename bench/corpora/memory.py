"""Memory of this process, as Linux counts it."""

from __future__ import annotations

import re
from pathlib import Path

COUNT = re.compile(r"(\w+):\s+(\d+) kB")


def kilobytes(text: str) -> dict[str, int]:
    """The counts that a file such as /proc/self/smaps_rollup states; its other lines are no counts."""
    counts = (COUNT.fullmatch(line.strip()) for line in text.splitlines())
    return {count[1]: int(count[2]) for count in counts if count}


def peak_and_own() -> tuple[float, float]:
    """MB that this process had at most, and those that it now shares with no other."""
    # Not getrusage: that begins with the peak of the process it was forked from.
    peak = kilobytes(Path("/proc/self/status").read_text())["VmHWM"]
    now = kilobytes(Path("/proc/self/smaps_rollup").read_text())
    return peak / 1024, (now["Private_Dirty"] + now["Private_Clean"]) / 1024
