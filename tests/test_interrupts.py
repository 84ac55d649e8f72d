"""Ctrl-C, SIGTERM and SIGHUP: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import newsloom
from tests.crawl.site import WORDS, Reply, Site, feed, item, page

RESUMES = (
    "interrupted: run 1 is closed as interrupted; what was saved stays saved; run the same "
    "command again to resume\n"
)


def start(*arguments: object, **how: object) -> subprocess.Popen[str]:
    made: subprocess.Popen[str] = subprocess.Popen(
        [sys.executable, "-m", "crawler", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        **how,  # type: ignore[call-overload]
    )  # fmt: skip
    return made


def until(true: Callable[[], object]) -> None:
    for _ in range(1200):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it never came to that")


def outcomes(db: Path) -> list[str | None]:
    with closing(sqlite3.connect(db)) as connection:
        return [row[0] for row in connection.execute("SELECT outcome FROM runs ORDER BY id")]


def has_begun(db: Path) -> bool:
    """Whether the run has its row."""
    if not db.exists():
        return False
    try:
        return outcomes(db) != []
    except sqlite3.OperationalError:  # its tables are being made
        return False


def is_alone(leader: int) -> bool:
    """Whether nothing is left of a session, as /proc has it: a small Debian has no `ps`."""
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            # What follows the name, which may hold anything: state, parent, group, session.
            state, _, _, session = process.read_text("utf-8").rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if int(session) == leader and state != "Z":
            return False
    return True


def ended(process: subprocess.Popen[str], db: Path, *, said: str = RESUMES) -> None:
    """A process ended as it should after a signal."""
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, said)
    assert outcomes(db) == ["interrupted"]
    until(lambda: is_alone(process.pid))


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_crawl_whose_workers_are_starting(tmp_path: Path, number: int) -> None:
    db = tmp_path / "t.db"
    with Site() as site:
        site["/feed.xml"] = feed(*(item(site.url(f"/{n}")) for n in range(3)))
        outlets = site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        process = start(
            "--db", db, "crawl", "--allow-private", "--only", "--outlets", outlets, "-q"
        )
        until(lambda: any(path == "/feed.xml" for path, _ in site.asked))
        os.killpg(process.pid, number)  # as a terminal does, or systemd
        ended(process, db)


@pytest.mark.usefixtures("slow")
def test_a_crawl_that_waits_for_a_page_leaves_it_pending(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with Site() as site:

        def slow(_headers: Mapping[str, str]) -> Reply:
            time.sleep(30)
            return page("too late")

        site["/feed.xml"] = feed(item(site.url("/1")), item(site.url("/2")))
        site["/1"] = page("A bridge is closed")
        site["/2"] = slow
        outlets = site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        process = start("--db", db, "crawl", "--allow-private", "--only", "--outlets", outlets)
        until(lambda: any(path == "/2" for path, _ in site.asked))
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)  # does not wait for what is being fetched
        out, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (130, RESUMES)
        assert out.startswith("run 1 was interrupted: sources 1 read")
        assert outcomes(db) == ["interrupted"]
        until(lambda: is_alone(process.pid))
        site["/2"] = page("A bridge is open")
        again = start("--db", db, "crawl", "--allow-private", "--only", "--outlets", outlets)
        out, _ = again.communicate(timeout=60)
        assert again.returncode == 0
        assert "new article" in out


def lines(file: Path, count: int) -> Path:
    file.write_text(
        "".join(
            json.dumps({"url": f"https://a.example/{n}", "title": f"Bridge {n}", "text": WORDS * 3})
            + "\n"
            for n in range(count)
        )
    )
    return file


def test_an_import_from_a_pipe(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    process = start("--db", db, "import", "-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(lines(tmp_path / "x.jsonl", 3).read_text())
    process.stdin.flush()
    until(lambda: has_begun(db))
    process.send_signal(signal.SIGTERM)
    ended(process, db)


def test_a_grouping(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    file = lines(tmp_path / "x.jsonl", 2_000)
    assert newsloom("--db", db, "import", file).returncode == 0
    process = start("--db", db, "group", "--rebuild")
    until(lambda: len(outcomes(db)) == 2)
    process.send_signal(signal.SIGHUP)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, RESUMES.replace("run 1", "run 2"))
    assert outcomes(db) == ["done", "interrupted"]


def test_under_nohup_a_closed_terminal_ends_nothing(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    process = start(
        "--db", db, "import", "-", stdin=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    until(lambda: has_begun(db))
    process.send_signal(signal.SIGHUP)
    out, error = process.communicate(lines(tmp_path / "x.jsonl", 3).read_text(), timeout=60)
    assert (process.returncode, error) == (0, "")
    assert "3 new articles" in out


CODE = """
import os, signal, sys
from crawler import interrupts
interrupts.listen()
{}
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE.format(code)], capture_output=True, text=True, check=False,
        timeout=30,
    )  # fmt: skip


@pytest.mark.parametrize("module", ["crawler.interrupts", "signal", "crawler.cli"])
def test_a_signal_while_the_program_is_loading(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c",
         "import sys\n"
         f"sys.path[:0] = {sys.path!r}\n"
         "class Sends:\n"
         "    def find_spec(self, name, *_):\n"
         f"        if name == {module!r}:\n"
         "            import _signal, posix\n"
         "            posix.kill(posix.getpid(), _signal.SIGINT)\n"
         "sys.meta_path.insert(0, Sends())\n"
         "from crawler.__main__ import main\n"
         "sys.argv = ['newsloom', 'outlets']\n"
         "main()\n"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    (line,) = done.stderr.strip().splitlines()  # click puts an empty one before it
    assert line.startswith("interrupted: ")


def test_steps_that_belong_together_are_not_parted() -> None:
    done = run(
        "try:\n"
        "    with interrupts.held():\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('closed')\n"
        "    print('never')\n"
        "except KeyboardInterrupt:\n"
        "    interrupts.say()\n"
    )
    assert done.stdout == "closed\n"
    assert done.stderr.startswith("interrupted: ")


def test_an_import_is_not_broken_off_and_nothing_is_lost_in_a_finalizer(tmp_path: Path) -> None:
    (tmp_path / "slowly.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(9): print('on')\n"
    )
    done = run(
        f"import time; sys.path.insert(0, {str(tmp_path)!r})\n"
        "class Freed:\n"
        "    def __del__(self):\n"
        "        time.sleep(0.1)\n"
        "try:\n"
        "    import slowly\n"
        "    gone = Freed()\n"
        "    del gone\n"
        "    time.sleep(20)\n"
        "except KeyboardInterrupt:\n"
        "    interrupts.say()\n"
    )
    assert done.stdout == "on\n" * 9
    assert done.stderr.startswith("interrupted: ")
    assert done.stderr.count("\n") == 1
