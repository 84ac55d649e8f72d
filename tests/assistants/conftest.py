from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.small_store import small_store


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small grouped store."""
    return made_once(tmp_path_factory, "small", small_store) / "s.db"
