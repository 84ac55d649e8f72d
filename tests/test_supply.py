"""What comes in from outside is data and never code, and secrets stay with their owner."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.store import open_store
from tests.conftest import newsloom

ROOT = Path(__file__).parents[1]
RUN_CODE = {"cloudpickle", "dill", "joblib", "jsonpickle", "marshal", "pickle", "shelve"}
"""Modules that run what they read."""
EVALUATE = {"eval", "exec", "compile", "__import__"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield file, node


def trees() -> Iterator[tuple[str, ast.Module]]:
    for room in ("crawler", "dedupe", "spiders"):
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))


def test_nothing_that_is_read_runs() -> None:
    """Pickles go over the pipes between a crawl and its own parser processes, and nowhere else."""
    imported = set()
    for file, tree in trees():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {(file, name) for name in names if name.partition(".")[0] in RUN_CODE}
    assert imported == set()
    evaluated = [
        (file, node.lineno) for file, node in calls()
        if isinstance(node.func, ast.Name) and node.func.id in EVALUATE
    ]  # fmt: skip
    assert evaluated == []


def test_arrays_are_loaded_without_pickles() -> None:
    loads = [
        (file, {k.arg: ast.unparse(k.value) for k in node.keywords}) for file, node in calls()
        if ast.unparse(node.func) in ("np.load", "numpy.load")
    ]  # fmt: skip
    assert loads
    assert all(keywords.get("allow_pickle") == "False" for _, keywords in loads), loads


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_store_and_its_seed_are_for_their_owner(tmp_path: Path, open_umask: None) -> None:
    file, link = tmp_path / "news.db", tmp_path / "link.db"
    link.symlink_to(file)
    store = open_store(link)
    with store.batch():
        store.outlets.ensure("gazette")
    assert {mode(found) for found in tmp_path.glob("news.db*")} == {0o600}
    store.close()
    backup = tmp_path / "backup.db"
    assert newsloom("--db", file, "db", "backup", backup).returncode == 0
    merged = tmp_path / "all.db"
    assert newsloom("merge", file, backup, "-o", merged).returncode == 0
    assert (mode(backup), mode(merged)) == (0o600, 0o600)
    # What its owner has decided stays.
    file.chmod(0o640)
    open_store(file).close()
    assert mode(file) == 0o640
