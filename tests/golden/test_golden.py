from __future__ import annotations

import pytest

from tests.golden.__main__ import FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_golden_files_are_in_step(file: object) -> None:
    """`python -m tests.golden` writes them anew; look at the difference before you commit it."""
    assert file.read_text(encoding="utf-8") == FILES[file]()  # type: ignore[attr-defined,index]
