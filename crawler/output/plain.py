"""Values as JSON has them: named tuples and dataclasses become objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

INLINE = {"inline": True}
"""Metadata of a dataclass field that stands as its keys in the object, not as a key itself."""


def plain(value: Any) -> object:
    """The value with dicts in the place of named tuples, which `json` would write as arrays."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if is_dataclass(value):
        found: dict[str, object] = {}
        for one in fields(value):
            found |= _keys_of(one, getattr(value, one.name))
        return found
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _keys_of(field: Field[Any], value: object) -> dict[str, object]:
    """What a field adds to the object of its dataclass."""
    found = plain(value)
    if "inline" not in field.metadata:
        return {field.name: found}
    assert isinstance(found, dict)
    return found
