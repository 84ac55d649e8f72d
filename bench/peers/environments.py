"""An environment for each peer, under .venv-bench, made once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[2] / ".venv-bench"


class NotInstalledError(Exception):
    """A peer could not be installed; the reason is pip's."""


def python_of(name: str, needs: Sequence[str]) -> Path:
    """The interpreter of a peer's environment, with exactly these packages and what they need."""
    folder = ENVIRONMENTS / name
    python, installed = folder / "bin" / "python", folder / "needs"
    # Written last: what was interrupted, or had another version, is made again.
    if not installed.exists() or installed.read_text().split("\n") != list(needs):
        print(f"installing {name} into {ENVIRONMENTS.name}/{name}", file=sys.stderr)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", *needs])
        installed.write_text("\n".join(needs))
    return python


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        # pip's last lines are often hints to what stands above.
        raise NotInstalledError(next((line for line in said if "error" in line.lower()), said[-1]))
