"""Which news agency an article says it carries: in its byline, dateline, credit or copyright line.

A picture's credit is not the text's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from crawler.parsing.page.agencies import (
    BETWEEN_NAMES,
    KnownAgencies,
    is_ambiguous,
    known_agencies,
)
from crawler.parsing.page.statements import PageStatements
from crawler.types import Agency, Credit

FIRST = 3
"""Lines of a body that may hold the dateline."""
LONGEST_PLACE = 6
"""Characters of a place before an agency, in scripts without spaces."""
LAST = 4
"""Lines of a body that may hold the credit."""
LONGEST_SMALL = 3
"""Letters of a small word in the name of a place: Rio de Janeiro, Frankfurt am Main."""
LONG_LINE = 60
"""Characters; a shorter line with an agency at its end may be a picture's."""
LONGEST_CREDIT = 200
"""Characters; a longer last line is a paragraph."""
_STATED = ("sourceOrganization", "creditText", "copyrightHolder", "provider")
_ORIGINAL = ("original-source", "syndication-source", "dc.source", "source", "news_source")
# `ALMATY, Jan. 5 (Reuters) -`, `(ANSA) - ROMA`, `Berlin (dpa/lno) -`, `北京1月5日电（新华社）`
_IN_BRACKETS = re.compile(
    r"^(?P<place>[^()（）【】.!?。]{0,40}(?:\.[^()（）.!?。]{0,20})?)"
    r"[(（【/]\s*(?P<who>[^()（）【】/]{2,40}(?:/[^()（）【】/]{1,20})?)\s*[)）】/]\s*(?P<dash>[-–—_:：.]*)"
)
# `МОСКВА, 5 янв — РИА Новости.`
_BETWEEN_DASHES = re.compile(
    r"^(?P<place>[^.!?\n]{3,60})\s(?P<dash>[—–-])\s*(?P<who>[^.,—–-]{2,30})\s*[.,—–]"
)
# `ASTANA. KAZINFORM – The ...`, `Jakarta, Antara - Presiden ...`
_BEHIND_PLACE = re.compile(
    r"^(?P<place>[^\W\d_][^.,:!?—–-]{2,30})[.,]\s(?P<who>[^.,:—–-]{2,30}?)\s*(?P<dash>[—–-])\s+"
    r"(?=\W*(?P<next>\w))"
)
# `Reuters - Ten people ...`
_BEFORE_DASH = re.compile(r"^(?P<who>[^\s—–-][^—–:-]{1,30}?)\s*[—–-]\s+(?=\W*(?P<next>\w))")
# `新华社北京1月5日电`; 电影 and 电话 are a film and a telephone.
_CHINESE = re.compile(
    r"^[(（【]?(?P<who>[\u4e00-\u9fff]{3,5}?)"
    r"(?=[^，。]{0,20}(?:日[电電讯訊]|[^来來致回接复][电電](?=[\s(（])))"
)
_CREDIT = re.compile(
    r"^\W*(?:©|\(c\)|copyright|source|sources|quelle|quellen|fonte|fuente|fuentes|kilde|källa|bron|"
    r"źródło|zdroj|kaynak|источник|източник|извор|джерело|sumber|nguồn|来源|來源|출처|forrás|sursa|"
    r"izvor|πηγή|lähde|allikas|šaltinis|avots|المصدر|منبع|מקור|स्रोत|সূত্র|ที่มา|"
    r"with|mit|avec|con|com|met|med)?"
    r"[\s:：\d©]*(?:وكالة\s)?(?P<who>[^:：]{2,60}?)\W*$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"^\W*(?:©|\(c\)|copyright)[\s\d©,:-]*(?P<who>[^\d.,:;]{2,40})", re.IGNORECASE)
_RESERVED = re.compile("all rights reserved", re.IGNORECASE)
_BEFORE_RESERVED = re.compile(
    rf"(?P<who>[^.,:;()]{{2,40}})\.?\s+{_RESERVED.pattern}", re.IGNORECASE
)
# `dpa-infocom, dpa:220105-99-1/2`
_CODE = re.compile(r",?\s\w{2,6}:\d[\d-]{4,20}(?:/\d{1,3})?\W*$")
_WITH = re.compile(
    r"\b(?:with (?:files|inputs?|agency inputs?|reporting|information) (?:from|by)|"
    r"additional reporting by|provided by|mit (?:material|informationen) (?:von|der|des)|"
    r"mit agenturmaterial|avec|con información de|com informações d[aeo]|con informazioni di|"
    r"(?:с использованием|по) (?:материал\w+|данным|сообщению|информации)|"
    r"(?:з використанням|за) (?:матеріал\w+|даними|інформаці\w+)|za:?)\s*(?P<who>.{2,80})",
    re.IGNORECASE,
)
# `The Associated Press contributed to this report.`
_CONTRIBUTED = re.compile(
    r"^\W*(?P<who>[^.:;]{2,80}?) (?:also )?contributed (?:reporting )?to (?:this|the)\b"
    r"|\bsyndicated (?P<fed>[^.:;]{2,30}) feed\b",
    re.IGNORECASE,
)
# `The bridge is closed. (dpa)`, `... geschlossen. /dpa`, `... closed. — AFP`
_AT_END = re.compile(
    r"(?:[(（\[]|[.!?…»”\"]\s*[/—–])\s*"
    r"(?P<who>[^()（）/\[\]]{2,40}(?:/[^()（）\[\]]{2,20})?)\s*[)）/\]]?\W*$"
)
# `the news agency (Reuters)`
_AGENCY = re.compile(
    r"\b(?:agenc\w*|agentur|\w+agentur|agenzia|agência|агентств\w*|агенці\w*|ajans\w*)\W*$", re.I
)
# `Delhi, 5 Jan`, `Praha 5. ledna`
_PLACE_AND_DAY = re.compile(
    r"\w[\w\s-]{2,30}[,.:]\s(?:\w{3,9}\.?\s)?\d{1,2}\b(?!\d)"
    r"|[^\W\d_]{3,20}(?:\s[^\W\d_]{3,20})?\s\d{1,2}\.\s\w{3,12}\s*$"
)
_PICTURE = re.compile(
    r"\b(?:photos?|fotos?|images?|bild(?:er)?|pictures?|imagen|immagine|getty|фото)\b", re.I
)
_REUTERS_STYLE = re.compile(r"^\W*(?:additional )?(?:reporting|writing) by\b.*\bediting by\b", re.I)
# `By Reuters`, `Reuters Staff`, `Agence AFP`, `Nachrichtenagentur dpa`
_BEFORE_NAME = re.compile(
    r"^\W*(?:(?:by|from|von|par|por|de|di|av|af|door|от)\s+)?(?:(?:the\s+)?(?:news\s+)?(?:agency|agence|"
    r"agenzia|agência|agencia|agentur|nachrichtenagentur|bureau|redaktion|redazione|redacción|"
    r"rédaction|агентство)\s+)?",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile(
    r"\s+(?:(?:news\s+)?(?:staff|team|desk|newsroom|agency|wire|service)|news|"
    r"(?:staff\s+)?(?:writers?|reporters?|correspondents?))\W*$",
    re.IGNORECASE,
)
# `Ann Lee (Reuters)`
_BEHIND_PERSON = re.compile(r"^[^()]+\((?P<who>[^()]{2,40})\)\W*$")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def read_credits(
    *,
    lines: Sequence[str],
    bylines: Iterable[str],
    statements: PageStatements | None = None,
    url: str,
    outlet: str | None = None,
    more: tuple[Agency, ...] = (),
) -> tuple[Credit, ...]:
    """The agencies that a page says its text is from, each with the best evidence for it.

    `lines` is the body as extracted, before anything was cleaned away; without `statements` it is
    no page's; `more` are agencies beyond the listed ones. An agency does not credit itself, be it
    by its site or as the `outlet`.
    """
    known = known_agencies(more)
    own = {known.of_address(url), outlet, known.of_outlet(outlet, url) if outlet else None}
    best: dict[str, Credit] = {}
    for place in _places(lines, bylines, statements):
        for agency in place.agencies(known):
            if agency in own:
                continue
            if agency not in best or best[agency].confidence < place.confidence:
                best[agency] = Credit(
                    agency=agency,
                    via=place.via,
                    evidence=place.evidence[:200],
                    confidence=place.confidence,
                )
    return tuple(best.values())


class _Place(NamedTuple):
    """A place in a page where an agency may be named."""

    via: str
    """as in Credit"""
    confidence: float
    evidence: str
    who: str
    """what stands there: a name of an agency, of somebody else, or an address"""

    def agencies(self, known: KnownAgencies) -> list[str]:
        """The agencies that it does name."""
        if self.via != "canonical":
            return known.of_name(self.who)
        agency = known.of_address(self.who)
        return [] if agency is None else [agency]


def _places(
    lines: Sequence[str], bylines: Iterable[str], statements: PageStatements | None
) -> Iterator[_Place]:
    """Wherever an agency may be named. Of equal confidence, the first is the evidence."""
    for line in lines[:FIRST]:
        yield from _in_dateline(line)
    for byline in bylines:
        yield from _in_byline(byline)
    if statements is not None:
        yield from _in_statements(statements)
    for line in lines[-LAST:]:
        yield from _at_end(line)
        if len(line) <= LONGEST_CREDIT:
            yield from _in_last_line(line)


def _in_dateline(line: str) -> Iterator[_Place]:
    # Bounded, and with single spaces: some of these patterns are quadratic in runs of spaces.
    line = _short(line)
    for pattern in (_IN_BRACKETS, _BETWEEN_DASHES, _CHINESE, _BEHIND_PLACE, _BEFORE_DASH):
        match = pattern.search(line)
        if match and _is_dateline(match) and not _PICTURE.search(match[0]):
            # Anybody may stand before a dash: `Bloomberg - the mayor - said so.`
            confidence = 0.6 if pattern in (_BEFORE_DASH, _BEHIND_PLACE) else 0.95
            for who in _without_place(match["who"]):
                yield _Place("dateline", confidence, line[: match.end()], who)


def _in_byline(byline: str) -> Iterator[_Place]:
    byline = _short(byline)
    yield _Place("byline", 0.9, byline, byline)
    parts = BETWEEN_NAMES.split(byline)
    if behind := _BEHIND_PERSON.match(byline):
        parts += BETWEEN_NAMES.split(behind["who"])
    for part in parts:
        bare = _BEHIND_NAME.sub("", _BEFORE_NAME.sub("", part))
        for who in (part, bare):
            if not is_ambiguous(who):
                yield _Place("byline", 0.8, byline, who)
    # As of a line at the end: made from an agency's text, among others'.
    if made_from := _WITH.search(byline):
        yield _Place("byline", 0.4, byline, made_from["who"])


def _in_statements(statements: PageStatements) -> Iterator[_Place]:
    for name in map(_short, statements.names(*_STATED)):
        yield _Place("jsonld", 0.9, name, name)
    for name in map(_short, statements.all(*_ORIGINAL)):
        yield _Place("canonical" if "://" in name else "meta", 0.9, name, name)
    for link in statements.elements(".//link[@rel='canonical']")[:1]:
        address = link.get("href") or ""
        yield _Place("canonical", 0.95, address, address)


def _without_place(who: str) -> Iterator[str]:
    """A name in a dateline, and what it may be behind a place: `서울=연합뉴스`, `北京共同`."""
    yield who
    yield who.rpartition("=")[2]
    if _NO_SPACES.search(who):
        yield from (who[start:] for start in range(1, min(len(who) - 1, LONGEST_PLACE + 1)))


def _is_dateline(match: re.Match[str]) -> bool:
    """Whether what stands before an article names its agency, and does not explain a name."""
    parts = match.groupdict("")
    place, who = parts.get("place", "").strip(), match["who"]
    # Bloomberg - the former mayor - said so.
    if parts.get("next", "").islower():
        return False
    if _is_place(place):
        return True
    # The Associated Press (AP) sued: no dash, and a place that is none.
    # A year on - Bloomberg, first with the news: a dash, and no place.
    if place and (not parts.get("dash") or match.re is _BETWEEN_DASHES):
        return False
    return not (_is_running_text(place) or _is_short_for(who.strip(), place) or is_ambiguous(who))


def _is_running_text(place: str) -> bool:
    """Whether it has more or longer small words than the name of a place.

    Im Prozess gegen die Nachrichtenagentur (dpa) - das Gericht: words, and no place.
    """
    small = [word for word in re.findall(r"[^\W\d_]+", place) if word[0].islower()]
    return len(small) > 2 or any(len(word) > LONGEST_SMALL for word in small)


def _is_place(text: str) -> bool:
    """Whether a text begins with a place in capitals, or with one and a day: `Delhi, 5 Jan`."""
    first = re.match(r"\w{3,}", text)
    return bool(first and first[0].isupper()) or bool(_PLACE_AND_DAY.match(text))


def _at_end(line: str) -> Iterator[_Place]:
    """An agency behind the last sentence of a paragraph, and not part of that sentence."""
    end = _AT_END.search(_short(line[-90:]))
    if end is None or is_ambiguous(end["who"]) or _PICTURE.search(line):
        return
    before = line[: -len(end[0])]
    if not _is_short_for(end["who"], before) and not _AGENCY.search(before):
        # Smoke rises. (AFP): a short line may be a caption.
        yield _Place("credit", 0.8 if len(line) >= LONG_LINE else 0.5, line[-60:], end["who"])


def _in_last_line(line: str) -> Iterator[_Place]:
    """An agency in a short line that is all credit: whose the text is, or what it is made from."""
    line = _CODE.sub("", line)
    rights = _RIGHTS.match(line)
    if rights is None and _RESERVED.search(line):
        rights = _BEFORE_RESERVED.search(line)
    if rights:
        yield _Place("copyright", 0.9, line, rights["who"])
    whole = _CREDIT.match(line)
    if whole and not is_ambiguous(line) and not _PICTURE.search(line):
        sure = not is_ambiguous(whole["who"])
        yield _Place("credit", 0.85 if sure else 0.5, line, whole["who"])
    # Below a half: files of an agency are not its text, and others sign as Reuters does.
    if made_from := _WITH.search(line):
        yield _Place("credit", 0.4, line, made_from["who"])
    if part := _CONTRIBUTED.search(line):
        yield _Place("credit", 0.4, line, part["who"] or part["fed"])
    if _REUTERS_STYLE.search(line):
        yield _Place("credit", 0.4, line, "Reuters")


def _is_short_for(who: str, before: str) -> bool:
    """Whether an abbreviation is that of the words before it: `the Aam Aadmi Party (AAP)`."""
    words = re.findall(r"\w+", before)[-len(who) - 2 :]
    initials = iter(word[0].upper() for word in words)
    return who.isupper() and all(letter in initials for letter in who)


def _short(text: str) -> str:
    return " ".join(text[: 10 * LONGEST_CREDIT].split())[:LONGEST_CREDIT]
