from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crawler.errors import NewsloomError, StoreBusy
from crawler.run_lock import recorded


def outcomes(db: Path) -> list[str | None]:
    connection = sqlite3.connect(db)
    found = [row[0] for row in connection.execute("SELECT outcome FROM runs ORDER BY id")]
    connection.close()
    return found


def test_a_run_says_how_it_ended(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with recorded(db, "newsloom group") as run:
        run.summary = {"linked": 3}
    for error in (KeyboardInterrupt, NewsloomError, ZeroDivisionError):
        with pytest.raises(error), recorded(db, "newsloom group"):
            raise error
    assert outcomes(db) == ["done", "interrupted", "failed", None]
    connection = sqlite3.connect(db)
    assert connection.execute("SELECT summary FROM runs WHERE id = 1").fetchone() == (
        '{"linked": 3}',
    )
    connection.close()
    # A mistake of ours looks like what it is, a crash, to the next one.
    with recorded(db, "newsloom import") as run:
        run.outcome = "partial"
    assert outcomes(db) == ["done", "interrupted", "failed", "crashed", "partial"]


def test_there_is_one_run_at_a_time(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with (
        recorded(db, "newsloom crawl"),
        pytest.raises(StoreBusy, match="in use by `newsloom crawl`"),
        recorded(db, "newsloom group"),
    ):
        pass
    assert outcomes(db) == ["done"]
