"""Write crawler/parsing/dates/cldr.json from the CLDR data of the installed babel.

    .venv/bin/python -m bench.date_names

It holds what languages call the months and the halves of the day, and whether a country writes the
day or the month first. babel (BSD-3; mkdocs-material has it) is needed here only: it takes longer
to load than a command that reads the store may run.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

from babel import Locale, localedata
from babel.core import get_global
from babel.languages import get_official_languages

from crawler.parsing.dates.fold import fold

FILE = Path(__file__).parents[1] / "crawler" / "parsing" / "dates" / "cldr.json"
WIDTHS = ("wide", "abbreviated")
TIGRINYA = "ti"
"""Its names of months are Amharic's for those of the Ethiopian calendar, which are others."""
NOON = 12 * 3600
NEARLY_ALL = 0.8
"""Of the languages that have a name for a month."""
ARTICLES = re.compile(r"^(?:de|d|di|del)\s+(?=\w{3})")
"""What some languages put before a month: `de gener`, `d’abril`."""


def languages() -> set[str]:
    """Languages that are official in some territory, and so have news."""
    found = {"eo", "la"}
    for territory in get_global("territory_languages"):
        official = get_official_languages(territory, regional=True, de_facto=True)
        found.update(code.partition("_")[0] for code in official)
    return found


def locales() -> Iterator[Locale]:
    """The locales of those languages, in order."""
    wanted = languages()
    for name in sorted(localedata.locale_identifiers()):
        locale = Locale.parse(name)
        if locale.language in wanted:
            yield locale


def names_of(locale: Locale) -> Iterator[tuple[str, int]]:
    """(folded name, month) of a locale, in every form that it has."""
    for context in ("format", "stand-alone"):
        for width in WIDTHS:
            for month, name in locale.months.get(context, {}).get(width, {}).items():
                folded = ARTICLES.sub("", fold(name).strip())
                # Two letters of the Latin script are a word of other languages: `de`. In Indic
                # scripts the second may be a vowel sign: `মে`.
                least = 2 if folded == folded.upper() else 3
                if sum(map(_is_letter, folded)) >= least and not re.search(r"\d", folded):
                    yield folded, month


def _is_letter(character: str) -> bool:
    return category(character)[0] in "LM"


def months() -> dict[str, int | dict[str, int]]:
    """Month by name; where languages disagree, month by language.

    Under "" stands what nearly all of them mean.
    """
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for locale in locales():
        for name, month in names_of(locale):
            found[name][locale.language].add(month)
    table: dict[str, int | dict[str, int]] = {}
    for name, by_language in sorted(found.items()):
        # A language that has one name for two months (an abbreviation cut too short) has none.
        clear = {code: next(iter(of)) for code, of in by_language.items() if len(of) == 1}
        if clear:
            table[name] = clear if set(clear) == {TIGRINYA} else agreed(clear)
    return table


def agreed(by_language: dict[str, int]) -> int | dict[str, int]:
    """The month that all languages mean; or what nearly all do, and the others."""
    (most, times), *others = Counter(by_language.values()).most_common()
    if not others:
        return most
    if times < NEARLY_ALL * len(by_language):
        return by_language
    return {"": most} | {code: month for code, month in by_language.items() if month != most}


def halves() -> dict[str, dict[str, int]]:
    """Hours to add by language and name of a half of the day.

    Under "" stand names in scripts without capitals, when all languages agree: they are no words
    of other languages. Of these scripts the finer parts are here too: 晚上8:30 is in the evening.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    general: dict[str, set[int]] = defaultdict(set)
    for locale in locales():
        for name, hours in parts_of_day(locale):
            found[locale.language].setdefault(name, hours)
            general[name].add(hours)
        for key, hours in (("am", 0), ("pm", 12)):
            for names in (n for widths in locale.day_periods.values() for n in widths.values()):
                name = fold(names.get(key, ""))
                if name:
                    found[locale.language][name] = hours
                if name.upper() == name:
                    general[name].add(hours)
    found[""] = {name: min(hours) for name, hours in general.items() if name and len(hours) == 1}
    return found


def parts_of_day(locale: Locale) -> Iterator[tuple[str, int]]:
    """(folded name, hours to add) of the parts of a day in a script without capitals.

    Of noon and midnight, and of nights that have both, a clock of twelve hours says too little.
    """
    for key, rules in (locale.day_period_rules.get(None) or {}).items():
        (rule, *others) = rules
        start, end = rule.get("from"), rule.get("before")
        if others or start is None or end is None or start > end:
            continue
        hours = 0 if end <= NOON else 12 if start > NOON else None
        for names in (n for widths in locale.day_periods.values() for n in widths.values()):
            name = fold(names.get(key, ""))
            if hours is not None and name and name.upper() == name:
                yield name, hours


def order_of(locale: Locale) -> str:
    """`dmy`, `mdy` or `ymd`: the order of a locale's short dates."""
    pattern = locale.date_formats["short"].pattern
    return "".join(dict.fromkeys(re.findall("[dMy]", re.sub("'[^']*'", "", pattern)))).lower()


def orders() -> dict[str, str]:
    """Order by locale (`en-gb`), and by language where most of its countries share its own.

    Those of English do not: it stands for the United States there.
    """
    by_language: dict[str, Counter[str]] = defaultdict(Counter)
    found = {}
    for locale in locales():
        order = order_of(locale)
        if locale.territory:
            found[f"{locale.language}-{locale.territory}".lower()] = order
            by_language[locale.language][order] += 1
    for code, seen in by_language.items():
        own = order_of(Locale.parse(code))
        if seen.most_common(1)[0][0] == own:
            found[code] = own
    return dict(sorted(found.items()))


def main() -> None:
    """Write the file."""
    table = {"months": months(), "halves": halves(), "orders": orders()}
    FILE.write_text(
        json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
