from __future__ import annotations

import pytest
from lxml import html

from crawler.parsing.page.credits import read_credits
from crawler.parsing.page.statements import PageStatements
from crawler.types import Agency, Credit

BODY = "The council closed the bridge on Monday. " * 4
NOTHING = PageStatements.read(html.fromstring("<html><body></body></html>"))


def credits_of(
    *lines: str,
    bylines: tuple[str, ...] = (),
    statements: PageStatements = NOTHING,
    url: str = "https://gazette.example/a",
    more: tuple[Agency, ...] = (),
) -> dict[str, str]:
    found: tuple[Credit, ...] = read_credits(
        lines=lines, bylines=bylines, statements=statements, url=url, more=more
    )
    return {credit.agency: credit.via for credit in found}


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("SALMON, Idaho, Jan 17 (Reuters) - The bridge is closed.", "Reuters"),
        ("INDIANAPOLIS (AP) — The bridge is closed.", "Associated Press"),
        ("PARIS (AFP) — The bridge is closed.", "Agence France-Presse"),
        ("Hamburg (dpa/lno) – Die Brücke ist gesperrt.", "dpa"),
        ("(ANSA) - ROMA, 5 GEN - Il ponte è chiuso.", "ANSA"),
        ("Madrid, 5 ene (EFE).- El puente está cerrado.", "EFE"),
        ("МОСКВА, 5 янв — РИА Новости. Мост закрыт.", "RIA Novosti"),
        ("МОСКВА, 5 января. /ТАСС/. Мост закрыт.", "TASS"),
        ("新华社北京1月5日电 大桥已经关闭。", "Xinhua"),
        ("(서울=연합뉴스) 다리가 폐쇄되었다.", "Yonhap"),
        ("【北京共同】橋が閉鎖された。", "Kyodo"),
        ("KARACHI: (APP) - The bridge is closed.", "APP"),
        ("New Delhi, Jan 5 (PTI) The bridge is closed.", "PTI"),
        ("Reuters - The bridge is closed.", "Reuters"),
        ("Rio de Janeiro, (AFP) - The bridge is closed.", "Agence France-Presse"),
        ("Frankfurt am Main (dpa) - Die Brücke ist gesperrt.", "dpa"),
        ("København (Ritzau) - Broen er lukket.", "Ritzau"),
        ("BERLIN (DPA) - The bridge is closed.", "dpa"),
        ("АЛМАТЫ, 5 янв (Рейтер) - Мост закрыт.", "Reuters"),
        ("Praha 5. ledna (ČTK) - Most je uzavřen.", "ČTK"),
        ("ASTANA. KAZINFORM – The bridge is closed.", "Kazinform"),
        ("Jakarta, Antara - Jembatan ditutup.", "Antara"),
        ("中新社北京1月5日电（记者 某人）大桥已经关闭。", "China News Service"),
    ],
)
def test_datelines_in_many_languages(line: str, agency: str) -> None:
    assert credits_of(line, BODY, BODY, BODY, BODY) == {agency: "dateline"}


@pytest.mark.parametrize(
    ("line", "agencies"),
    [
        ("AFP, AP", {"Agence France-Presse", "Associated Press"}),
        ("dpa/AFP", {"dpa", "Agence France-Presse"}),
        ("Quelle: dpa", {"dpa"}),
        ("- NZPA", {"NZPA"}),
        ("Copyright 2008 Associated Press. All rights reserved.", {"Associated Press"}),
        ("© AAP 2008", {"AAP"}),
        ("With files from The Canadian Press", {"The Canadian Press"}),
        ("The Associated Press contributed to this report.", {"Associated Press"}),
        (
            "Reuters and AFP also contributed reporting to this story",
            {"Reuters", "Agence France-Presse"},
        ),
        ("(This story is from a syndicated PTI feed.)", {"PTI"}),
        ("С использованием материалов ТАСС", {"TASS"}),
        ("По информации ТАСС", {"TASS"}),
        ("За матеріалами Укрінформу", {"Ukrinform"}),
        ("المصدر: وكالة فرانس برس", {"Agence France-Presse"}),
        ("Forrás: MTI", {"MTI"}),
        ("(MTI)", {"MTI"}),
        ("(Reporting by A. Person; Editing by B. Person)", {"Reuters"}),
        ("Die Polizei ermittelt (dpa)", {"dpa"}),
        ("Die Polizei ermittelt. /dpa", {"dpa"}),
        ("The bridge is closed until spring. — AFP", {"Agence France-Presse"}),
        ("dpa-infocom, dpa:220105-99-1/2", {"dpa"}),
        ("REUTERS", {"Reuters"}),
        ("(dpa/afp)", {"dpa", "Agence France-Presse"}),
    ],
)
def test_credit_lines(line: str, agencies: set[str]) -> None:
    assert set(credits_of(BODY, BODY, BODY, BODY, line)) == agencies


@pytest.mark.parametrize(
    "line",
    [
        "Reuters reported on Monday that the bridge would stay closed until spring.",
        "The mayor told the AP that she was sorry.",
        "Nobody at Reuters contributed to the debate about the bridge.",
        "The Associated Press (AP) sued over the bridge on Friday.",
        "The American Psychological Association (APA) said so on Monday.",
        "A jumper on the bridge. © AFP / A. Person",
        "Photo: A. Person / Reuters",
        "The report (in German) is on the council's site.",
        "The school has a new PA (PA)",
        "EP",
        "She joined the group (AA)",
        "MAP",
        "Reuters: the company said on Monday that it would not pay.",
        "Bloomberg - the former mayor - said on Monday that she would not run.",
        "The bridge is closed — Bloomberg, which was first, said so on Monday.",
        "法新社记者在加沙被打死，当地政府说。",
        "法新社关于电影的报道，引起争议。",
        "他说这是两国人民的共同（日本和韩国的共同）",
        "He spoke for Pakistan Tehreek-e-Insaf (PTI)",
        "Delhi is governed by the Aam Aadmi Party (AAP)",
        "FOTO: A. Person (EFE)",
        "Im Prozess gegen die Nachrichtenagentur (dpa) - das Gericht entschied - gab es Streit.",
        "Journalisten der Agence France-Presse (AFP) – Opfer des Krieges – wurden geehrt.",
        "El director de la agencia (EFE) - dijo que no.",
        "中新社副社长今天在会议上接到来电：不要来。",
        "It was the most read report of the day, said a survey for the news agency (Reuters)",
        "picture alliance/dpa",
        "(Reuter)",
        "He worked for Reuters.",
        "Thomson Reuters (TRI) - shares fell",
        "London - Reuters, the news agency, said it would cut jobs.",
        "On Monday, Reuters – which was first – said so.",
        "Ann Lee / AFP",
    ],
)
def test_an_agency_that_is_only_mentioned_is_not_credited(line: str) -> None:
    assert credits_of(BODY, line, BODY, BODY, BODY, line) == {}


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("dpa", "dpa"),
        ("afp", "Agence France-Presse"),
        ("(AFP)", "Agence France-Presse"),
        ("By Reuters", "Reuters"),
        ("Reuters Staff", "Reuters"),
        ("Associated Press Reporters", "Associated Press"),
        ("Ann Lee (Reuters)", "Reuters"),
        ("Nachrichtenagentur dpa", "dpa"),
        ("Redacción EFE", "EFE"),
        ("RITZAU", "Ritzau"),
        ("apnews.com", "Associated Press"),
    ],
)
def test_agencies_as_authors(byline: str, agency: str) -> None:
    assert credits_of(BODY, bylines=(byline,)) == {agency: "byline"}


@pytest.mark.parametrize(
    "byline",
    ["Paul Reuter", "Reuter", "Reuters Institute", "Sid", "PA Reporter", "Ann Lee for AP",
     "Thomson Reuters Foundation", "Michael Bloomberg", "Staff", "News Desk", "By"],
)  # fmt: skip
def test_authors_who_are_no_agency(byline: str) -> None:
    assert credits_of(BODY, bylines=(byline,)) == {}


def test_bylines_json_ld_and_canonical_links_name_agencies() -> None:
    assert credits_of(BODY, bylines=("By Ann Lee, Associated Press",)) == {
        "Associated Press": "byline"
    }
    page = html.fromstring(
        "<html><head><link rel='canonical' href='https://www.reuters.com/a'>"
        '<script type="application/ld+json">{"@type": "NewsArticle", "sourceOrganization":'
        ' {"name": "dpa"}}</script></head><body></body></html>'
    )
    found = credits_of(BODY, statements=PageStatements.read(page))
    assert found == {"Reuters": "canonical", "dpa": "jsonld"}


def test_a_persons_initials_are_no_agency() -> None:
    assert credits_of(BODY, bylines=("Dr Ann Lee, DHA",)) == {}
    assert credits_of(BODY, bylines=("DHA",)) == {"DHA": "byline"}


def test_outlets_that_are_agencies_are_known_too_and_do_not_credit_themselves() -> None:
    ours = Agency(name="Meridian News Agency", forms=("Meridian",), domains=("meridian.example",))
    line = "AKTAU (Meridian) - The bridge is closed."
    assert credits_of(line, more=(ours,)) == {"Meridian News Agency": "dateline"}
    assert credits_of(line, more=(ours,), url="https://meridian.example/a") == {}
    assert credits_of(line) == {}


def test_an_outlet_that_is_a_listed_agency_has_one_name() -> None:
    ours = Agency(name="Kyodo News Service", domains=("kyodonews.net",))
    assert credits_of("【北京共同】橋が閉鎖された。", more=(ours,)) == {
        "Kyodo News Service": "dateline"
    }
    found = read_credits(
        lines=["Quelle: dpa"],
        bylines=(),
        statements=NOTHING,
        url="https://a.example/",
        outlet="dpa",
    )
    assert found == ()


def test_a_broken_address_is_no_agency() -> None:
    page = html.fromstring("<html><head><link rel='canonical' href='http://['></head></html>")
    assert credits_of(BODY, statements=PageStatements.read(page)) == {}


def test_runs_of_spaces_cost_nothing() -> None:
    spaces = "x" + " " * 300_000 + "x"
    page = html.fromstring(f"<html><head><meta name='source' content='{spaces}'></head></html>")
    assert credits_of(spaces, bylines=(spaces,), statements=PageStatements.read(page)) == {}
