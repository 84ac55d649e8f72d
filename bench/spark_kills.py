"""Executors of a Spark cluster killed with -9, one while archives are read and one while copies are
compared: the data set is the one that an undisturbed run makes.

A standalone master and two workers on the loopback address. PAGES says how many pages are read.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pyspark

from bench.corpora.cpu import reap
from bench.spark import archives, below, newsloom, wait_for_all
from crawler.data_set.description import read_manifest
from crawler.store import open_store
from dedupe import CopyScheme, seed_id

FACTS = ("outlets", "articles", "revisions")
FINDINGS = ("copies", "memberships", "copy_groups", "signatures")
WAIT = 300
"""Seconds until something is held not to happen."""


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A master and two workers of one core each: its address, and the workers."""
    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / f"daemon{len(started)}.log").open("wb") as log:
            begun = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *arguments],
                env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started.append(begun)
        return begun

    try:
        start(
            "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "7177",
            "--webui-port", "0",
        )  # fmt: skip
        until(lambda: b"New state: ALIVE" in (folder / "daemon0.log").read_bytes())
        url = "spark://127.0.0.1:7177"
        for n in (1, 2):
            start(
                "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder / f"work{n}"), url,
            )  # fmt: skip
            log = folder / f"daemon{n}.log"
            until(lambda log=log: b"registered with master" in log.read_bytes())  # type: ignore[misc]
        yield url, started[1:]
    finally:
        for one in started:
            one.terminate()
            one.wait()


def until(happened: Callable[[], Any]) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.1)


def executor(worker: subprocess.Popen[bytes]) -> int | None:
    """The process of a worker's executor."""
    for pid, _, _ in below(worker.pid):
        if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def disturbed(worker: subprocess.Popen[bytes], when: Callable[[], Any], *command: object) -> None:
    """Run a command, and kill the executor of a worker when something has happened."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", *map(str, command)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    until(lambda: when() or process.poll() is not None)
    pid = executor(worker)
    assert process.poll() is None, "it ended before anything was killed"
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 0, said.decode()[-3000:]


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of a data set, in an order of their own."""
    found = []
    for file in read_manifest(folder).tables[table].files:
        found += pyarrow.parquet.read_table(folder / file.path, partitioning=None).to_pylist()
    for row in found:
        row.pop("linked_at", None)  # when the run was
    return sorted(found, key=repr)


def main() -> None:
    reap()
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeded = folder / "seeded.db"
        store = open_store(seeded)
        with store.batch():
            store.copies.set_scheme(CopyScheme().id, seed=7, seed_id=seed_id(7))
        store.close()
        files = archives(folder)
        grouping = ("--with-seed", "--seed-from", seeded, "-q", "--master")
        calm, torn = folder / "calm", folder / "torn"
        newsloom("spark", "extract", *files, "--out", calm, "--master", "local[2]", "-q")
        with cluster(folder) as (url, workers):
            disturbed(
                workers[0], lambda: list(torn.glob("_staged/*/_SUCCESS")),
                "spark", "extract", *files, "--out", torn, "--master", url, "-q",
            )  # fmt: skip
            for table in FACTS:
                same = rows(calm, table) == rows(torn, table)
                print(f"an executor killed while archives are read: {table} equal: {same}")
                assert same
            shutil.copytree(calm, folder / "set")
            newsloom("spark", "group", calm, *grouping, "local[2]")
            disturbed(
                workers[1], lambda: list((folder / "set").glob("memberships/[!p]*.parquet")),
                "spark", "group", folder / "set", *grouping, url,
            )  # fmt: skip
            for table in FINDINGS:
                same = rows(calm, table) == rows(folder / "set", table)
                print(f"an executor killed while copies are compared: {table} equal: {same}")
                assert same
    wait_for_all()


if __name__ == "__main__":
    main()
