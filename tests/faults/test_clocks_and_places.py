"""A clock that was a year wrong, other time zones and locales: nothing is lost by them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.clock import now, utc
from crawler.store import Saved, Store
from crawler.types import Article, Moment, Precision
from tests.conftest import NOW, ask, newsloom
from tests.crawl.site import Site, feed, item, page

ROOT = Path(__file__).parents[2]
AHEAD, BEHIND = utc(datetime.now(UTC) + timedelta(days=365)), "2021-01-20T12:00:00Z"
FIRST = Article(
    url="https://g.org/1", outlet="", title="Bridge closes", text="The old bridge closed today.",
    fetched_at=NOW,
)  # fmt: skip


@pytest.fixture
def save(store: Store) -> Callable[..., Saved]:
    with store.batch():
        outlet = store.outlets.ensure("gazette")

    def save(article: Article, *, at: str) -> Saved:
        with store.batch():
            return store.articles.save(
                replace(article, fetched_at=at), outlet=outlet, run=1, now=at
            )

    return save


def test_a_correction_after_a_clock_that_was_ahead_is_a_revision(
    store: Store, save: Callable[..., Saved]
) -> None:
    assert save(FIRST, at=AHEAD) is Saved.NEW
    corrected = replace(FIRST, text=f"{FIRST.text} It will open in spring.")
    assert save(corrected, at=NOW) is Saved.REVISED
    found = store.queries.articles.get(1)
    assert found is not None
    assert found.text == corrected.text


def test_an_older_capture_of_an_archive_is_still_none(save: Callable[..., Saved]) -> None:
    assert save(FIRST, at=BEHIND) is Saved.NEW
    assert save(FIRST, at=NOW) is Saved.SAME


def test_a_time_that_a_clock_took_for_one_to_come_is_read_later(
    store: Store, save: Callable[..., Saved]
) -> None:
    doubted = replace(FIRST, published_doubt="meta says 2022-01-05T12:00:00Z, which cannot be")
    assert save(doubted, at=BEHIND) is Saved.NEW
    known = Moment(at="2022-01-05T12:00:00Z", precision=Precision.SECOND, source="meta", raw="x")
    assert save(replace(FIRST, published=known), at=NOW) is Saved.SAME
    found = store.queries.articles.get(1)
    assert found is not None
    assert (found.published_at, found.published_doubt) == (known.at, None)


@pytest.mark.usefixtures("slow")
def test_crawls_with_a_clock_that_is_a_year_behind_ahead_and_right(tmp_path: Path) -> None:
    hour_ago = utc(datetime.now(UTC) - timedelta(hours=1))
    with Site() as site:
        head = f'<meta property="article:published_time" content="{hour_ago}">'
        site["/feed.xml"] = feed(item(site.url("/1")))
        site["/1"] = page("A bridge is closed", head=head)
        outlets = site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        for days in (-365, 365, 0):
            clock = tmp_path / f"clock{days}"
            clock.mkdir()
            (clock / "sitecustomize.py").write_text(
                "from datetime import timedelta\nfrom crawler import clock\nright = clock.now\n"
                f"clock.now = lambda: clock.later(right(), timedelta(days={days}))\n"
            )
            done = newsloom(
                "--db", tmp_path / "t.db", "crawl", "--allow-private", "--no-group", "--now",
                "--only", "--outlets", outlets, libraries=clock,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    assert ask(tmp_path / "t.db", "SELECT published_at FROM articles") == [(hour_ago,)]
    assert ask(tmp_path / "t.db", "SELECT state FROM pages") == [("article",)]
    assert ask(tmp_path / "t.db", "SELECT DISTINCT due_at > '9' FROM sources") == [(0,)]
    (due,) = ask(tmp_path / "t.db", "SELECT max(due_at) FROM sources")
    assert str(due[0]) < utc(datetime.fromisoformat(now()) + timedelta(days=1))


def test_time_zone_and_locale_change_nothing(tmp_path: Path) -> None:
    row = {"url": "https://g.org/1", "title": "İstanbul", "text": "Köprü kapandı bugün",
           "published_at": "2022-01-05 23:30", "language": "tr"}  # fmt: skip
    (tmp_path / "l.jsonl").write_text(json.dumps(row) + "\n")
    exported = set()
    for number, (zone, locale) in enumerate(
        (("UTC", "C.UTF-8"), ("Asia/Kathmandu", "tr_TR.UTF-8"), ("America/St_Johns", "C"))
    ):
        environment = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(ROOT)}
        db, out = tmp_path / f"{number}.db", tmp_path / f"{number}.jsonl"
        for line in (("import", "-q", "l.jsonl"), ("export", "articles", "-o", str(out))):
            subprocess.run(
                [sys.executable, "-m", "crawler", "--db", str(db), *line], cwd=tmp_path,
                env=environment, check=True, capture_output=True,
            )  # fmt: skip
        found = json.loads(out.read_text("utf-8"))
        # When it was imported, and so first seen.
        exported.add(json.dumps(found | {"first_seen_at": None}, sort_keys=True))
        seen = datetime.fromisoformat(found["first_seen_at"])
        assert abs(datetime.now(UTC) - seen) < timedelta(hours=1)
    assert len(exported) == 1
