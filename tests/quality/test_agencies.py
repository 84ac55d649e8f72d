"""Agency copy in the town, half of whose credits are removed at random."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.cli.town_score import score_town
from crawler.demo.houses import HOUSES
from crawler.demo.prints import DATELINE, Print, town_prints
from crawler.grouping.run import group
from crawler.parsing.page.credits import read_credits
from crawler.store import Store, open_store
from crawler.types import Agency, Article, Moment, Outlet, Precision
from tests.conftest import NOW

AGENCIES = tuple(
    Agency(name=house.name, forms=house.names) for house in HOUSES.values() if house.agency
)


def without_half_of_its_credits(seed: int, *, agencies: bool) -> dict[str, Print]:
    """The town by address; with `agencies` what they printed themselves is there too."""
    prints = [p for p in town_prints() if agencies or not HOUSES[p.outlet].agency]
    credited = [n for n, p in enumerate(prints) if DATELINE.match(p.paragraphs[0])]
    printed = [n for n in credited if not HOUSES[prints[n].outlet].agency]
    for number in random.Random(seed).sample(printed, len(printed) // 2):
        first, *rest = prints[number].paragraphs
        bare = DATELINE.sub("", first)
        prints[number] = replace(prints[number], paragraphs=(bare, *rest))
    return {f"https://{p.outlet}.example{p.path}": p for p in prints}


def save(store: Store, town: dict[str, Print]) -> None:
    with store.batch():
        run = store.runs.open("test", now=NOW, pid=1)
        numbers = {
            slug: store.outlets.save(Outlet(slug=slug, name=house.name, agency=house.agency))
            for slug, house in HOUSES.items()
        }
        for url, print_ in town.items():
            article = Article(
                url=url,
                outlet=print_.outlet,
                title=print_.title,
                text=print_.body,
                language=print_.language,
                published=Moment(
                    at=print_.at, precision=Precision.SECOND, source="test", raw=print_.at
                ),
                credits=read_credits(
                    lines=print_.paragraphs,
                    bylines=(),
                    url=url,
                    outlet=HOUSES[print_.outlet].name,
                    more=AGENCIES,
                ),
            )
            store.articles.save(article, outlet=numbers[print_.outlet], run=run, now=NOW)
    group(store, run=run, now=NOW, stories=False)


def with_a_trace(town: dict[str, Print]) -> dict[str, Print]:
    """All but the agency copy of which no print is credited: nothing there says whose it is."""
    credited = {p.text for p in town.values() if DATELINE.match(p.paragraphs[0])}
    return {url: p for url, p in town.items() if p.text in credited or not is_agency_copy(p)}


def is_agency_copy(print_: Print) -> bool:
    return HOUSES[print_.origin].agency and print_.outlet != print_.origin


@pytest.mark.parametrize("seed", [1, 2])
def test_agency_copy_without_its_credit(seed: int, tmp_path: Path) -> None:
    for agencies in (True, False):
        town = without_half_of_its_credits(seed, agencies=agencies)
        store = open_store(tmp_path / f"{agencies}.db")
        save(store, town)
        found, traced = (score_town(store, t).agencies for t in (town, with_a_trace(town)))
        shares = store.queries.agency_copy.shares(limit=99)
        figures = {
            name: sum(getattr(row, name) for row in shares)
            for name in ("attributed", "contained", "twin", "agency_copy")
        }
        print(  # noqa: T201 - shown by -rP
            f"agencies in the store: {agencies}, seed {seed}: P {found.precision:.3f} "
            f"R {found.recall:.3f}, of texts with a credited print {traced.recall:.3f}; {figures}"
        )
        assert found.precision >= 0.98
        assert traced.recall >= 0.95
        assert found.recall >= (0.95 if agencies else 0.85)
        assert figures["twin"] >= 60
        store.close()
