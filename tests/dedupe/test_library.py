from __future__ import annotations

import doctest
import subprocess
import sys

import crawler
import dedupe
import spiders


def test_library_example_runs() -> None:
    assert doctest.testmod(dedupe).failed == 0
    assert doctest.testmod(dedupe).attempted > 0


def test_library_packages_have_docstrings() -> None:
    for package in (crawler, dedupe, spiders):
        assert (package.__doc__ or "").strip()
    assert hasattr(dedupe, "find_copies")


def test_library_import_loads_nothing_heavy() -> None:
    heavy = "('numpy', 'scipy', 'datasketch', 'crawler')"
    code = f"import sys, dedupe; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
