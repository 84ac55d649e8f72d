"""Texts of one template: the same words around other numbers, as in forecasts and results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from dedupe.schemes import StoryScheme
from dedupe.text import numbers_in_context, tokens

NumbersByPlace = Mapping[tuple[str, ...], str]
"""The numbers of a text, each by the words around it."""
no_numbers: NumbersByPlace = MappingProxyType({})

Count = TypeVar("Count")


# The same neighbours are asked for again and again.
@lru_cache(maxsize=12_000)
def numbers_by_place(text: str, scheme: StoryScheme) -> NumbersByPlace:
    """The numbers of a text by their places."""
    return numbers_in_context(tokens(text), scheme.number_context)


def is_template(same, changed, scheme):
    """Whether most numbers that stand in the same places of two texts differ."""
    return (changed >= scheme.template_numbers) & (changed > same)
