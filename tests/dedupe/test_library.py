from __future__ import annotations

import doctest
import subprocess
import sys

import crawler
import dedupe
import spiders


def test_the_front_page_of_the_library_is_true() -> None:
    assert doctest.testmod(dedupe).failed == 0
    assert doctest.testmod(dedupe).attempted > 0


def test_the_three_names_are_ours() -> None:
    for package in (crawler, dedupe, spiders):
        assert (package.__doc__ or "").strip()
    assert hasattr(dedupe, "find_copies")


def test_importing_the_library_loads_nothing_heavy() -> None:
    heavy = "('numpy', 'scipy', 'datasketch', 'crawler')"
    code = f"import sys, dedupe; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
