"""All that the tests have Spark do, in one process with one session: `python -m tests.spark.jobs`.

Beside each job stands what one machine makes of the same, for the tests to compare.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.corpora.planted import Planted, planted
from crawler.cli import run
from crawler.grouping.file_schemes import file_schemes
from crawler.ingest.data_set import seed_of
from crawler.parsing.languages import language_of
from crawler.spark.from_archives import NotRead, extract
from crawler.spark.group_data_set import group_data_set
from crawler.spark.session import spark_session
from crawler.store import Store, open_store
from crawler.types import Article
from dedupe import seed_id
from tests.spark.archives import Capture, town_archives, write_archive
from tests.spark.frozen import group_frozen

NOW = "2022-01-20T12:00:00Z"
PLANTED = 160
CHEAP = {
    # Three tasks, one after another, so that one Python has the parsers in memory.
    "spark.default.parallelism": "3",
    # Compiled once and fast: the code runs for seconds.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
}


def newsloom(*arguments: object) -> None:
    """Run the command line in this process."""
    sys.argv = ["newsloom", *map(str, arguments)]
    code = run()
    if code not in (0, 3):
        raise AssertionError(f"{sys.argv} ended with {code}")


def quiet(*_: object) -> None:
    """Show no progress."""


def town(session: Any, folder: Path) -> None:
    """The town's pages: archives to a store, by one machine and by Spark."""
    archives = town_archives(folder, 3)
    newsloom("--db", folder / "one.db", "import", "-q", *archives)
    newsloom("--db", folder / "one.db", "group", "-q")
    done = extract(
        session, [str(file) for file in archives], folder / "set", {},
        command="newsloom spark extract", now=NOW, progress=quiet,
    )  # fmt: skip
    (folder / "counts.json").write_text(json.dumps(done.counts))
    to_store(session, folder, with_seed=seed_of(folder / "one.db"))
    # It goes on from there: nothing waits but the events.
    newsloom("--db", folder / "two.db", "group", "-q")


def texts(session: Any, folder: Path) -> None:
    """Planted copies and templates, some of them with earlier texts, as parts of a large data set.

    With settings by which they are many: boilerplate is learned in passes, languages are tasks.
    """
    one, two = folder / "one.db", folder / "two.db"
    store = open_store(one)
    draw = random.Random(5)
    with store.batch():
        store.groupings.set_settings(
            {"copies.warm_up_articles": "100", "stories.relink_groups": "100"}
        )
        store.copies.set_scheme(file_schemes(store).copies.id, seed=7, seed_id=seed_id(7))
        number = store.runs.open("test", now=NOW, pid=1)
        for n, text in enumerate(planted(PLANTED, seed=5, giants=0, outlets=12)):
            for corrected in ("", "\nThe report was corrected.")[: 1 + (draw.random() < 0.1)]:
                save(store, n, text, corrected, draw, number)
    store.close()
    newsloom("--db", one, "export", "--dataset", folder / "set")
    to_store(session, folder, with_seed=7)
    store, counted = open_store(one), open_store(two)
    group_frozen(store, counted, seed=7)
    for each in (store, counted):
        each.close()


def save(store: Store, n: int, one: Planted, corrected: str, draw: random.Random, run: int) -> None:
    """Save a planted text; some state no language."""
    language = language_of(one.text, stated=None) if draw.random() < 0.9 else None
    article = Article(
        url=f"https://{one.outlet}.example/{n}", outlet=one.outlet, title=f"Report {n}",
        text=one.text + corrected, language=language,
    )  # fmt: skip
    agency = "Wire" if one.outlet == "outlet7" else None
    outlet = store.outlets.ensure(one.outlet, agency=agency)
    store.articles.save(article, outlet=outlet, run=run, now=NOW)


def to_store(session: Any, folder: Path, *, with_seed: int) -> None:
    """Group a data set, and make a store of it."""
    group_data_set(
        session, folder / "set", seed=with_seed, with_seed=True, command="newsloom spark group",
        now=NOW, progress=quiet,
    )  # fmt: skip
    newsloom(
        "--db", folder / "two.db", "import", "-q", "--dataset", folder / "set", "--with-findings"
    )


def damaged(session: Any, folder: Path) -> None:
    """A damaged archive, one without a capture, and one that is not there at first."""
    page = b"<html lang=en><h1>Bridge</h1><article><p>" + b"The bridge was closed. " * 60
    whole = write_archive(
        folder / "whole.warc.gz",
        [Capture(f"https://a.example/{n}", NOW, page + str(n).encode()) for n in range(6)],
    )
    cut = folder / "cut.warc.gz"
    cut.write_bytes(whole.read_bytes().replace(b"a.example", b"b.example")[:-60])
    empty = write_archive(folder / "empty.warc.gz", [])
    late = folder / "late.warc.gz"
    names = [str(file) for file in (cut, empty, late)]
    try:
        extract(session, names, folder / "set", {}, command="x", now=NOW, progress=quiet)
    except NotRead as error:
        (folder / "refused.txt").write_text(str(error))
    # What was read is not read again: it need not be there.
    cut.unlink()
    write_archive(late, [Capture("https://c.example/1", NOW, b"", status=404)])
    done = extract(session, names, folder / "set", {}, command="x", now=NOW, progress=quiet)
    (folder / "damaged.json").write_text(json.dumps(done.damaged))
    (folder / "counts.json").write_text(json.dumps(done.counts))


JOBS: tuple[Callable[[Any, Path], None], ...] = (town, texts, damaged)


def main(folder: Path) -> None:
    """Do all jobs, each in a folder of its name."""
    folder.mkdir(exist_ok=True)
    with spark_session("local[1]", CHEAP) as session:
        for job in JOBS:
            (folder / job.__name__).mkdir()
            job(session, folder / job.__name__)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
