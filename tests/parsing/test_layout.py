"""Tables that arrange a page, captions, and the lines around an article."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.parsing.page.clutter import PageChrome, clean
from crawler.parsing.page.layout import narrow, prepare
from crawler.parsing.page.phrases import is_phrase

PROSE = "The council closed the bridge on Monday because two of its cables had rusted through."


def prepared(body: str) -> str:
    tree = html.fromstring(f"<html><body>{body}</body></html>")
    prepare(tree)
    return str(html.tostring(tree.find("body"), encoding="unicode"))


def test_a_table_that_arranges_the_page_becomes_blocks() -> None:
    found = prepared(f"<table><tr><td><h1>Bridge</h1></td><td><p>{PROSE}</p></td></tr></table>")
    assert "<table" not in found
    assert PROSE in found


def test_a_table_of_figures_stays() -> None:
    rows = "".join(f"<tr><td>Town {n}</td><td>{n}</td></tr>" for n in range(4))
    assert prepared(f"<table>{rows}</table>").count("<td>") == 8


def test_a_table_of_links_is_a_menu_and_goes() -> None:
    rows = "".join(f"<tr><td><a>Town {n}</a></td><td><a>Map</a></td></tr>" for n in range(4))
    assert "Town" not in prepared(f"<table>{rows}</table><p>{PROSE}</p>")


def test_captions_go_but_the_text_behind_them_and_picture_stories_stay() -> None:
    found = prepared(f"<p>{PROSE * 3}</p><figcaption>A bridge</figcaption>tail")
    assert "A bridge" not in found
    assert "tail" in found
    story = "".join(f"<figcaption>{PROSE}</figcaption>" for _ in range(3))
    assert prepared(f"<p>Look!</p>{story}").count(PROSE) == 3


def test_a_list_in_a_cell_of_figures_becomes_its_text() -> None:
    cells = "<td>Monday</td><td><ul><li>Margaret</li>\n<li><b>Esther</b></li></ul></td>"
    found = prepared(f"<table><tr><th>Day</th><th>Boats</th></tr><tr>{cells}</tr></table>")
    assert "<li>" not in found
    assert "".join(html.fromstring(found).xpath(".//td[2]//text()")) == "Margaret; Esther"


def test_a_box_with_a_picture_and_its_description_goes() -> None:
    alt = "The Margaret at the quay on Tuesday"

    def kept(text: str) -> str:
        box = f'<p>{PROSE}</p><div><img alt="{alt}">{text}</div>'
        return "".join(html.fromstring(prepared(box)).itertext()).removeprefix(PROSE)

    assert kept(f"<p><em>{alt} (Gazette)</em></p>") == ""
    for text in (f"{alt} lay {PROSE * 2}", PROSE, "The Margaret"):
        assert kept(f"<p>{text}</p>") == text
    assert kept(f"<p><a href=/m>{alt}</a></p>") == alt


def test_a_hidden_copy_goes_and_a_text_that_is_only_hidden_stays() -> None:
    hidden = f'<div style="display: none"><i>logo.png</i><div>{PROSE * 4}</div></div>'
    shown = f"<p>{PROSE * 2}</p><p>{PROSE * 2}</p>"
    assert "logo.png" not in prepared(hidden + shown)
    assert prepared(hidden + shown).count(PROSE) == 4
    assert "logo.png" in prepared(f"{hidden}<p>{PROSE} More is to come.</p>")


def test_an_outlet_may_point_at_its_bodies_and_at_what_is_not_theirs() -> None:
    tree = html.fromstring(
        f"<html><body><div class=promo>Buy!</div><div id=story><p>{PROSE}</p><aside>Ad</aside>"
        "<div class=story>in it</div></div><p>Elsewhere</p></body></html>"
    )
    found = narrow(tree, unwanted=["aside", ".promo"], body="#story, .story")
    assert "".join(found.itertext()) == f"{PROSE}in it"
    assert narrow(tree, unwanted=[], body=".gone") is tree


def cleaned(*lines: str, links: tuple[str, ...] = (), authors: tuple[str, ...] = ()) -> list[str]:
    chrome = PageChrome.of(titles=["Bridge closes for winter"], links=links, authors=authors)
    return clean("\n".join(lines), chrome).splitlines()


def test_what_stands_above_the_first_paragraph_goes() -> None:
    assert cleaned(
        "Local news", "BRIDGE CLOSES FOR WINTER", "By Ann Lee", "5 January 2022, 10:30", PROSE,
        authors=("Ann Lee",),
    ) == [PROSE]  # fmt: skip


def test_a_subheading_and_a_short_first_line_stay() -> None:
    assert cleaned("What we know", PROSE, "The cables", PROSE) == [
        "What we know", PROSE, "The cables", PROSE,
    ]  # fmt: skip


def test_links_at_the_end_go_with_their_heading() -> None:
    links = ("Ferry to run all night", "Mayor says sorry")
    assert cleaned(PROSE, "Elsewhere in town", *links, links=links) == [PROSE]


def test_a_link_of_the_article_stays() -> None:
    assert cleaned(PROSE, "The whole report", PROSE, links=("The whole report",)) == [
        PROSE, "The whole report", PROSE,
    ]  # fmt: skip


def test_lists_quotes_and_tables_of_the_article_stay_in_order() -> None:
    lines = [PROSE, "- two cables", "- one pier", "| Town | 4 |", "“We are sorry.”", PROSE]
    assert cleaned(*lines) == lines


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Ferry to run all night", "Lesen Sie auch: Fähre fährt", "À lire aussi",
        "Читайте также: Паром", "Comments / Post a Comment", "相关阅读", "- Les også: Ferge",
        "Sign up for our newsletter", "© 2022 The Gazette", "Photo: A. Person",
        "Protesters. Source: A. Person /AFP via Getty Images. |",
        "Copyright © The Gazette 2017-2022. For commercial use a subscription is required.",
        "Photo: Courtesy of the Smith family.", "© 2022 The Gazette. All rights reserved.",
        "Copyright © 2022. This material may not be published or broadcast without permission.",
    ],
)  # fmt: skip
def test_phrases_of_outlets_are_known(line: str) -> None:
    assert is_phrase(line)


@pytest.mark.parametrize(
    "line",
    [
        PROSE, "More people came than expected.", "Sources in the council said so.",
        "The photo showed a bridge.", "He read more books than she did.",
        "Comments were not welcome, the mayor said.", "Copyright law changed in 2019.",
        "Written by Shakespeare in 1605, the play is about power.",
        "By signing up for the army, he escaped prison.", "More on that later.",
        "The company said in its free newsletter that profits rose.",
        "The ministry said on its Telegram channel that 40 drones were shot down.",
        "Das Redaktionsnetzwerk Deutschland berichtete zuerst darüber.",
        "Source: two people said so.", "(c) the tenant pays.",
        "Source: The ministry said that talks had failed on Monday.",
        "Quelle: Ein Sprecher der Polizei sagte, es gebe drei Verletzte.",
        "Fuente: El presidente dijo que no habrá elecciones este año.",
        "자료: 통계청에 따르면 지난해 물가가 크게 상승했다고 한다.",
        "© Nintendo hat den Streit um die Rechte an dem alten Spiel verloren",
        "More on that later, the minister said: “We are not there yet.”",
        "Written by Shakespeare in 1606, the play was shown again “at last”.",
        "Themen: Klima, Steuern und Rente standen im Mittelpunkt der Regierung",
        "Please send the form to your inbox before the deadline, she said.",
        "The letter landed in your inbox and in mine, and the minister knew it.",
        "Credit: banks have stopped lending to small firms.",
        "Copyright: a new law is needed, the minister said.",
        "Image: she wants to be seen as a mother of four.",
        "Melden Sie sich bitte unter 030 1234, sagte die Polizei.",
        "There was an error in the count, the board said.",
        "We may earn less, the workers said.", "Do you have a tip for the police?",
        "Alle Rechte der Frauen wurden abgeschafft", "Der Artikel erschien 1933 in Berlin",
        "En images satellites, la ville est détruite", "Související obvinění padla v květnu",
        "最高人民法院认为，被告未经授权使用他人商标，构成侵权。",
    ],
)  # fmt: skip
def test_sentences_are_not(line: str) -> None:
    assert not is_phrase(line)
