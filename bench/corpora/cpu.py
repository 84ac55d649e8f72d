"""CPU of a process and all that it starts, for benches."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def reap() -> None:
    """From now on the parser processes that a crawl leaves behind are this process's children."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def children() -> float:
    """CPU seconds of all processes below this one, once they have ended."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def spent(pid: int) -> float:
    """CPU seconds of a process that runs, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crawl(db: Path, outlets: Path, *arguments: object, codes: Sequence[int] = (0,)) -> float:
    """CPU seconds of `newsloom crawl -q`."""
    before = children()
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "-q", "--no-group",
         "--allow-private", "--only", "--outlets", str(outlets), *map(str, arguments)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in codes, done.stderr
    return children() - before
