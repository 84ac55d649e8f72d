from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def crawling(slow: None) -> None:
    """Crawls of real sockets, in processes of their own: none is for `./run test quick`."""
