"""What a kill leaves beside a file is removed by who works there next, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.output.files import writing
from crawler.output.workshop import workshop
from crawler.run_lock import lock

MAKES = """
import sys
from pathlib import Path
from crawler.output.workshop import workshop
with workshop(Path(sys.argv[1])) as folder:
    (folder / "part").write_text("half")
    (folder / "part-wal").write_text("of a store")
    print(folder, flush=True)
    sys.stdin.read()
"""


def at_work(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that makes something in a folder, and where."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKES, str(folder)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_kill_left_is_removed_and_what_is_at_work_stays(tmp_path: Path) -> None:
    (busy, held), (killed, left) = at_work(tmp_path), at_work(tmp_path)
    others = [tmp_path / name for name in (".newsloom-notes", ".newsloom-0123456789abc", "a.part")]
    for other in others:
        other.mkdir()
    pointed_at = tmp_path / "0123456789ab"
    pointed_at.mkdir()
    (tmp_path / ".newsloom-0123456789ab").symlink_to(pointed_at)
    killed.kill()
    killed.communicate()
    assert left.exists()
    with writing(tmp_path / "export.csv") as output:
        output.write(b"x")
    assert not left.exists()
    assert (held / "part").read_text() == "half"
    assert all(other.exists() for other in (*others, pointed_at))
    busy.communicate("")
    assert busy.returncode == 0
    assert not held.exists()


def test_the_next_run_on_a_store_removes_what_a_kill_left_beside_it(tmp_path: Path) -> None:
    killed, left = at_work(tmp_path)
    killed.kill()
    killed.communicate()
    with lock(tmp_path / "news.db"):
        assert not left.exists()


def test_a_workshop_is_gone_when_its_work_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), workshop(tmp_path) as folder:
        (folder / "part").touch()
        (folder / "other").unlink()
    assert not list(tmp_path.iterdir())
