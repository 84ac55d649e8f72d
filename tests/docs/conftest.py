from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import made_once

DEMO = "newsloom demo --keep town.db"


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Path:
    """The store that the demo leaves."""
    return made_once(tmp_path_factory, "demo", run_demo) / "town.db"


def run_demo(folder: Path) -> None:
    subprocess.run(
        shlex.split(DEMO),
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=240,
    )


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "COLUMNS": "100", "PYTHONWARNINGS": "error::SyntaxWarning"}
