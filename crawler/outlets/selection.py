"""Which of the described outlets a command is about: all, or those named, listed or alike."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from crawler.errors import OutletError
from crawler.types import Outlet

LIST = "@"
"""What the name of a list begins with."""
_SHOWN = 80
"""Values that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which outlets are meant; what is not given lets all through."""

    names: tuple[str, ...] = ()
    """slugs, and lists: @NAME, or @ and the path of a file"""
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    agency: bool = False
    """whether only agencies are meant"""
    shard: tuple[int, int] = (1, 1)
    """which part, of how many, of the outlets that are not named one by one"""

    def match(self, *, country: str | None, language: str | None, agency: bool) -> bool:
        """Whether an outlet states what is asked for."""
        return (
            (agency or not self.agency)
            and _states_any(country, self.countries)
            and _states_any(language, self.languages)
        )


def select_outlets(
    known: Mapping[str, Outlet], selection: Selection, *, folders: Sequence[Path] = ()
) -> dict[str, Outlet]:
    """The outlets of a selection; `folders` are searched for lists.

    Parts go by registered domain: outlets of one server are in one part, so that one machine paces
    all requests to it, and outlets that come later move no others. Raises OutletError
    for a name that is not known, with the nearest; for a list that is not there, or its line that
    is wrong; and when no outlet states what is asked for, with what they do state.
    """
    chosen = _named(known, selection.names, folders) if selection.names else dict(known)
    chosen = _stating(chosen, selection)
    if selection.shard == (1, 1) or any(not name.startswith(LIST) for name in selection.names):
        return chosen
    return {slug: o for slug, o in chosen.items() if _is_of_part(o, *selection.shard)}


def _is_of_part(outlet: Outlet, part: int, parts: int) -> bool:
    from crawler.parsing.urls import slot  # slow to load

    return crc32(slot(outlet.sources[0].url).encode()) % parts == part - 1


class _Mention(NamedTuple):
    """A slug, and where it was read."""

    slug: str
    where: str
    """the beginning of a message: the file and line of a list; empty for the command line"""


def _named(
    known: Mapping[str, Outlet], names: Sequence[str], folders: Sequence[Path]
) -> dict[str, Outlet]:
    chosen: dict[str, Outlet] = {}
    for name in names:
        mentions = _listed(name, folders) if name.startswith(LIST) else [_Mention(name, "")]
        for slug, where in mentions:
            if slug not in known:
                near = difflib.get_close_matches(slug, known, n=3, cutoff=0.5)
                hint = f"did you mean {', '.join(near)}?" if near else "`newsloom outlets` has all"
                raise OutletError(f"{where}there is no outlet '{slug[:100]}'; {hint}")
            chosen[slug] = known[slug]
    return chosen


def find_list(name: str, folders: Sequence[Path]) -> Path:
    """The file of a list: @kazakhstan is kazakhstan.txt in the first folder that has it.

    With a slash or an ending it is the path itself. Raises OutletError saying where it looked.
    """
    bare = name.removeprefix(LIST)
    is_path = "/" in bare or bool(Path(bare).suffix)
    files = [Path(bare)] if is_path else [folder / f"{bare}.txt" for folder in folders]
    for file in files:
        if bare and file.is_file():
            return file
    looked = " and ".join(map(str, files)) or "no folder"
    raise OutletError(
        f"there is no list {name}: looked for {looked}; a list is a text file with one slug on "
        "each line"
    )


def without_lists(names: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """The names, those of lists replaced by what stands in them. Raises as `find_list` does."""
    found: list[str] = []
    for name in names:
        if name.startswith(LIST):
            found += [mention.slug for mention in _listed(name, folders)]
        else:
            found.append(name)
    return found


def _listed(name: str, folders: Sequence[Path]) -> Iterator[_Mention]:
    """The slugs of a list; what follows a # is a comment."""
    file = find_list(name, folders)
    try:
        text = file.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise OutletError(f"{file}: cannot be read: {error.strerror}") from error
    found = False
    for number, line in enumerate(text.splitlines(), start=1):
        if slug := line.partition("#")[0].strip():
            found = True
            yield _Mention(slug, f"{file}, line {number}: ")
    if not found:
        raise OutletError(f"{file}: the list is empty; write one slug on each line")


def _stating(chosen: dict[str, Outlet], selection: Selection) -> dict[str, Outlet]:
    """Those of the outlets that meet each condition; OutletError for the first that none meets."""
    conditions: list[tuple[str, tuple[str, ...], Callable[[Outlet], str | None]]] = [
        ("country", selection.countries, lambda outlet: outlet.country),
        ("language", selection.languages, lambda outlet: outlet.language),
    ]
    met = ""
    for what, wanted, stated_by in conditions:
        left = {s: o for s, o in chosen.items() if _states_any(stated_by(o), wanted)}
        if not left:
            there_are = sorted({stated for o in chosen.values() if (stated := stated_by(o))})
            raise OutletError(
                f"no outlet{met} states the {what} {' or '.join(wanted)}; they state "
                f"{_some(there_are) or 'none'}"
            )
        chosen = left
        if wanted:
            met += f" of the {what} {' or '.join(wanted)}"
    if selection.agency:
        chosen = {slug: outlet for slug, outlet in chosen.items() if outlet.agency}
        if not chosen:
            raise OutletError(f"no outlet{met or ' that is named'} is an agency")
    return chosen


def _some(values: Sequence[str]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more


def _states_any(stated: str | None, wanted: Sequence[str]) -> bool:
    """Whether a description states one of the tags, with or without a region: pt-BR states pt."""
    tag = f"{stated or ''}-".lower()
    return not wanted or any(tag.startswith(f"{one}-".lower()) for one in wanted)
