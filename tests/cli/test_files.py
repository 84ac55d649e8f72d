"""Files are written whole or not at all; devices, pipes and links stay what they are."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from crawler.errors import NewsloomError, UsageError
from crawler.output.files import replacing, writing
from tests.conftest import PYTHON, Crawled, newsloom


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_device_is_written_through(crawled: Crawled, tmp_path: Path, form: str) -> None:
    link = tmp_path / f"full.{form}"
    link.symlink_to("/dev/full")
    done = newsloom("--db", crawled.db, "export", "outlets", "-o", link)
    assert (done.returncode, "No space left" in done.stderr) == (1, True)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    assert link.is_symlink()
    assert list(tmp_path.iterdir()) == [link]


def test_a_pipe_is_written_through_and_has_no_manifest(crawled: Crawled, tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    done = newsloom("--db", crawled.db, "export", "outlets", "-o", pipe)
    reader.join(30)
    assert read[0].startswith("outlet,name,")
    assert "no manifest" in done.stderr
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_standard_output_by_its_name_is_gone_on_with(crawled: Crawled, tmp_path: Path) -> None:
    """`>> FILE` appends: the file is neither cut nor replaced."""
    rest = "--format csv -o /dev/stdout >> out.csv"
    line = f"echo before >> out.csv; {PYTHON} -m crawler --db {crawled.db} export outlets"
    done = subprocess.run(
        ["sh", "-c", f"{line} {rest}"],
        cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert (lines[0], lines[1][:7], len(lines) > 10) == ("before", "outlet,", True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_reader_who_leaves_a_named_pipe_is_no_failure(crawled: Crawled, tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: pipe.open("rb").close())
    reader.start()
    done = newsloom("--db", crawled.db, "export", "articles", "-o", pipe)
    reader.join(30)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.parametrize("command", ["export", "backup", "merge"])
def test_a_link_leads_to_its_target(crawled: Crawled, tmp_path: Path, command: str) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target"
    link = tmp_path / "link.csv"
    link.symlink_to("between")
    (tmp_path / "between").symlink_to("folder/target")
    if command == "export":
        target.write_text("old")
        target.chmod(0o640)
        arguments: list[object] = ["export", "outlets", "-o", link]
    elif command == "backup":
        arguments = ["db", "backup", link]
    else:
        newsloom("--db", tmp_path / "b.db", "import", "-", stdin="")
        arguments = ["merge", crawled.db, tmp_path / "b.db", "-o", link]
    store = () if command == "merge" else ("--db", crawled.db)
    done = newsloom(*store, *arguments)
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert [path.name for path in target.parent.iterdir()] == ["target"]
    if command == "export":
        assert target.read_text("utf-8").startswith("outlet,")
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        about = json.loads((tmp_path / "link.csv.manifest.json").read_text("utf-8"))
        assert about["bytes"] == target.stat().st_size
    else:
        assert newsloom("--db", target, "db", "check").returncode == 0


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("old")
    with pytest.raises(NewsloomError, match=r"old\.csv: No space left.*nothing was written"):
        _fill(old, OSError(28, "No space left on device"))
    with pytest.raises(ZeroDivisionError):
        _fill(old, ZeroDivisionError())
    assert old.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [old]


def _fill(file: Path, error: Exception) -> None:
    with writing(file) as output:
        output.write(b"new")
        raise error


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/proc/no.csv", "cannot be written"),
        ("folder", "is a folder"),
        ("file/x.csv", "there is no folder"),
        ("loop", "symbolic links"),
        ("x" * 300, "too long"),
    ],
)
def test_a_name_that_cannot_be_written_is_met_with_a_sentence(
    tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match=says), writing(tmp_path / name):
        pass


def test_a_store_needs_a_regular_file(tmp_path: Path) -> None:
    pipe = tmp_path / "p"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="a device or a pipe"), replacing(pipe):
        pass
    done = newsloom("--db", pipe, "import", "-", stdin='{"url": "https://e.org/1", "title": "t"}')
    assert (done.returncode, "a store is a file" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == [pipe]
