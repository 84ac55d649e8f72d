"""Embedding models that help to link stories: any of sentence-transformers on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from crawler.errors import EmbeddingModelMissing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class EmbeddingModel(Protocol):
    """What makes vectors of texts; texts that mean the same get vectors that point the same way."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, all of one length."""


@cache
def open_embedding_model(name: str) -> EmbeddingModel:
    """The model of that name or in that folder; nothing is downloaded.

    Raises EmbeddingModelMissing.
    """
    # Read when the library is imported; `local_files_only` alone asks the hub all the same.
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise EmbeddingModelMissing(
            name,
            f"sentence-transformers is not installed ({error}); pip install 'newsloom[embeddings]'",
        ) from error
    disable_progress_bar()
    try:
        return _SentenceTransformer(SentenceTransformer(name, local_files_only=True))
    except Exception as error:  # a model brings code and files of its own, and they fail as they do
        first = str(error).partition("\n")[0]
        raise EmbeddingModelMissing(
            name,
            f"cannot be loaded ({first}); `hf download {name}`, or give the folder of a model",
        ) from error


def embedding_versions() -> dict[str, str]:
    """What embeddings are computed with, by name; without what is not installed."""
    found = {}
    for name in ("sentence-transformers", "transformers", "torch"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


class _SentenceTransformer:
    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._model.encode(
            list(texts), convert_to_numpy=True, show_progress_bar=False
        )
        return found
