"""Rows of files that other programs wrote: names of keys, encodings, JSON over many lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.ingest.jsonl import _article
from crawler.ingest.row_files import Row, read_rows
from crawler.types import Article

NOW = "2026-11-01T00:00:00Z"


def rows_of(content: str | bytes, folder: Path) -> list[Row]:
    file = folder / "rows"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_rows(file))


def article(**values: Any) -> Article:
    return _article({"url": "https://a.example/1", "title": "t", **values}, (), now=NOW)


def test_a_byte_order_mark_costs_no_line(tmp_path: Path) -> None:
    text = '\ufeff{"url": "https://a.example/1"}\r\n{"url": "https://a.example/2"}\r\n'
    assert [row.wrong for row in rows_of(text, tmp_path)] == [None, None]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"link": "u", "headline": "h", "maintext": "b"}, {"url": "u", "title": "h", "text": "b"}),
        ({"URL": "u", "Date Publish": "2022-01-05"}, {"url": "u", "published_at": "2022-01-05"}),
        ({"url": "u", "date": 1, "published": 2}, {"url": "u", "published_at": 2, "date": 1}),
        ({"url": "u", "published_at": 1, "date": 2}, {"url": "u", "published_at": 1, "date": 2}),
        ({"url": "u", "author": ["A"]}, {"url": "u", "authors": ["A"]}),
        ({"url": "u", "source": {"name": "s"}}, {"url": "u", "source": {"name": "s"}}),
    ],
)
def test_keys_have_the_names_that_columns_have(
    given: dict[str, Any], read: dict[str, Any], tmp_path: Path
) -> None:
    (row,) = rows_of(json.dumps(given), tmp_path)
    assert row.values == read


@pytest.mark.parametrize(
    "text",
    [
        '[{"url": "1"}, {"url": "2"}]',
        '[\n  {\n    "url": "1"\n  },\n  {"url": "2"}\n]\n',
        '{\n  "url": "1"\n}\n{\n  "url": "2"\n}\n',
        '{"status": "ok", "articles": [{"url": "1"}, {"url": "2"}]}',
        '{\n "status": "ok",\n "articles": [{"url": "1"}, {"url": "2"}]}',
    ],
)
def test_a_json_document_has_its_objects_as_rows(text: str, tmp_path: Path) -> None:
    assert [row.values for row in rows_of(text, tmp_path)] == [{"url": "1"}, {"url": "2"}]


def test_a_json_document_that_is_cut_off_has_the_rows_before(tmp_path: Path) -> None:
    good, bad = rows_of('[\n{"url": "1"},\n{"url": "2', tmp_path)
    assert (good.values, good.line) == ({"url": "1"}, 2)
    assert (bad.line, (bad.wrong or "")[:8]) == (3, "not JSON")


def test_numbers_of_a_json_array_are_no_rows(tmp_path: Path) -> None:
    assert {row.wrong for row in rows_of("[1, 2]\n", tmp_path)} == {"not a JSON object"}


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_titles_of_every_usual_encoding_are_read(encoding: str, tmp_path: Path) -> None:
    (row,) = rows_of("url,title\n1,Fähre – „alt“\n".encode(encoding), tmp_path)
    assert row.values["title"] == "Fähre – „alt“"


@pytest.mark.parametrize(
    "text",
    [
        "url|title\n1|a, b\n",
        'sep=;\nurl;title\n1;"a, b"\n',
        'url, title\n1, "a, b"\n',
        "sep=#\r\nurl#title\r\n1#a, b\r\n",
    ],
)
def test_columns_are_parted_as_the_header_is(text: str, tmp_path: Path) -> None:
    ((_, values, wrong, _),) = rows_of(text, tmp_path)
    assert (list(values.values()), wrong) == (["1", "a, b"], None)


def test_a_file_without_addresses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no column is called url"):
        rows_of("sep=;\nname;title\n", tmp_path)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("By Ann Lee and Bo Chen", ("Ann Lee", "Bo Chen")),
        ("Ann Lee, Bo Chen", ("Ann Lee", "Bo Chen")),
        ("Lee, Ann", ("Ann Lee",)),
        ("Gazette Staff", ("Gazette Staff",)),
        (["Ann Lee", None, {"name": "Bo Chen"}], ("Ann Lee", "Bo Chen")),
        (None, ()),
    ],
)
def test_authors_are_read_from_lists_and_bylines(given: object, names: tuple[str, ...]) -> None:
    assert article(authors=given).authors == names


@pytest.mark.parametrize(
    ("stated", "kept"), [("pt_BR", "pt-BR"), ("de", "de"), ("english", "en"), ("", "en")]
)
def test_a_language_is_a_tag(stated: str, kept: str) -> None:
    text = "The ferries that link the north bank with the old harbour cross the river again. " * 3
    assert article(language=stated, text=text).language == kept
