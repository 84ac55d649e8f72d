"""`newsloom import` of CSV files: the rows of JSON lines, in other clothes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.ingest.jsonl import _LIMITS
from crawler.ingest.row_files import ALIASES
from tests.conftest import Inside, ask

ROWS: list[dict[str, Any]] = [
    {"url": "https://a.org/1", "title": 'He said "no", twice', "text": "One; two,\tthree\n\nfour"},
    {"url": "https://a.org/2", "title": "Ни шагу", "authors": ["Ann", "Bo"], "language": "ru"},
    {"url": "https://a.org/3", "title": "t", "published_at": "2022-01-05T10:00:00+06:00"},
    {"url": "https://a.org/4", "title": "t", "published_at": "10/01/2022", "language": "en-GB"},
    {"url": "https://a.org/5", "title": "t", "published_at": "1641376800", "kind": "live-blog"},
    {"url": "https://a.org/6", "title": "t", "fetched_at": "2022-01-06", "outlet": "The Gazette"},
    {"url": "https://a.org/7", "text": "'=1+1\r\nis kept " * 3},
    {"url": "nowhere", "title": "left out"},
]
KEYS = list(dict.fromkeys(key for row in ROWS for key in row))
STORED = (
    "SELECT a.url, a.title, a.text, a.authors, a.language, a.published_at, a.published_raw,"
    " a.fetched_at, a.kind, o.slug FROM articles a JOIN outlets o ON o.id = a.outlet ORDER BY a.url"
)


def as_csv(delimiter: str, names: dict[str, str] | None = None) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([(names or {}).get(key, key) for key in KEYS])
    for row in ROWS:
        cells = row | {"authors": "; ".join(row.get("authors", []))}
        writer.writerow([cells.get(key, "") for key in KEYS])
    return out.getvalue()


USUAL = {"url": "Link", "title": "Headline", "published_at": "publish_date", "outlet": "source"}


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        (as_csv(","), str.encode),
        (as_csv(";"), lambda text: text.encode("utf-8-sig")),
        ("\n\n" + as_csv("\t"), lambda text: gzip.compress(text.encode())),
        (as_csv(",", USUAL), lambda text: text.encode("utf-16")),
    ],
    ids=["comma", "semicolon, byte order mark", "tab, gzip", "other names, UTF-16"],
)
def test_csv_gives_what_json_lines_give(
    tmp_path: Path, inside: Inside, text: str, pack: Callable[[str], bytes]
) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    (tmp_path / "a.csv").write_bytes(pack(text))
    lines = inside("--db", "lines.db", "import", "a.jsonl", cwd=tmp_path)
    table = inside("--db", "table.db", "import", "a.csv", cwd=tmp_path)
    assert (table.returncode, table.stdout) == (lines.returncode, lines.stdout)
    assert len(ask(tmp_path / "table.db", STORED)) == len(ROWS) - 1
    assert ask(tmp_path / "table.db", STORED) == ask(tmp_path / "lines.db", STORED)


def test_bad_rows_are_named_by_line_and_column(tmp_path: Path, inside: Inside) -> None:
    text = (
        "Link,Headline,note\n"
        'https://a.org/1,"two\nlines",x\n'
        ",no address,x\n"
        "nowhere,t,x\n"
        f"https://a.org/2,{'x' * 1_001},x\n"
        "https://a.org/3,t\n"
        "https://a.org/4,t,x,y\n"
        '\nhttps://a.org/5,"t"t,x\n'
        "https://a.org/6,good,x\n"
        'https://a.org/7,"open,x\n'
        "https://a.org/8,swallowed,x\n"
    )
    (tmp_path / "a.csv").write_text(text, "utf-8")
    done = inside("--db", "t.db", "import", "a.csv", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "a.csv:4: column 'Link': no 'url'",
        "a.csv:5: column 'Link': not a web address: 'nowhere'",
        "a.csv:6: column 'Headline': 'title' has 1,001 characters; at most 1,000 are taken",
        "a.csv:7: column 'note': no cell; the row has 2 cells and the header 3 columns",
        "a.csv:8: column 'note': cells follow it; the row has 4 cells and the header 3 columns. A "
        "cell with a delimiter in it needs quotation marks",
        "a.csv:10: text follows a closing quotation mark; inside of a cell, write two of them",
        "a.csv:12: a quotation mark is not closed, so the rest of the file is left out",
    ]
    assert "2 new articles, 0 revised, 0 known, 7 bad lines left out" in done.stdout
    assert "unknown keys left out: note" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("headline,text\na,b\n", "no column is called url; it begins with 'headline,text"),
        ("date,url,published\n", "a.csv, line 1: each of the columns 'date' and 'published' may be "
                                 "published_at; call the right one published_at"),
        ("url,Url\n", "each of the columns 'url' and 'Url' may be url"),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_refused(
    tmp_path: Path, inside: Inside, text: str, says: str
) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    done = inside("--db", "t.db", "import", "a.csv", cwd=tmp_path)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_a_column_of_its_own_name_goes_before_an_alias(tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "a.csv").write_text(
        "url,title,date,published_at\nhttps://a.org/1,t,2021-01-01,2022-01-05\n", "utf-8"
    )
    done = inside("--db", "t.db", "import", "a.csv", cwd=tmp_path)
    assert "unknown keys left out: date" in done.stdout
    (row,) = ask(tmp_path / "t.db", "SELECT published_at FROM articles")
    assert row == ("2022-01-05T00:00:00Z",)


def test_a_broken_archive_of_csv_costs_only_what_cannot_be_read(
    tmp_path: Path, inside: Inside
) -> None:
    text = "url,title\n" + "".join(f"https://a.org/{n},no {n * n}\n" for n in range(2_000))
    packed = gzip.compress(text.encode(), mtime=0)
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    done = inside("--db", "t.db", "import", "a.csv.gz", cwd=tmp_path)
    assert (done.returncode, "cannot be read to its end" in done.stderr) == (3, True)
    assert len(ask(tmp_path / "t.db", "SELECT 1 FROM articles")) > 100


def test_columns_and_keys_are_the_same() -> None:
    assert ALIASES.keys() == _LIMITS.keys()
