"""`newsloom backfill`: the past of an outlet, from archives that answer on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Inside, ask
from tests.crawl.site import Reply, page
from tests.crawl.web_archive import PAGE, WebArchiveServer

# warcio leaves the buffers of the records that it wrote to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Backfill = Callable[..., subprocess.CompletedProcess[str]]
ARCHIVES = pytest.mark.parametrize("source", ["cc", "wayback"])


@pytest.fixture
def archive() -> Iterator[WebArchiveServer]:
    with WebArchiveServer() as served:
        yield served


def arguments(archive: WebArchiveServer, folder: Path, source: str) -> list[str]:
    described = folder / "outlets"
    described.mkdir(exist_ok=True)
    (described / "gazette.toml").write_text(
        f'name = "The Gazette"\nhome = "{archive.url("/")}"\nfeeds = ["{archive.url("/rss")}"]\n'
    )
    return [
        "--db", str(folder / "g.db"), "backfill", "gazette", "--from", source, "--since",
        "2022-01-01", "--until", "2022-03-31", "--only", "--outlets", str(described), "--delay",
        "0", "--workers", "1",
    ]  # fmt: skip


@pytest.fixture
def backfill(
    archive: WebArchiveServer, tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> Backfill:
    for name, value in archive.environment().items():
        monkeypatch.setenv(name, value)

    def call(source: str, *more: str, private: bool = True) -> subprocess.CompletedProcess[str]:
        permission = ["--allow-private"] if private else []
        return inside(*arguments(archive, tmp_path, source), *permission, *more)

    return call


def story(title: str) -> str:
    body = page(title).body
    assert isinstance(body, str)
    return body


def fill(archive: WebArchiveServer, count: int = 4) -> None:
    for n in range(count):
        archive.add(f"/2022/01/05/a-bridge-{n}", f"2022010{n + 1}120000", story(f"Bridge {n}"))


@ARCHIVES
def test_captures_become_articles_and_later_ones_revisions(
    source: str, archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    fill(archive)
    again = "/2022/01/05/a-bridge-1"
    archive.add(again, "20220110120000", story("Bridge 1"))  # unchanged
    archive.add(again, "20220112120000", story("Bridge 1 is shut"))
    archive.add(again, "20220115120000", story("Bridge 1"))  # as it was
    archive.add(again, "20220305120000", story("Bridge 1 is open"))  # in a later crawl
    archive.add("/about", "20220105120000", story("About us"))
    archive.robots = Reply("User-agent: *\nDisallow: /2022/01/05/a-bridge-3\n", kind="text/plain")
    done = backfill(source, "--contact", "me@example.org")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 new articles, 3 revised" in done.stdout
    assert "of 6 captures fetched" in done.stdout
    assert "1 not an article's address" in done.stdout
    assert "1 forbidden by robots.txt" in done.stdout
    # Neither the outlet nor the archive was asked for what is not wanted.
    assert not archive.took("a-bridge-3")
    assert not archive.took("id_/about")
    assert archive.took("robots.txt") == ["/robots.txt"]
    assert all("me@example.org" in agent for agent in archive.agents)
    found = ask(
        tmp_path / "g.db",
        "SELECT a.title, a.revision, a.fetched_at, a.first_seen_at, a.previous_poll_at, a.page, "
        "o.name FROM articles a JOIN outlets o ON o.id = a.outlet ORDER BY a.url",
    )
    assert found[1] == (
        "Bridge 1 is open", 3, "2022-03-05T12:00:00Z", "2022-01-02T12:00:00Z", None, None,
        "The Gazette",
    )  # fmt: skip
    titles = ask(tmp_path / "g.db", "SELECT title FROM revisions ORDER BY revision")
    assert titles == [("Bridge 1",), ("Bridge 1 is shut",), ("Bridge 1",)]
    if source == "cc":
        assert len(set(archive.ranges)) == 6
    else:
        assert ask(tmp_path / "g.db", "SELECT DISTINCT reserved FROM articles") == [
            ("header tdm-reservation: 1",)
        ]
    archive.asked.clear()
    second = backfill(source)
    assert "nothing more of this outlet and time" in second.stdout
    assert archive.asked == (["/collinfo.json"] if source == "cc" else [])


@ARCHIVES
def test_a_limit_is_resumed_at_the_next_capture(
    source: str, archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    fill(archive, 2 * PAGE + 1)
    taken = []
    for _ in range(3):
        done = backfill(source, "--limit", "3")
        assert done.returncode == 0
        taken.append("--limit was reached" in done.stdout)
    assert taken == [True, True, False]
    assert len(ask(tmp_path / "g.db", "SELECT 1 FROM articles")) == 2 * PAGE + 1
    fetched = archive.ranges if source == "cc" else archive.took("id_/")
    assert len(fetched) == len(set(fetched)) == 2 * PAGE + 1


@ARCHIVES
def test_a_killed_run_loses_nothing(
    source: str, archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    fill(archive, 9)
    command = [sys.executable, "-m", "crawler", *arguments(archive, tmp_path, source)]
    process = subprocess.Popen(
        [*command, "--allow-private", "--delay", ".2"], env=os.environ | archive.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while len(archive.took("all.warc") + archive.took("id_/")) < 5 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = len(ask(tmp_path / "g.db", "SELECT 1 FROM articles"))
    assert 0 < before < 9
    done = backfill(source)
    assert done.returncode == 0
    assert f"{9 - before} new articles" in done.stdout
    assert len(ask(tmp_path / "g.db", "SELECT 1 FROM articles")) == 9


def test_an_index_that_is_cut_off_is_said_and_resumed(
    archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    fill(archive, PAGE + 1)
    short = Reply(b'[["timestamp","original"', headers={"Content-Length": "4000"})
    archive.instead["resumeKey"] = [short] * 4
    done = backfill("wayback")
    assert done.returncode == 3
    assert "archive.localhost: the answer was cut off; the same command resumes" in done.stderr
    assert len(ask(tmp_path / "g.db", "SELECT 1 FROM articles")) == PAGE
    archive.instead["resumeKey"] = [Reply(b'[["timestamp","original","digest"],["2022')]
    done = backfill("wayback")
    assert done.returncode == 4
    assert "the answer of the index is cut off or no JSON" in done.stderr
    assert "1 new article," in backfill("wayback").stdout


@ARCHIVES
def test_an_archive_without_captures_is_no_trouble(
    source: str, archive: WebArchiveServer, backfill: Backfill
) -> None:
    done = backfill(source)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 new articles" in done.stdout
    assert "nothing more of this outlet and time" in done.stdout


def test_a_busy_archive_is_asked_again_as_it_wishes(
    archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 1)
    busy = Reply(status=503, headers={"Retry-After": "1"})
    archive.instead["/web/"] = [busy, Reply(status=429)]
    begun = time.monotonic()
    assert "1 new article," in backfill("wayback").stdout
    assert time.monotonic() - begun >= 1
    assert len(archive.took("/web/")) == 3


def test_an_archive_that_asks_for_a_long_pause_is_left_alone(
    archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    fill(archive, 2)
    archive.instead["/web/20220102"] = [Reply(status=429, headers={"Retry-After": "3600"})]
    done = backfill("wayback")
    assert done.returncode == 3
    assert "asks for a pause of 3,600 s (Retry-After)" in done.stderr
    assert len(ask(tmp_path / "g.db", "SELECT 1 FROM articles")) == 1
    assert "1 new article," in backfill("wayback").stdout


def test_one_broken_capture_is_counted_and_many_stop(
    archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 6)
    archive.instead["/web/20220101"] = [Reply(status=503)] * 4
    for day in "456":
        archive.instead[f"/web/2022010{day}"] = [Reply(status=503)] * 4
    done = backfill("wayback")
    assert done.returncode == 3
    assert "2 new articles" in done.stdout
    assert "pages without an article: 1 http-503" in done.stdout
    assert "the Wayback Machine: 3 captures in a row could not be fetched (http-503)" in done.stderr
    assert "3 new articles" in backfill("wayback").stdout


def test_a_damaged_record_costs_its_page_alone(
    archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 4)
    whole, places = archive.warc()
    records = [whole[begin : begin + length] for begin, length in places.values()]
    archive.instead["all.warc.gz"] = [
        Reply(records[0][:-40], status=206),
        Reply(b"no record at all", status=206),
        Reply(records[3], status=206),  # another page's
    ]
    done = backfill("cc")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 new article," in done.stdout
    assert "pages without an article: 3 damaged-record" in done.stdout


def test_one_index_that_fails_stops_no_other(archive: WebArchiveServer, backfill: Backfill) -> None:
    fill(archive, 2)
    archive.add("/2022/03/05/a-bridge-is-open", "20220305120000", story("It is open"))
    archive.instead["2022-05-index"] = [Reply("<h1>Gone</h1>", status=500)] * 4
    done = backfill("cc")
    assert done.returncode == 3
    assert "Common Crawl CC-MAIN-2022-05: the index answered with HTTP status 500" in done.stderr
    assert "1 new article," in done.stdout
    assert "2 new articles" in backfill("cc").stdout


@ARCHIVES
def test_a_private_address_is_not_asked(
    source: str, archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 1)
    done = backfill(source, private=False)
    assert done.returncode == 4
    assert "archive.localhost is not on the public internet; --allow-private" in done.stderr
    assert archive.asked == []


def test_a_site_that_cannot_say_its_rules_is_left_for_later(
    archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 1)
    archive.robots = Reply(status=503)
    done = backfill("wayback")
    assert done.returncode == 4
    assert "/robots.txt answers with HTTP status 503, so nothing of this site is" in done.stderr
    archive.robots = Reply(status=404)
    assert "1 new article," in backfill("wayback").stdout


def test_an_outlet_that_is_gone_forbids_nothing(
    archive: WebArchiveServer, backfill: Backfill
) -> None:
    fill(archive, 1)
    archive.instead["robots.txt"] = [Reply(b"", headers={"Content-Length": "9"})] * 4
    assert "1 new article," in backfill("wayback").stdout


def test_sitemaps_of_the_outlet_give_older_articles(
    archive: WebArchiveServer, backfill: Backfill, tmp_path: Path
) -> None:
    dated = "".join(
        f"<url><loc>{archive.url(f'/2022/0{month}/05/bridge')}</loc>"
        f"<n:news><n:publication_date>2022-0{month}-05</n:publication_date></n:news></url>"
        for month in (1, 5)
    )
    archive.robots = Reply(f"Sitemap: {archive.url('/old.xml')}\n", kind="text/plain")
    archive.instead["/old.xml"] = [
        Reply(
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n='
            f'"http://www.google.com/schemas/sitemap-news/0.9">{dated}</urlset>',
            kind="application/xml",
        )
    ]
    archive.instead["/2022/01/05/bridge"] = [page("A bridge of January")]
    (tmp_path / "outlets").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *arguments(archive, tmp_path, "sitemaps"),
         "--allow-private"],
        capture_output=True, text=True, env=os.environ, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ask(tmp_path / "g.db", "SELECT title FROM articles") == [("A bridge of January",)]
    assert not archive.took("/2022/05/")
    assert not archive.took("/rss")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--until", "2021-01-01"], "--until lies before --since"),
        (["--limit", "0"], "0 is not in the range"),
        (["--from", "archive.today"], "is not one of"),
    ],
)
def test_wrong_options_are_named(
    more: list[str], said: str, backfill: Backfill, archive: WebArchiveServer
) -> None:
    done = backfill("cc", *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert archive.asked == []
