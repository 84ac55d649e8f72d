"""Embedding models that may speak for stories: any of sentence-transformers on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from crawler.errors import VoiceMissing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Voice(Protocol):
    """What makes vectors of texts; texts that mean the same get vectors that point the same way."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, all of one length."""


@cache
def open_voice(name: str) -> Voice:
    """The model of that name or in that folder; nothing is downloaded. Raises VoiceMissing."""
    # Read when the library is imported; `local_files_only` alone asks the hub all the same.
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError:
        raise VoiceMissing(
            name, "sentence-transformers is not installed; pip install 'newsloom[voice]'"
        ) from None
    disable_progress_bar()
    try:
        return _SentenceTransformer(SentenceTransformer(name, local_files_only=True))
    except (OSError, ValueError):
        raise VoiceMissing(
            name, f"no such model on this machine; `hf download {name}`, or give its folder"
        ) from None


class _SentenceTransformer:
    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._model.encode(
            list(texts), convert_to_numpy=True, show_progress_bar=False
        )
        return found
