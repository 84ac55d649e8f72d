"""The notebook of the examples runs on the demo's store and draws its four figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "kazakhstan.ipynb"


# Jupyter's own: kernels warn of their transport, its event loop of being closed late.
@pytest.mark.filterwarnings("default")
def test_the_notebook_draws_what_people_publish(town: Path, tmp_path: Path) -> None:
    shutil.copy(town, tmp_path / "town.db")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.pop("outputs", None)
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    figures = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(figures) == 4
