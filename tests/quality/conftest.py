from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def measuring(slow: None) -> None:
    """Floors of accuracy, on labelled data where there are: none is for `./run test quick`."""
