"""Text that would act, in every field that an outlet writes, through every export."""

from __future__ import annotations

import csv
import json
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas
import pytest

from crawler.store.queries.exports import EXPORTS
from tests.store.told import Told

Inside = Callable[..., subprocess.CompletedProcess[str]]
NAUGHTY = (
    "=HYPERLINK(\"https://e.org\",\"x\")", "\n＝1+1", " +1", "\t@SUM(A1)", "\u3000－1",
    "\x1b]0;owned\x07", "\x9b2J", "\u202egnp.exe", "\u2066a\u2069", "\ufeff=1", "<script>alert(1)",
    "]]><b>&amp;", "'; DROP TABLE articles; --", "{{7*7}}", "a\x00b", "\U000e0041", "Ω≈ç√ 田中さん",
    "\U0001f469\u200d\U0001f680", "\u0661\u0662", "ﷺ", "%s%n", "../../etc/passwd", "NaN", "None",
)  # fmt: skip
SIGNS = "=+-@＝＋－＠"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which each of these strings is headline, text, outlet, author and section."""
    told = Told(tmp_path_factory.mktemp("hostile") / "h.db")
    for n, naughty in enumerate(NAUGHTY):
        story = n + 2
        told.connection.execute("INSERT INTO stories (id, title) VALUES (?, ?)", (story, naughty))
        first = told.article(
            f"o{n}", title=naughty, text=f"{naughty}\n{naughty}", story=story,
            published="2022-01-05T12:00:00Z",
        )  # fmt: skip
        told.outlet(f"p{n}", name=naughty)
        later = told.article(
            f"p{n}", title=naughty, text=naughty, copy_of=first, story=story,
            published="2022-01-05T13:00:00Z",
        )  # fmt: skip
        told.connection.execute(
            "UPDATE articles SET authors = ?, section = ?, published_raw = ? WHERE id IN (?, ?)",
            (json.dumps([naughty]), naughty, naughty, first, later),
        )
        told.connection.execute(
            "INSERT INTO credits VALUES (?, ?, 'byline', ?, 0.9)", (first, naughty, naughty)
        )
    told.connection.close()
    return told.path


def acts(cell: str) -> bool:
    """Whether a spreadsheet might compute a cell: a sign behind nothing that shows."""
    shown = cell.lstrip()
    while shown and (shown[0].isspace() or unicodedata.category(shown[0])[0] in "CZ"):
        shown = shown[1:]
    return shown[:1] in tuple(SIGNS) and not is_number(cell)


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("what", EXPORTS)
def test_no_cell_acts_and_json_loses_nothing(
    hostile: Path, tmp_path: Path, inside: Inside, what: str
) -> None:
    for form in ("csv", "jsonl", "parquet"):
        done = inside("--db", hostile, "export", what, "-o", tmp_path / f"x.{form}")
        assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").split("\n")[:-1]]
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if acts(cell)]
    table = pandas.read_parquet(tmp_path / "x.parquet")
    assert len(table) == len(rows)
    for row, held in zip(rows, table.to_dict("records"), strict=True):
        for name, value in row.items():
            if isinstance(value, str) and isinstance(held[name], str):
                assert value == held[name]
    if what == "articles":
        assert {row["title"] for row in rows} == set(NAUGHTY)
        assert {row["section"] for row in rows} == set(NAUGHTY)
        assert {author for row in rows for author in row["authors"]} == set(NAUGHTY)


@pytest.mark.parametrize(("what", "form"), [("network", "graphml"), ("outlets", "opml")])
def test_xml_can_be_read(
    hostile: Path, tmp_path: Path, inside: Inside, what: str, form: str
) -> None:
    done = inside("--db", hostile, "export", what, "-o", tmp_path / f"x.{form}")
    assert done.returncode == 0, done.stderr
    text = "".join(str(v) for e in ET.parse(tmp_path / f"x.{form}").iter() for v in  # noqa: S314
                   (e.text, *e.attrib.values()) if v)  # fmt: skip
    if what == "network":
        assert "<script>alert(1)" in text
        assert "田中さん" in text
