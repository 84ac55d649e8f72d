from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.dates import DateStyle, moment, possible_days, requested_time

NOW = "2022-01-20T12:00:00Z"


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("2022-01-05T10:20:30Z", "2022-01-05T10:20:30Z", "second"),
        ("2022-01-05T10:20:30+06:00", "2022-01-05T04:20:30Z", "second"),
        ("2022-01-05T10:20", "2022-01-05T10:20:00Z", "minute"),
        ("2022-01-05", "2022-01-05T00:00:00Z", "day"),
        ("Wed, 05 Jan 2022 10:00:00 +0100", "2022-01-05T09:00:00Z", "second"),
        ("Wed, 05 Jan 2022 10:00:00 EST", "2022-01-05T15:00:00Z", "second"),
        ("5 January 2022 10:00 CET", "2022-01-05T09:00:00Z", "minute"),
        ("05.01.2022", "2022-01-05T00:00:00Z", "day"),
        ("05.01.2022 10:00", "2022-01-05T10:00:00Z", "minute"),
        ("Thu, 20 Aug 2009 11:57:02 IST", "2009-08-20T06:27:02Z", "second"),
    ],
)
def test_times_as_outlets_write_them(raw: str, at: str, precision: str) -> None:
    found = moment(raw, source="feed", now=NOW)
    assert found is not None
    assert (found.at, found.precision, found.raw) == (at, precision, raw)


@pytest.mark.parametrize(
    "raw",
    ["", None, "yesterday", "0000-00-00", "-0001-11-30T00:00:00Z", "1246-01-01", "1970-01-01",
     "10000-01-01", "2022-03-01", "Jan 5", "12:30", "January 2022 5"],
)  # fmt: skip
def test_impossible_times_are_unknown_never_guessed(raw: str | None) -> None:
    assert moment(raw, source="feed", now=NOW) is None


@pytest.mark.parametrize(
    ("raw", "begins", "ends"),
    [
        ("2022-01-05", "2022-01-05T00:00:00Z", "2022-01-05T23:59:59Z"),
        ("5 January 2022", "2022-01-05T00:00:00Z", "2022-01-05T23:59:59Z"),
        ("2022-01-05T12:00", "2022-01-05T12:00:00Z", "2022-01-05T12:00:00Z"),
        ("6.1.2022", None, None),
        ("01/06/2022", None, None),
        ("13-01-2022", None, None),
        ("soon", None, None),
    ],
)
def test_a_day_that_is_asked_for_is_clear_and_whole(
    raw: str, begins: str | None, ends: str | None
) -> None:
    assert requested_time(raw) == begins
    assert requested_time(raw, to_end=True) == ends


@given(st.text(max_size=60))
def test_no_text_can_raise(raw: str) -> None:
    found = moment(raw, source="feed", now=NOW)
    assert found is None or len(found.at) == 20


def written_times() -> list[list[str]]:
    lines = (Path(__file__).with_name("written_times.tsv")).read_text(encoding="utf-8").splitlines()
    return [[*line.split("\t"), "", ""][:4] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("raw", "expected", "language", "url"), written_times())
def test_a_time_in_the_languages_zones_and_calendars_of_outlets(
    raw: str, expected: str, language: str, url: str
) -> None:
    style = DateStyle.of(language=language or None, url=url, samples=[raw])
    found = moment(raw, source="feed", now="2026-11-01T00:00:00Z", style=style)
    if expected == "-":
        assert found is None
    else:
        assert found is not None
        day, *clock, precision = expected.split()
        at = clock[0] if clock else "00:00"
        assert found.at == f"{day}T{at if at.endswith('Z') else at + ':00Z'}"
        assert found.precision[0] == precision


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (["13/01/2022", "10/01/2022"], "2022-01-10"),
        (["01/13/2022", "10/01/2022"], "2022-10-01"),
        (["01/13/2022", "13/01/2022"], None),
        (["2022-01-13", "10/01/2022"], None),
    ],
)
def test_a_day_in_figures_is_read_as_the_others_of_its_document(
    samples: list[str], expected: str | None
) -> None:
    found = moment("10/01/2022", source="feed", style=DateStyle.of(language="en", samples=samples))
    assert (found and found.at[:10]) == expected


def test_a_day_in_figures_that_is_not_certain_may_be_two() -> None:
    assert [str(day) for day in possible_days("10/01/2022")] == ["2022-01-10", "2022-10-01"]


def test_a_stated_offset_is_kept_and_none_is_made_up() -> None:
    stated = moment("2022-01-05T22:46:08-03:00", source="jsonld")
    assert stated is not None
    assert (stated.at, stated.offset) == ("2022-01-06T01:46:08Z", -180)
    for raw in ("2022-01-05T22:46:08", "2022-01-05", "5 Jan 2022 10:00 QZT"):
        found = moment(raw, source="jsonld")
        assert found is not None
        assert found.offset is None


def test_the_table_of_names_has_the_languages_of_news() -> None:
    file = Path(moment.__code__.co_filename).with_name("cldr.json")
    table = json.loads(file.read_text(encoding="utf-8"))
    assert len(table["months"]) > 2_000
    assert len({code.partition("-")[0] for code in table["orders"]}) > 100


@pytest.mark.parametrize(
    "part", ["1/", "5 ", "jan ", "10:", "a.b.", "1 jan ", "5 jan 2022 ", "\u0300"]
)
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    moment(part * 100, source="feed")
    assert time.process_time() - began < 0.5
