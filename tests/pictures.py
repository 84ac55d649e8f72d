"""The pictures of the README and the gallery: `python -m tests.pictures` takes them of the demo.

Fonts differ between machines, so a test cannot compare the pixels. It compares what the pictures
show: the words of the page, kept beside its picture, the lines of the terminal and the words in
the figures of the notebook.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.conftest import environment, run_demo
from tests.web.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

_ROOT = Path(__file__).parents[1]
FOLDER = _ROOT / "docs" / "pictures"
NOTEBOOK = _ROOT / "examples" / "kazakhstan.ipynb"
FIGURES = ("life", "network", "agencies", "headlines")
"""What the figures of NOTEBOOK show, in order; `notebook-NAME.svg` in FOLDER has each."""
PAGE = "/story/1"
COMMAND = ("story", "1")
COLUMNS = 110
_WIDTH, _LINE, _EDGE = 8.43, 19, 16
"""Pixels: of a character, of a line, around the text."""


def terminal(db: Path) -> str:
    """An SVG of what COMMAND prints, light or dark as the reader's system is."""
    printed = subprocess.run(
        [sys.executable, "-m", "crawler", "--db", str(db), *COMMAND],
        env=environment() | {"COLUMNS": str(COLUMNS)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [f"$ newsloom --db town.db {' '.join(COMMAND)}"]
    for line in printed.rstrip().splitlines():
        lines += textwrap.wrap(line, COLUMNS, drop_whitespace=False) or [""]
    texts = "\n".join(
        f'<text x="{_EDGE}" y="{_EDGE + _LINE * n}">{escape(line)}</text>'
        for n, line in enumerate(lines, start=1)
    )
    width = round(COLUMNS * _WIDTH + 2 * _EDGE)
    height = _LINE * len(lines) + 3 * _EDGE
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>What newsloom {" ".join(COMMAND)} prints</title>
<style>
rect {{ fill: #f6f6f4; stroke: #d0d0cc }}
text {{ fill: #222; font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }}
@media (prefers-color-scheme: dark) {{ rect {{ fill: #1b1d1f; stroke: #3a3d40 }} text {{ fill: #ddd }} }}
</style>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>
{texts}
</svg>
"""  # noqa: E501


def words(page: Page, address: str) -> str:
    """What a reader sees of the page, down to where it says when the town was crawled."""
    page.goto(f"{address}{PAGE}")
    return page.inner_text("main").partition("Which outlet may have been first")[0].rstrip()


def notebook_figures(folder: Path) -> list[str]:
    """The figures that NOTEBOOK draws in `folder`, where town.db is: an SVG for each of FIGURES."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return [
        # Matplotlib writes down when it drew the figure.
        re.sub(r"<dc:date>.*?</dc:date>", "", str(output["data"]["image/svg+xml"]))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    ]


def words_of_figure(svg: str) -> list[str]:
    """What is written in a figure, in the order of drawing."""
    return re.findall(r"<text[^>]*>(.*?)</text>", svg)


def _take() -> None:
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        run_demo(Path(folder))
        db = Path(folder) / "town.db"
        (FOLDER / "terminal.svg").write_text(terminal(db), "utf-8")
        for name, figure in zip(FIGURES, notebook_figures(Path(folder)), strict=True):
            (FOLDER / f"notebook-{name}.svg").write_text(figure, "utf-8")
        with serving(db) as desk, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
            for name, scheme in (("desk", "light"), ("desk-dark", "dark")):
                page = browser.new_page(
                    viewport={"width": 1200, "height": 760},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                (FOLDER / "desk.txt").write_text(words(page, desk.address) + "\n", "utf-8")
                page.screenshot(path=FOLDER / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    _take()
