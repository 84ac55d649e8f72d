"""Texts of one template: the same words around other numbers, as in forecasts and results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from dedupe.schemes import StoryScheme
from dedupe.text import numbers_in_context, tokens

NumbersByPlace = Mapping[tuple[str, ...], str]
"""The numbers of a text, each by the words around it."""
NO_NUMBERS: NumbersByPlace = MappingProxyType({})


# The same neighbours are asked for again and again; 3 kB each.
@lru_cache(maxsize=12_000)
def numbers_by_place(text: str, scheme: StoryScheme) -> NumbersByPlace:
    """The numbers of a text by their places."""
    return numbers_in_context(tokens(text), scheme.number_context)
