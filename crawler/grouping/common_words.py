"""The words that stand in most texts of a language."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

# The languages that justext has lists of, by their tags. Counted in Wikipedia, where "municipality"
# is a common word in small languages: those with fewer than a hundred words are left out.
_TAGS = """
    af=Afrikaans an=Aragonese ar=Arabic ast=Asturian az=Azerbaijani be=Belarusian bg=Bulgarian
    bn=Bengali br=Breton bs=Bosnian ca=Catalan cs=Czech cy=Welsh da=Danish de=German el=Greek
    en=English eo=Esperanto es=Spanish et=Estonian eu=Basque fa=Persian fi=Finnish fr=French
    fy=West_Frisian ga=Irish gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian hu=Hungarian
    hy=Armenian id=Indonesian ig=Igbo is=Icelandic it=Italian jv=Javanese ka=Georgian kk=Kazakh
    kn=Kannada ko=Korean ku=Kurdish ky=Kyrgyz la=Latin lb=Luxembourgish lt=Lithuanian lv=Latvian
    mk=Macedonian ml=Malayalam mr=Marathi ms=Malay mt=Maltese nb=Norwegian_Bokmal nds=Low_Saxon
    ne=Nepali nl=Dutch nn=Norwegian_Nynorsk no=Norwegian_Bokmal oc=Occitan pl=Polish pt=Portuguese
    qu=Quechua ro=Romanian ru=Russian scn=Sicilian sh=Serbo_Croatian sk=Slovak sl=Slovenian
    sq=Albanian sr=Serbian su=Sundanese sv=Swedish sw=Swahili ta=Tamil te=Telugu tk=Turkmen
    tl=Tagalog tr=Turkish uk=Ukrainian ur=Urdu uz=Uzbek vi=Vietnamese yo=Yoruba
"""
_LISTS = dict(pair.split("=") for pair in _TAGS.split())
CALENDAR_RANK = 150
"""Where days and months stand among the common words: at this rank a word is in every eighth text
of 200 words."""


@cache
def common_words(language: str) -> tuple[str, ...]:
    """The common words of a language (BCP 47, without region), the most frequent first.

    Empty where no list is known: Chinese, Japanese and Thai are among these.
    """
    if language not in _LISTS:
        return ()
    # The file, for justext itself gives them as a set, and costs the import of a parser.
    justext = find_spec("justext")
    assert justext is not None  # trafilatura is built on it
    assert justext.origin is not None
    file = Path(justext.origin).with_name("stoplists") / f"{_LISTS[language]}.txt"
    words = file.read_text(encoding="utf-8").split()
    return tuple(dict.fromkeys([*words[:CALENDAR_RANK], *_days_and_months(language), *words]))


def _days_and_months(language: str) -> list[str]:
    """What a language calls them. News has them all the time, and an encyclopedia does not."""
    # Loading it takes a while, and most commands link no stories.
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except UnknownLocaleError:
        return []
    return [
        name
        for table in (locale.days, locale.months)
        for context in ("format", "stand-alone")
        for names in table[context]["wide"].values()
        for name in names.split()
        if not name.isdigit()
    ]
