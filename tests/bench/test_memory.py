"""What the benches read of /proc."""

from __future__ import annotations

from bench.corpora.memory import kilobytes

ROLLUP = """\
5639aa-7ffc58 ---p 00000000 00:00 0                          [rollup]
Rss:                1632 kB
[rollup]

Private_Clean:        36 kB
Private_Dirty:       112 kB
THPeligible:           0
Name:
"""


def test_kilobytes_of_counts_only() -> None:
    assert kilobytes(ROLLUP) == {"Rss": 1632, "Private_Clean": 36, "Private_Dirty": 112}


def test_kilobytes_of_a_status_with_words_and_tabs() -> None:
    assert kilobytes("Name:\tpython\nSeccomp\nVmHWM:\t  20480 kB\n") == {"VmHWM": 20480}


def test_kilobytes_of_nothing() -> None:
    assert kilobytes("") == {}
