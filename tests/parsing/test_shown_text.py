"""Text as readers see it: nothing hidden, nothing twice, lines of the source joined."""

from __future__ import annotations

import textwrap

import pytest

from crawler.parsing.page.clutter import once
from crawler.parsing.texts import plain_line
from tests.parsing.test_extract import read

TEXTS = (
    "The two ferries that link the north bank with the old harbour began to cross the river again "
    "on Wednesday morning, three weeks after ice had closed the channel.",
    "Harbour master Ruth Adeyemi said the first crossing carried forty passengers and a delivery "
    "of bread, and that everybody was glad to see the other side.",
    "The council will decide next month whether the winter timetable stays as it is or whether the "
    "last boat leaves an hour earlier than before.",
)
HIDDEN = "These words are for nobody who reads this page in a browser today."


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text_of(body: str) -> list[str]:
    return read("<title>Ferries</title>", f"<h1>Ferries cross again</h1>{body}").text.split("\n")


@pytest.mark.parametrize(
    "hidden",
    [
        f"<p hidden>{HIDDEN}</p>",
        f"<p style='display: none'>{HIDDEN}</p>",
        f"<div style='visibility:hidden'><p>{HIDDEN}</p></div>",
        f"<p class='a sr-only'>{HIDDEN}</p>",
        f"<div class='screen-reader-text'>{HIDDEN}</div>",
        f"<template><p>{HIDDEN}</p></template>",
        f"<dialog><p>{HIDDEN}</p></dialog>",
        f"<p>{TEXTS[2]}<span style='display:none'> {HIDDEN}</span></p>",
    ],
)
def test_what_is_hidden_is_no_text(hidden: str) -> None:
    found = "\n".join(text_of(paragraphs(*TEXTS[:2]) + hidden + paragraphs(TEXTS[2])))
    assert HIDDEN not in found
    assert all(text in found for text in TEXTS)


@pytest.mark.parametrize(
    "opening", ["<div hidden>", "<div style='display:none'>", "<template shadowrootmode='open'>"]
)
def test_an_article_of_which_most_is_hidden_is_whole(opening: str) -> None:
    tag = opening[1:].split(maxsplit=1)[0]
    body = paragraphs(TEXTS[0]) + opening + paragraphs(*TEXTS[1:]) + f"</{tag}>"
    assert text_of(body) == list(TEXTS)


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "<br>\n".join(textwrap.fill(text, 40) for text in TEXTS) + "</p>",
        "<div>" + "<br><br>".join(textwrap.fill(text, 50) for text in TEXTS) + "</div>",
        paragraphs(*(f"\r\n  {textwrap.fill(text, 60)}<br/>\r\n" for text in TEXTS)),
    ],
)
def test_lines_of_the_source_are_no_lines_of_the_text(body: str) -> None:
    assert text_of(body) == list(TEXTS)


def test_lines_of_code_and_of_a_quotation() -> None:
    quote = textwrap.fill("We never thought that the ice would hold for so long a time.", 30)
    body = f"<pre>depart 06:30\nreturn 07:00</pre><blockquote>{quote}</blockquote>"
    found = text_of(paragraphs(*TEXTS) + body)
    assert found[3:] == ["depart 06:30", "return 07:00", " ".join(quote.split())]


@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_marks_of_layout_are_no_letters(mark: str) -> None:
    found = text_of(paragraphs(*(text.replace("er", f"e{mark}r") for text in TEXTS)))
    assert found == list(TEXTS)


def test_a_zero_width_space_parts_words_of_khmer_only() -> None:
    assert plain_line("ពីរ\u200bបាន fer\u200bry") == "ពីរ\u200bបាន ferry"


def test_a_second_copy_for_another_screen_is_left_out() -> None:
    body = f"<div class='wide'>{paragraphs(*TEXTS)}</div><div class='narrow'>{paragraphs(*TEXTS)}"
    assert text_of(body) == list(TEXTS)


def test_a_line_that_stands_twice_by_itself_stays() -> None:
    lines = [TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[2]]
    assert once(lines) == lines
    assert once([*TEXTS, "The end", *TEXTS, "The end"]) == [*TEXTS, "The end"]


def test_numbers_of_notes_are_no_words() -> None:
    notes = "It froze<sup><a href='#n1'>1</a></sup> twice<sup>[2]</sup>, on 40 m<sup>2</sup>."
    assert text_of(paragraphs(*TEXTS, notes))[3] == "It froze twice, on 40 m2."


def test_the_text_for_browsers_without_scripts_is_in_paragraphs() -> None:
    body = f"<div class='lazy'></div><noscript>{paragraphs(*TEXTS)}</noscript>"
    assert text_of(body) == list(TEXTS)


@pytest.mark.parametrize(
    "line",
    [
        "Read more: <a href='/x'>Harbour opens late this year</a>",
        "À lire aussi : Le port ouvre plus tard",
        "İlginizi çekebilir: Liman geç açıldı",
        "Διαβάστε επίσης: Το λιμάνι άνοιξε αργά",
        "Citește și: Portul se deschide mai târziu",
        "Ezt is olvassa el: Később nyit a kikötő",
        "Already a subscriber? Log in",
    ],
)
def test_what_outlets_say_in_every_text_is_none_of_it(line: str) -> None:
    for body in (
        paragraphs(TEXTS[0], line, *TEXTS[1:]),
        paragraphs(TEXTS[0]) + f"<p><strong>{line}</strong></p>" + paragraphs(*TEXTS[1:]),
    ):
        assert text_of(body) == list(TEXTS)
