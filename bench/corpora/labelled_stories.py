"""The labelled sets of stories beside the checkout, and stores that hold one of them each."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.corpora.incidents import LANGUAGES, Report, incidents
from crawler.grouping.linker import STORIES
from crawler.grouping.run import group
from crawler.parsing.dates import moment
from crawler.store import Store, open_store
from crawler.types import Article, Moment
from dedupe import StoryScheme

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "stories"
NOW = "2026-11-01T00:00:00Z"
OUTLETS = 30
"""Outlets that the texts of a set without hosts are spread over."""


class LabelledText(NamedTuple):
    """An article and the event it is labelled with."""

    number: int
    title: str
    text: str
    language: str | None
    published: Moment | None
    outlet: str
    event: str


class StorySet(NamedTuple):
    """Texts that were labelled together."""

    name: str
    family: str
    """sets of one family are left out together"""
    texts: list[LabelledText]

    @property
    def truth(self) -> dict[int, str]:
        """The event of each text."""
        return {text.number: text.event for text in self.texts}


_FILES = {
    # name: file, family, whether the set's times are of publication
    "basil": ("basil", True),
    "galaxy": ("galaxy_wikinews", True),
    "vietnamese": ("vietnamese_mds", True),
    "google": ("google_news_topstories", True),
    # Its time is crawl time and leaks the label.
    "uci": ("uci_news_aggregator_sample", False),
}


def story_sets(*, with_language: bool = False) -> list[StorySet]:
    """All labelled sets; none where they are not beside the checkout.

    Texts have a language only `with_language`: a bare headline of an import has none.
    """
    found = []
    for name, (file, dated) in _FILES.items():
        rows = _rows(file)
        language = ("vi" if name == "vietnamese" else "en") if with_language else None
        if rows:
            texts = [_text(n, row, language, dated) for n, row in enumerate(rows)]
            found.append(StorySet(name, name, texts))
    games: dict[str, list[dict[str, Any]]] = {}
    for row in _rows("og2021_headlines"):
        games.setdefault(row["lang"], []).append(row)
    for language, rows in sorted(games.items()):
        texts = [
            _text(n, row, language if with_language else None, True) for n, row in enumerate(rows)
        ]
        found.append(StorySet(f"og2021 {language}", "og2021", texts))
    return found


def incident_sets() -> list[StorySet]:
    """The look-alike incidents of each language, with their times and without."""
    reports = incidents()
    return [
        StorySet(
            f"incidents {language}{'' if dated else ', undated'}",
            "incidents" if dated else "incidents, undated",
            [
                LabelledText(
                    number=report.number,
                    title=report.title,
                    text=report.text,
                    language=None,
                    published=_moment_of(report) if dated else None,
                    outlet=report.outlet,
                    event=report.event,
                )
                for report in reports
                if report.language == language
            ],
        )
        for dated in (True, False)
        for language in LANGUAGES
    ]


def _moment_of(report: Report) -> Moment | None:
    when = report.published
    return None if when is None else moment(when.isoformat(), source="import")


def human_pairs() -> list[tuple[LabelledText, LabelledText, bool]]:
    """Pairs of articles that people judged, and whether they tell one story."""
    found = []
    for n, row in enumerate(_rows("tgcontest_pairs")):
        a, b = (_text(2 * n + k, row[side], None, True) for k, side in enumerate("ab"))
        found.append((a, b, row["label"] == "OK"))
    return found


def _text(number: int, row: dict[str, Any], language: str | None, dated: bool) -> LabelledText:
    return LabelledText(
        number=number,
        title=row["title"] or "",
        text=row.get("text") or "",
        language=language,
        published=moment(row.get("published"), source="import") if dated else None,
        outlet=row.get("host") or row.get("source") or f"outlet{number % OUTLETS}",
        event=str(row.get("label")),
    )


def _rows(name: str) -> list[dict[str, Any]]:
    file = FOLDER / f"{name}.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def save(store: Store, texts: Iterable[LabelledText]) -> None:
    """Save texts in a store as an import does."""
    with store.batch():
        for text in texts:
            article = Article(
                url=f"https://example.org/{text.number}",
                outlet=text.outlet,
                title=text.title,
                text=text.text,
                language=text.language,
                published=text.published,
            )
            outlet = store.outlets.ensure(text.outlet)
            store.articles.save(article, outlet=outlet, run=1, now=NOW)


def placed(store: Store) -> dict[int, int]:
    """The story of each text, by its number."""
    return {
        int(row.url.rpartition("/")[2]): row.story or 0
        for row in store.queries.articles.all_placed()
    }


def grouped(
    texts: Sequence[LabelledText],
    scheme: StoryScheme = STORIES,
    *,
    parts: int = 1,
    seed: int | None = None,
    rebuild: bool = False,
) -> dict[int, int]:
    """The stories of texts in a store of their own: in `parts`, in the order that `seed` draws."""
    if seed is not None:
        texts = random.Random(seed).sample(texts, len(texts))  # noqa: S311
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("bench", now=NOW, pid=1)
    for part in range(parts):
        save(store, texts[part * len(texts) // parts : (part + 1) * len(texts) // parts])
        group(store, run=1, now=NOW, story_scheme=scheme)
    if rebuild:
        group(store, run=1, now=NOW, story_scheme=scheme, rebuild=True)
    found = placed(store)
    store.close()
    return found
