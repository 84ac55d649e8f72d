"""Look-alike incidents: what stories must keep apart although they are of one kind.

A file a language, `incidents/<language>.toml`, holds a small grammar. The `reports` of a kind are
paragraphs of ways to write: headlines, then first sentences, then one paragraph a topic. Both
incidents of the kind fill their facts into these. After its facts, an incident has sentences for
one report alone, and perhaps a follow-up, headline first. `desk` has what a news desk writes about
any incident of a sort. `{fact}` is a fact, `{day}` the day of the incident, `[a|b]` either of both.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).with_suffix("")
LANGUAGES = ("en", "es", "de", "fr", "ru")
OUTLETS = ("courier", "echo", "gazette", "herald", "mirror", "observer", "post", "wire")
CONTRACTIONS = {
    "es": {r"\ba el\b": "al", r"\bde el\b": "del"},
    "fr": {r"\bà le\b": "au", r"\bde le\b": "du", r"\b(d|qu)e (?!onze)(?=[aeiouéAEIOUÉ])": r"\1'"},
}
"""What a word becomes before a fact that starts with an article or a vowel."""
START = datetime(2025, 3, 3, tzinfo=UTC)
"""a Monday"""
WEEKS = 8
UNDATED = 0.1
"""of all reports state no time"""


class Report(NamedTuple):
    """One outlet's report of an incident."""

    number: int
    event: str
    pair: str
    kind: str
    language: str
    outlet: str
    title: str
    text: str
    """empty for a bare headline"""
    published: datetime | None
    is_follow_up: bool


class _Incident(NamedTuple):
    event: str
    pair: str
    kind: str
    at: datetime
    facts: Mapping[str, str]
    printed: Sequence[Sequence[str]]
    """headline and sentences of each report"""
    follow_ups: Sequence[Sequence[str]]


def incidents(seed: int = 0) -> list[Report]:
    """Reports of two incidents of each kind in each language, in the order of publication."""
    found = [report for language in LANGUAGES for report in _Newsroom(language, seed).reports()]
    found.sort(key=lambda report: (report.published or START, report.event))
    draw = random.Random(seed)  # noqa: S311
    return [
        report._replace(
            number=number, published=None if draw.random() < UNDATED else report.published
        )
        for number, report in enumerate(found)
    ]


class _Newsroom:
    """The grammar of a language, and the chance that picks from it."""

    def __init__(self, language: str, seed: int) -> None:
        self._language = language
        self._draw = random.Random(f"{seed} {language}")  # noqa: S311
        self._kinds = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
        self._days: Sequence[str] = self._kinds.pop("days")
        # A sentence of the desk comes back only when all others have been printed.
        self._desks = {
            name: cycle(self._shuffled(text.splitlines()))
            for name, text in self._kinds.pop("desk").items()
        }

    def reports(self) -> Iterator[Report]:
        """The reports of all incidents in this language."""
        for place, (name, kind) in enumerate(self._kinds.items()):
            monday = START + timedelta(weeks=self._draw.randrange(WEEKS))
            days = self._draw.sample(range(5), 2)
            # Every other pair is of one day, in each language others.
            if (place + LANGUAGES.index(self._language)) % 2:
                days[1] = days[0]
            for n, day in enumerate(days):
                yield from self._reports(self._incident(name, kind, n, monday, day))

    def _reports(self, incident: _Incident) -> Iterator[Report]:
        stories = [(text, False) for text in incident.printed]
        stories += [(text, True) for text in incident.follow_ups]
        outlets = self._draw.sample(OUTLETS, len(stories))
        for outlet, (sentences, is_follow_up) in zip(outlets, stories, strict=True):
            title, *text = (self._filled(sentence, incident.facts) for sentence in sentences)
            yield Report(
                number=0,
                event=incident.event,
                pair=incident.pair,
                kind=incident.kind,
                language=self._language,
                outlet=f"{outlet}.{self._language}.example",
                title=title,
                text=" ".join(text),
                published=incident.at
                + timedelta(
                    days=self._draw.randrange(2, 7) if is_follow_up else 0,
                    minutes=self._draw.randrange(20 * 60),
                ),
                is_follow_up=is_follow_up,
            )

    def _incident(
        self, name: str, kind: Mapping[str, Any], n: int, monday: datetime, day: int
    ) -> _Incident:
        facts, only, *follow_ups = _paragraphs(kind["incidents"][n])
        # Ways of writing are dealt like cards, to the second incident from the other end: the
        # reports of a pair hardly have a sentence in common.
        ways = [paragraph[:: -1 if n else 1] for paragraph in _paragraphs(kind["reports"])]
        return _Incident(
            event=f"{self._language} {name} {n + 1}",
            pair=f"{self._language} {name}",
            kind=name,
            at=monday + timedelta(days=day, hours=self._draw.randrange(9, 19)),
            facts={"day": self._days[day]} | dict(fact.split(": ", 1) for fact in facts),
            printed=self._dealt(ways, only, self._desks.get(kind.get("desk", ""), iter(()))),
            follow_ups=follow_ups,
        )

    def _dealt(
        self, ways: Sequence[Sequence[str]], only: Sequence[str], desk: Iterator[str]
    ) -> list[list[str]]:
        """A long report, a shorter one, two sentences and perhaps a bare headline."""
        titles, leads, *topics = ways
        first, second, *others = topics
        # The second report has one sentence in common with the first, as if from one agency.
        bodies = [
            [*self._shuffled([topic[0] for topic in topics]), *only, *islice(desk, 4)],
            [
                *self._shuffled([first[1], second[0], *(topic[1] for topic in others[:-1])]),
                *islice(desk, 1),
            ],
            [first[-1]],
        ]
        headline = [[titles[3]]] if self._draw.random() < 0.5 else []
        return [[titles[n], leads[n], *body] for n, body in enumerate(bodies)] + headline

    def _filled(self, sentence: str, facts: Mapping[str, str]) -> str:
        filled = re.sub(
            r"\[([^][]*)\]",
            lambda either: self._draw.choice(either[1].split("|")),
            sentence.format_map(facts),
        )
        for apart, together in CONTRACTIONS.get(self._language, {}).items():
            filled = re.sub(apart, together, filled)
        return filled[:1].upper() + filled[1:]

    def _shuffled(self, sentences: Sequence[str]) -> list[str]:
        return self._draw.sample(sentences, len(sentences))


def _paragraphs(text: str) -> list[list[str]]:
    return [paragraph.split("\n") for paragraph in text.strip().split("\n\n")]
