from __future__ import annotations

from typing import Any

import pytest

from crawler.store import Store
from crawler.types import Article
from dedupe import KeyIndex, MemoryIndex
from dedupe.copies.testing import KeyIndexContract
from tests.conftest import NOW


class TestMemoryIndex(KeyIndexContract):
    def index(self) -> KeyIndex:
        return MemoryIndex()


class TestStore(KeyIndexContract):
    @pytest.fixture(autouse=True)
    def articles(self, store: Store) -> Any:
        self._keys = store.key_index
        with store.batch():
            outlet = store.outlets.ensure("example.org")
            for n in range(1, 200):
                article = Article(url=f"https://example.org/{n}", outlet="", title="t", text="")
                store.articles.save(article, outlet=outlet, run=1, now=NOW)

    def index(self) -> KeyIndex:
        return self._keys
