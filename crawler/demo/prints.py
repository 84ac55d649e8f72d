"""What the town prints: its texts, and the copies that other outlets make of them.

Copies are made by declared edits, so it is known which article carries whose text and which
event it reports.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

_PRINT = re.compile(r"(\S+) (\w+) \+(\d+)(?: \| (.+))?")
DATELINE = re.compile(r"^[^()\n]{3,40} \((?:Meridian|eurowire)\) - ")
_REWORDED = {
    "en": [(" said ", " has said "), ("people", "persons"), ("began", "started")],
    "de": [(" sagte ", " erklärte "), ("Menschen", "Personen"), ("mehr als", "über")],
    "ru": [("сообщил", "заявил"), ("более", "свыше")],
    "zh": [("宣布", "表示"), ("约", "大约")],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One article of the town, and the truth about it."""

    outlet: str
    path: str
    event: str
    text: str
    """id of the text it carries: equal for copies"""
    origin: str
    """slug of the outlet that wrote that text"""
    language: str
    at: str
    title: str
    paragraphs: tuple[str, ...]
    byline: str | None = None
    caption: str | None = None
    corrected: bool = False
    """whether its outlet changed it on the second day"""

    @property
    def body(self) -> str:
        """The paragraphs as the crawl should find them."""
        return "\n".join(self.paragraphs)


def town_prints(*, day: int = 1) -> list[Print]:
    """All articles of the town as they stand on its first or second day, by time."""
    folder = resources.files("crawler.demo") / "texts"
    texts: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for text in tomllib.loads(file.read_text("utf-8"))["text"]:
                texts[text["id"]] = text
    found = []
    for text in texts.values():
        original = _original(text, texts)
        found.append(_second_day(original, text) if day > 1 else original)
        found += [_copy(original, line) for line in text.get("prints", [])]
    return sorted(found, key=lambda p: (p.at, p.outlet, p.path))


def _original(text: dict[str, Any], texts: dict[str, dict[str, Any]]) -> Print:
    paragraphs = _paragraphs(text["body"])
    carried = text.get("embeds", text["id"])
    if "embeds" in text:
        paragraphs += _paragraphs(texts[carried]["body"])
    return Print(
        outlet=text["outlet"],
        path=_path(text["at"], text["id"]),
        event=text["event"],
        text=carried,
        origin=texts[carried]["outlet"],
        language=text.get("language", "en"),
        at=text["at"],
        title=text["title"],
        paragraphs=paragraphs,
        byline=text.get("byline"),
        caption=text.get("caption"),
    )


def _second_day(original: Print, text: dict[str, Any]) -> Print:
    if "corrected" not in text:
        return original
    body = "\n\n".join(original.paragraphs)
    for before, after in text["corrected"]:
        if before not in body:
            raise ValueError(f"{text['id']}: nothing to correct: {before!r}")
        body = body.replace(before, after)
    return replace(
        original,
        title=text.get("corrected_title", original.title),
        paragraphs=_paragraphs(body),
        corrected=True,
    )


def _copy(original: Print, line: str) -> Print:
    match = _PRINT.fullmatch(line)
    if match is None:
        raise ValueError(f"{original.path}: not a print: {line!r}")
    outlet, edit, minutes, title = match.groups()
    # Written here and not by the code that reads it: a fault of both would never be seen.
    printed = datetime.fromisoformat(original.at) + timedelta(minutes=int(minutes))
    at = f"{printed:%Y-%m-%dT%H:%M:%SZ}"
    return replace(
        original,
        outlet=outlet,
        path=_path(at, f"{original.path.rpartition('/')[2]}-{edit}"),
        at=at,
        title=title or original.title,
        paragraphs=_EDITS[edit](original),
        byline=None,
        caption=None,
    )


def _verbatim(original: Print) -> tuple[str, ...]:
    return original.paragraphs


def _truncate(original: Print) -> tuple[str, ...]:
    return original.paragraphs[: max(2, math.ceil(len(original.paragraphs) * 0.6))]


def _edit(original: Print) -> tuple[str, ...]:
    """Dateline off, some words changed, the last paragraph cut."""
    body = DATELINE.sub("", "\n\n".join(original.paragraphs[:-1]))
    for before, after in _REWORDED[original.language]:
        body = body.replace(before, after, 2)
    return _paragraphs(body)


_EDITS = {"verbatim": _verbatim, "headline": _verbatim, "truncate": _truncate, "edit": _edit}


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in body.strip().split("\n\n"))


def _path(at: str, name: str) -> str:
    return f"/{at[:10].replace('-', '/')}/{name}"
