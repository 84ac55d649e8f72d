"""The numbers that a file is grouped with: Newsloom's own, but for settings that were adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple, TypeVar

from crawler.errors import UsageError
from crawler.store import Store
from crawler.store.findings.manifest import Numbers
from dedupe import (
    RENAMED,
    CopyScheme,
    EventScheme,
    InvalidScheme,
    StoryScheme,
)

S = TypeVar("S", CopyScheme, StoryScheme, EventScheme)


class Schemes(NamedTuple):
    """The numbers of a grouping."""

    copies: CopyScheme
    stories: StoryScheme
    events: EventScheme

    @property
    def numbers(self) -> dict[str, Numbers]:
        """All of them by kind and name, as a manifest has them."""
        return {kind: asdict(scheme) for kind, scheme in self._asdict().items()}

    def with_model(self, embedding_model: str) -> Schemes:
        """With an embedding model that helps to link stories and events; empty: none does."""
        return self._replace(
            stories=replace(self.stories, embedding_model=embedding_model),
            events=replace(self.events, embedding_model=embedding_model),
        )


NEWSLOOMS = Schemes(CopyScheme(), StoryScheme(), EventScheme())
GRANULARITY = {"coarse": -0.07, "medium": -0.04, "fine": -0.01}
"""Thresholds of stories, by how much one story holds. docs/explanation/stories.md says what each
does to labelled sets."""
_DIAL = "stories.granularity"


def file_schemes(store: Store) -> Schemes:
    """What a file is grouped with, its embedding model included."""
    found = changed(store.groupings.settings())
    return found.with_model(store.story_links.embedding_model())


def changed(settings: Mapping[str, str], schemes: Schemes = NEWSLOOMS) -> Schemes:
    """The schemes with some numbers changed, written copies.NAME, stories.NAME or events.NAME.

    `stories.granularity` sets the threshold of stories. Raises UsageError naming the setting that
    is wrong.
    """
    for setting in settings:
        if setting.partition(".")[0] not in Schemes._fields:
            raise UsageError(f"{setting}: a setting begins with copies., stories. or events.")
    settings = _without_dial(settings)
    return Schemes(
        _changed("copies", schemes.copies, settings),
        _changed("stories", schemes.stories, settings),
        _changed("events", schemes.events, settings),
    )


def settings_of(numbers: Mapping[str, Numbers]) -> dict[str, str]:
    """The settings that make Newsloom's own schemes into those of a manifest.

    Numbers that Newsloom does not have any more are left out.
    """
    usual = NEWSLOOMS.numbers
    return {
        f"{kind}.{name}": str(value)
        for kind, of_kind in numbers.items()
        for name, value in of_kind.items()
        if name in _types(getattr(NEWSLOOMS, kind)) and value != usual[kind][name]
    }


def _without_dial(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings, with the threshold in the place of the granularity."""
    found = dict(settings)
    step = found.pop(_DIAL, None)
    if step is None:
        return found
    if step not in GRANULARITY:
        raise UsageError(f"{_DIAL}: {step!r} is none of {', '.join(GRANULARITY)}")
    if "stories.threshold" in found:
        raise UsageError(f"{_DIAL} sets stories.threshold; give one of them")
    return found | {"stories.threshold": str(GRANULARITY[step])}


def _types(scheme: CopyScheme | StoryScheme | EventScheme) -> dict[str, type]:
    types = {f.name: type(getattr(scheme, f.name)) for f in fields(scheme) if f.init}
    types.pop("embedding_model", None)  # no number: an option of its own
    return types


def _changed(kind: str, scheme: S, settings: Mapping[str, str]) -> S:
    types = _types(scheme)
    found: dict[str, Any] = {}
    for setting, value in settings.items():
        where, _, name = setting.partition(".")
        if where != kind:
            continue
        renamed = RENAMED.get(type(scheme), {})
        if renamed.get(name) in types:
            raise UsageError(f"{setting} is {kind}.{renamed[name]} now")
        if name not in types:
            raise UsageError(f"{setting}: there is no such number; {kind} have {', '.join(types)}")
        try:
            found[name] = types[name](value)
        except ValueError:
            kind_of = "whole number" if types[name] is int else "number"
            raise UsageError(f"{setting}: {value!r} is no {kind_of}") from None
    try:
        return replace(scheme, **found)
    except InvalidScheme as error:
        raise UsageError(str(error)) from error
