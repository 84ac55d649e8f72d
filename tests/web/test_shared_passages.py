"""Which words of a text also stand in another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.output.shared_passages import MarkedText, mark_shared

WIRE = (
    "Fuel price protests spread across the city. Police used stun grenades by evening, they said."
)
HANZI = "市政府宣布大桥因维修关闭三个月车辆绕行"


def shared(marked: MarkedText) -> list[str]:
    return [p.text for line in marked.paragraphs for p in line if p.shared]


def test_passages_go_on_over_hyphens_capitals_and_lines() -> None:
    text = "He said: fuel-price PROTESTS spread across\nthe city. Police used guns.\n\nOwn words."
    marked = mark_shared(text, WIRE)
    assert shared(marked) == ["fuel-price PROTESTS spread across", "the city. Police used"]
    assert (marked.shared, marked.words) == (9, 14)


def test_fewer_than_five_words_in_a_row_are_nobodys() -> None:
    assert shared(mark_shared("Protests spread across the town by evening, they said.", WIRE)) == []


def test_scripts_without_spaces() -> None:
    assert shared(mark_shared(f"昨天{HANZI}。", f"新华社消息{HANZI}")) == [HANZI]


@given(st.text(alphabet="abc de,.\n市府"), st.text(alphabet="abc de,.\n市府"))
def test_no_character_is_lost(text: str, other: str) -> None:
    marked = mark_shared(text, other)
    lines = ["".join(passage.text for passage in line) for line in marked.paragraphs]
    assert lines == [line for line in text.split("\n") if line.strip()]
    assert marked.shared <= marked.words


def test_only_the_first_words_of_an_endless_text_are_looked_at() -> None:
    endless = "word " * 100_000
    marked = mark_shared(endless, endless)
    assert marked.shared == marked.words == 20_000
