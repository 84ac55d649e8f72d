"""The notebook of the examples runs on the demo's store and draws the figures of the gallery."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import pictures


# Jupyter's own: kernels warn of their transport, its event loop of being closed late.
@pytest.mark.filterwarnings("default")
def test_the_notebook_draws_the_figures_of_the_gallery(town: Path, tmp_path: Path) -> None:
    shutil.copy(town, tmp_path / "town.db")
    drawn = pictures.notebook_figures(tmp_path)
    assert len(drawn) == len(pictures.FIGURES)
    for name, figure in zip(pictures.FIGURES, drawn, strict=True):
        kept = (pictures.FOLDER / f"notebook-{name}.svg").read_text("utf-8")
        assert pictures.words_of_figure(figure) == pictures.words_of_figure(kept), (
            "take the pictures again: .venv/bin/python -m tests.pictures"
        )
