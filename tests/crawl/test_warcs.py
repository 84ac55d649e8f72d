"""WARC in and out."""

from __future__ import annotations

import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.demo.town import Town
from tests.conftest import newsloom
from tests.crawl.site import page

# warcio leaves the buffers of the records that it wrote to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def articles(db: Path, columns: str = "url, title, text") -> set[tuple[object, ...]]:
    connection = sqlite3.connect(db)
    found = set(connection.execute(f"SELECT {columns} FROM articles"))
    connection.close()
    return found


def has_tables(db: Path) -> bool:
    with closing(sqlite3.connect(db)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count)


Capture = tuple[str, str, int, bytes, str]


def archive(file: Path, *captures: Capture) -> Path:
    """An archive of (url, date, status, body, content type)."""
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, date, status, body, kind in captures:
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=BytesIO(body),
                    http_headers=StatusAndHeaders(
                        f"{status} X", [("Content-Type", kind)], protocol="HTTP/1.1"
                    ),
                    warc_headers_dict={"WARC-Date": date},
                )
            )  # fmt: skip
    return file


def capture(n: int, title: str, date: str = "2022-01-05T10:00:00Z") -> Capture:
    body = page(title).body
    assert isinstance(body, str)
    return f"https://g.org/{n}", date, 200, body.encode(), "text/html"


def test_what_a_crawl_keeps_as_warc_gives_the_same_articles(tmp_path: Path) -> None:
    with Town(latency=False) as town:
        outlets = town.describe_outlets(tmp_path / "outlets")
        crawled = newsloom(
            "--db", tmp_path / "a.db", "crawl", "--allow-private", "--only", "--outlets",
            outlets, "--no-group", "--keep-warc", "abendblick", "riverside-weekly", "eurowire",
        )  # fmt: skip
        assert crawled.returncode == 0, crawled.stderr
        files = sorted(tmp_path.glob("*.warc.gz"))
        assert [file.name for file in files] == ["a-1.warc.gz"]
        done = newsloom("--db", tmp_path / "b.db", "import", *files, "--only", "--outlets", outlets)
    assert done.returncode == 0, done.stderr
    assert articles(tmp_path / "b.db") == articles(tmp_path / "a.db")
    again = newsloom("--db", tmp_path / "b.db", "import", *files)
    assert "0 new articles, 0 revised, 0 known" in again.stdout
    connection = sqlite3.connect(tmp_path / "b.db")
    slugs = {row[0] for row in connection.execute("SELECT slug FROM outlets")}
    assert slugs == {"abendblick", "riverside-weekly", "eurowire"}
    # Seen when it was captured, not when it was imported.
    assert connection.execute(
        "SELECT count(*) FROM articles WHERE first_seen_at <> fetched_at"
    ).fetchone() == (0,)
    connection.close()


def test_captures_that_are_no_articles_are_counted_by_reason(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "x.warc.gz",
        capture(1, "A bridge is closed"),
        ("https://g.org/2", "2022-01-05T10:00:00Z", 404, b"", "text/html"),
        ("https://g.org/3", "2022-01-05T10:00:00Z", 200, b"%PDF-1.4", "application/pdf"),
        ("https://g.org/4", "2022-01-05T10:00:00Z", 200, b"<p>short</p>", "text/html"),
        ("https://", "2022-01-05T10:00:00Z", 200, b"<p>x</p>", "text/html"),
        ("https://g.org/5", "2022-01-05T10:00:00Z", 200, b"<p>" + b"x" * 9_000_000, "text/html"),
    )
    done = newsloom("--db", tmp_path / "t.db", "import", file)
    assert done.returncode == 0, done.stderr
    assert "1 new article," in done.stdout
    for reason in ("1 http-404", "1 not-html", "1 bad-address", "1 too-large"):
        assert reason in done.stdout


def test_an_older_capture_is_no_revision_and_a_newer_one_is(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "x.warc.gz",
        capture(1, "A bridge is closed", "2022-01-05T10:00:00Z"),
        capture(1, "A bridge is closed for good", "2022-01-06T10:00:00Z"),
        capture(1, "A bridge may close", "2022-01-04T10:00:00Z"),
    )
    newsloom("--db", tmp_path / "t.db", "import", file)
    assert articles(tmp_path / "t.db", "title, revision") == {("A bridge is closed for good", 1)}


def test_a_broken_archive_gives_what_comes_before(tmp_path: Path) -> None:
    file = archive(tmp_path / "x.warc.gz", *(capture(n, f"Bridge {n}") for n in range(9)))
    file.write_bytes(file.read_bytes()[:-200])
    done = newsloom("--db", tmp_path / "t.db", "import", file)
    assert done.returncode == 3
    assert "cannot be read to its end" in done.stderr
    assert len(articles(tmp_path / "t.db")) == 8
    (tmp_path / "no.warc").write_text("not an archive at all")
    refused = newsloom("--db", tmp_path / "t.db", "import", tmp_path / "no.warc")
    assert refused.returncode == 2
    assert "not a WARC file" in refused.stderr


def test_a_record_without_an_address_costs_itself_alone(tmp_path: Path) -> None:
    whole = gzip.decompress(
        archive(tmp_path / "x", *(capture(n, f"Bridge {n}") for n in range(3))).read_bytes()
    )
    file = tmp_path / "x.warc"
    file.write_bytes(whole.replace(b"WARC-Target-URI: https://g.org/1\r\n", b""))
    done = newsloom("--db", tmp_path / "t.db", "import", file)
    assert done.returncode == 0, done.stderr
    assert len(articles(tmp_path / "t.db")) == 2
    assert "1 no-http" in done.stdout
    # Nor does a length that is wrong bring its bytes to the terminal.
    file.write_bytes(whole.replace(b"Content-Length: ", b"Content-Length: 1", 1))
    done = newsloom("--db", tmp_path / "u.db", "import", file)
    assert done.stderr == ""
    assert "1 wrong-length" in done.stdout


def test_bytes_behind_a_body_cost_nothing(tmp_path: Path) -> None:
    url, date, status, body, kind = capture(1, "A bridge is closed")
    file = tmp_path / "x.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number, packed in enumerate((gzip.compress(body) + b"x" * 20_000, gzip.compress(body))):
            headers = [("Content-Type", kind), ("Content-Encoding", "gzip")]
            writer.write_record(
                writer.create_warc_record(
                    f"{url}{number}", "response", payload=BytesIO(packed),
                    http_headers=StatusAndHeaders(f"{status} X", headers, protocol="HTTP/1.1"),
                    warc_headers_dict={"WARC-Date": date},
                )
            )  # fmt: skip
    done = newsloom("--db", tmp_path / "t.db", "import", file)
    assert done.returncode == 0, done.stderr
    assert "2 new articles" in done.stdout


def test_an_import_that_was_killed_goes_on(tmp_path: Path) -> None:
    file = archive(tmp_path / "x.warc.gz", *(capture(n, f"Bridge {n}") for n in range(1_500)))
    db = tmp_path / "t.db"
    command = [sys.executable, "-m", "crawler", "--db", str(db), "import", str(file)]
    draw = random.Random(7)
    for _ in range(2):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(draw.uniform(2.5, 4))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    # On a busy machine a kill may come before there are tables.
    before = len(articles(db)) if has_tables(db) else 0
    done = newsloom(*command[3:])
    assert done.returncode == 0, done.stderr
    assert len(articles(db)) == 1_500
    new = int(done.stdout.partition(": ")[2].partition(" new")[0])
    assert new == 1_500 - before
    # What was saved before was not read again, but for the last record.
    known = int(done.stdout.partition("revised, ")[2].partition(" known")[0])
    assert known <= 1
