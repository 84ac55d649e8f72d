"""A whole crawl over real HTTP, in processes of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.town_score import score_town
from crawler.demo.houses import HOUSES
from crawler.demo.town import Town
from crawler.store import read_store
from crawler.types import ArticleFilter
from tests.conftest import Crawled, newsloom


def articles(db: Path) -> set[tuple[Any, ...]]:
    connection = sqlite3.connect(db)
    found = set(
        connection.execute(
            "SELECT url, title, text, language, published_at, authors, revision FROM articles"
        )
    )
    connection.close()
    return found


def counts(db: Path) -> dict[str, int]:
    connection = sqlite3.connect(db)
    tables = ("outlets", "sources", "pages", "sightings", "articles", "revisions", "keys",
              "copies", "copy_groups", "stories", "story_log", "memberships",
              "signatures")  # fmt: skip
    found = {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
    connection.close()
    return found


def leave_the_last_page_of_each_outlet(db: Path) -> None:
    connection = sqlite3.connect(db)
    with connection:
        connection.execute(
            "UPDATE pages SET state = 'pending' WHERE state = 'article'"
            " AND id IN (SELECT max(id) FROM pages WHERE state = 'article' GROUP BY outlet)"
        )
    connection.close()


def test_every_article_is_found_and_every_other_page_has_a_reason(crawled: Crawled) -> None:
    assert crawled.first.returncode == 3, (
        crawled.first.stderr
    )  # some outlets of the town are broken
    store = read_store(crawled.db)
    found = score_town(store, crawled.town.truth())
    assert found.found == found.printed == len(articles(crawled.db))
    assert store.queries.outlets.page_states() == {"article": found.printed, "rejected": 12}
    assert {row.reason: row.pages for row in store.queries.outlets.rejections()} == {
        "amp-twin": 8, "http-404": 1, "http-410": 1, "no-text": 1, "not-html": 1,
    }  # fmt: skip
    assert store.upkeep.problems() == []
    store.close()


def test_copies_and_stories_agree_with_the_truth(crawled: Crawled) -> None:
    store = read_store(crawled.db)
    found = score_town(store, crawled.town.truth())
    main = store.queries.stories.matching(ArticleFilter(), limit=1)[0]
    store.close()
    assert found.copies.precision == 1.0
    assert found.copies.recall == 1.0
    # .975 or .961: which it is depends on the order in which the crawl brings the articles.
    assert found.stories.f1 >= 0.96
    assert found.across.precision >= 0.99
    assert found.across.recall >= 0.95
    assert found.events.f1 >= 0.965
    assert min(found.agencies.precision, found.agencies.recall) >= 0.99
    assert main.outlets >= 5


def test_title_text_authors_and_time_are_what_was_printed(crawled: Crawled) -> None:
    truth = crawled.town.truth()
    for url, title, text, _, published_at, authors, _ in articles(crawled.db):
        printed = truth[url]
        house = HOUSES[printed.outlet]
        body = "\n".join(printed.paragraphs[:3] if house.paywall else printed.paragraphs)
        assert title == printed.title
        assert text == body, url
        assert published_at == printed.at
        if printed.byline and house.language != "de":
            assert json.loads(authors) == printed.byline.split(" and ")
        assert "Post a Comment" not in text
        assert "Source:" not in text


def test_the_summary_is_one_line_and_trouble_is_on_stderr(crawled: Crawled) -> None:
    assert crawled.first.stdout.count("\n") == 1
    assert "217 new articles" in crawled.first.stdout
    for trouble in ("broken-times: not-a-feed", "closed-shop: robots", "foggy-herald: robots-unre"):
        assert trouble in crawled.first.stderr
    assert "\x1b" not in crawled.first.stdout + crawled.first.stderr


def test_denied_outlets_were_asked_for_nothing_but_robots(crawled: Crawled) -> None:
    for outlet in ("closed-shop", "foggy-herald"):
        paths = {path for slug, path in crawled.town.requests if slug == outlet}
        assert paths == {"/robots.txt"}


def test_nothing_was_fetched_twice(crawled: Crawled) -> None:
    for (slug, path), times in crawled.town.requests.items():
        if path.startswith("/2022") or path == "/robots.txt":
            assert times == 1, (slug, path)


def test_a_second_crawl_saves_nothing_and_says_so(tmp_path: Path) -> None:
    with Town(latency=False) as town:
        crawled = Crawled(town, tmp_path)
        before, facts = articles(crawled.db), counts(crawled.db)
        town.requests.clear()
        early = crawled.crawl()
        assert "19 not due yet; nothing new" in early.stdout
        assert not town.requests
        again = crawled.crawl("--now")
        assert "nothing new" in again.stdout
        assert articles(crawled.db) == before
        assert counts(crawled.db) == facts
        assert not any(path.startswith("/2022") for _, path in town.requests)

        town.day = 2
        # Pages left over are taken before the feeds are read; what those make due lies below.
        leave_the_last_page_of_each_outlet(crawled.db)
        revised = crawled.crawl("--now")
        assert "0 new articles, 2 revised" in revised.stdout
        truth = {url: print_ for url, print_ in town.truth().items() if print_.corrected}
        assert {r[0]: (r[1], r[2]) for r in articles(crawled.db) if r[6]} == {
            url: (print_.title, print_.body) for url, print_ in truth.items()
        }
        headlines = newsloom("--db", crawled.db, "export", "headlines", "--format", "jsonl")
        assert len(headlines.stdout.splitlines()) == 2


def test_two_crawls_at_once_one_works_and_one_says_who_has_the_store(tmp_path: Path) -> None:
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        command = [sys.executable, "-m", "crawler", "--db", str(tmp_path / "t.db"), "crawl",
                   "--allow-private", "--only", "--outlets", str(outlets)]  # fmt: skip
        both = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        results = [(p.communicate(timeout=120), p.returncode) for p in both]
    assert sorted(code for _, code in results) == [3, 75]
    (refused,) = [error for (_, error), code in results if code == 75]
    assert "is in use by" in refused
    assert "nothing was done" in refused
    assert len(articles(tmp_path / "t.db")) == 217


def has_articles(db: Path) -> bool:
    """Whether a store has been made; a kill may come before that, at an empty file or none."""
    if not db.exists():
        return False
    with closing(sqlite3.connect(db)) as connection:
        return (
            connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone()
            is not None
        )


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_and_run_again_gives_the_same_articles(
    crawled: Crawled, tmp_path: Path, seed: int
) -> None:
    """Law 2; `bench/kill.py` does it at 20 moments and more."""
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        db = tmp_path / "t.db"
        command = [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "--allow-private",
                   "--now", "--only", "--outlets", str(outlets)]  # fmt: skip
        draw = random.Random(seed)
        for _ in range(2):
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(draw.uniform(1.0, 6.0))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        finished = {a[0] for a in articles(db)} if has_articles(db) else set()
        town.requests.clear()
        last = newsloom(*command[3:])
        assert last.returncode == 3, last.stderr
        truth = {u.replace(str(crawled.town.port), str(town.port)) for u in crawled.town.truth()}
        assert {a[0] for a in articles(db)} == truth
        asked = {f"{town.base(HOUSES[s])}{p}" for s, p in town.requests}
        assert not asked & finished
        check = newsloom("--db", db, "db", "check")
        assert check.returncode == 0, check.stdout
        assert newsloom("--db", db, "group").returncode == 0
        store = read_store(db)
        found = score_town(store, town.truth())
        store.close()
        assert found.copies.f1 == 1.0


def test_workers_end_with_a_killed_crawl(tmp_path: Path) -> None:
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", "--db", str(tmp_path / "t.db"), "crawl",
             "--allow-private", "--only", "--outlets", str(outlets)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(2.5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for _ in range(50):
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.1)
    pytest.fail("workers were left behind")


def test_limit_leaves_the_rest_pending(tmp_path: Path) -> None:
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        db = tmp_path / "t.db"
        first = newsloom("--db", db, "crawl", "harbour-gazette", "--allow-private", "--only",
                         "--outlets", outlets, "--limit", 5)  # fmt: skip
        assert "5 new articles, 0 revised, 26 pending" in first.stdout
        assert first.returncode == 0
        rest = newsloom("--db", db, "crawl", "harbour-gazette", "--allow-private", "--only",
                        "--outlets", outlets)  # fmt: skip
        assert "26 new articles" in rest.stdout


def test_interrupted_by_a_person_it_saves_and_exits_130(tmp_path: Path) -> None:
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        db = tmp_path / "t.db"
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", "--db", str(db), "crawl", "--allow-private",
             "--only", "--outlets", str(outlets)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not any(path.startswith("/2022") for _, path in town.requests):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert out.startswith("run 1 was interrupted:")
    assert "Traceback" not in error


@pytest.mark.parametrize("keep", [True, False])
def test_a_demo_that_is_broken_off_says_what_is_left(tmp_path: Path, keep: bool) -> None:
    file = tmp_path / "town.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "demo", *(["--keep", str(file)] if keep else [])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()  # the town is up
    while keep and not file.exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    left = f"{file} has only a part of the town; remove it and" if keep else "nothing is kept;"
    assert (process.returncode, error.splitlines()[-1]) == (
        130, f"interrupted: {left} run the same command again",
    )  # fmt: skip


def test_without_permission_the_town_cannot_be_reached(tmp_path: Path) -> None:
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        refused = newsloom("--db", tmp_path / "t.db", "crawl", "--only", "--outlets", outlets)
        assert refused.returncode == 4
        assert "private-address" in refused.stderr
        assert not town.requests


def test_scrapy_users_find_what_they_know(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == ["discovery", "feeds", "outlets", "sitemaps"]
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        out = tmp_path / "out.jsonl"
        subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "feeds", "-a", "outlet=campus-view", "-a",
             f"outlets={outlets}", "-s", "NEWSLOOM_ALLOW_PRIVATE=1", "-O", str(out)],
            check=True, capture_output=True,
        )  # fmt: skip
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 4
    assert {"url", "title", "text", "authors", "published"} <= set(rows[0])
    assert list(tmp_path.glob("*.db")) == []


def test_articles_are_saved_even_where_they_cannot_be_grouped(tmp_path: Path) -> None:
    with Town() as town:
        crawled = Crawled(town, tmp_path)
        before = articles(crawled.db)
        connection = sqlite3.connect(crawled.db)
        with connection:
            connection.execute(
                "UPDATE schemes SET embedding_model = 'nosuch' WHERE kind = 'stories'"
            )
        town.day = 2
        second = crawled.crawl("--now")
        assert second.returncode == 2
        assert "embedding model nosuch" in second.stderr
        assert "Traceback" not in second.stderr
        assert articles(crawled.db) != before  # the second day brings corrections
        query = "SELECT outcome FROM runs ORDER BY id DESC LIMIT 1"
        assert connection.execute(query).fetchone() == ("failed",)
        connection.close()
        assert newsloom("--db", crawled.db, "group", "--embedding-model", "none").returncode == 0
        assert newsloom("--db", crawled.db, "db", "check").returncode == 0
