from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = "newsloom demo --keep town.db"


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, slow: None) -> Path:
    """The store that the demo leaves."""
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run(
        shlex.split(DEMO),
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=240,
    )
    return folder / "town.db"


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "COLUMNS": "100", "PYTHONWARNINGS": "error::SyntaxWarning"}
