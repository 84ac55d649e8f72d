from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.dates import moment, requested_time

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
     "10000-01-01", "2022-03-01", "Jan 5", "12:30"],
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
