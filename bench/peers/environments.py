"""An environment for each peer, under .venv-bench, made once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[2] / ".venv-bench"


def python_of(name: str, needs: Sequence[str]) -> Path:
    """The interpreter of a peer's environment, with these packages."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        print(f"installing {name} into {ENVIRONMENTS.name}/{name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENTS / name], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True)
    return python
