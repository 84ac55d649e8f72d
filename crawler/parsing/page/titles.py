"""The headline of a page, in every form that it has there, without the names of its site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from crawler.parsing.page.page_identity import ALIKE, UNLIKE, likeness
from crawler.parsing.page.statements import PageStatements, visible_text
from crawler.parsing.texts import DENSE, count_words, plain_line, plain_name
from crawler.parsing.urls import host

_SEPARATOR = re.compile(
    r"\s+[|\\\-–—·•:»><«‹›~/]+\s+|\s*[|｜_]\s*|[:：]\s+"
    rf"|(?<=[{DENSE}])[-–—:：]+(?=[{DENSE}])"
)
_IN_BRACKETS = re.compile(r"\s*[【\[（(〔]([^【\[（(〔】\])）〕]+)[】\])）〕]$")
_DASHES = frozenset("-–—")
LABEL_WORDS, DENSE_LABEL = 3, 6
"""Words, or characters of a script without spaces, that the name of a section has at most."""
HEADLINE_WORDS = 4
"""Words from which on what stands before a section's name is a headline, and no label itself."""
MOST_CHARACTERS = 100
"""Characters of a headline that programs cut off without a mark: search engines want 110."""
_CUT = re.compile(r"\s*(?:…|\.{3}|\[…\]|\[\.{3}\])$")
KICKER = 1 / 3
"""Share of a heading's characters up to which an element in it may be no part of the headline."""
MAX_PARTS = 20
"""Elements of a heading, marks in a title, that are looked at."""
_MARKS = " |-–—·•:»>/"
_ONLY_HEADING = "the only <h1>"


def read_titles(
    statements: PageStatements,
    *,
    url: str,
    listed: str | None,
    outlet: str,
    section: str | None,
) -> dict[str, str]:
    """The headline in every form and where it stands, the most trustworthy first.

    The forms without the site's name come before those with it. `listed` is what a source called
    it, `section` the part of the outlet that it is in.
    """
    names = {*statements.site_names, outlet.casefold(), host(url)} - {""}
    forms = _forms_of_headline(statements, listed, names)
    others = [title for _, title in forms]
    sections = {section.casefold()} if section else set()
    shown = {title for source, title in forms if source == _ONLY_HEADING}
    found: dict[str, str] = {}
    for source, title in forms:
        plain = title if title in shown and _begins_with_site(title, names) else None
        plain = plain or _without_site(title, names, sections, others)
        found.setdefault(_whole(plain, others, shown), source)
    for source, title in forms:
        found.setdefault(title, source)
    return found


def _forms_of_headline(
    statements: PageStatements, listed: str | None, names: Iterable[str]
) -> list[tuple[str, str]]:
    """(source, title) of what may be the headline; where there is nothing, of a lower heading.

    What is only a name of the site is not, but where the page has nothing else.
    """
    stated = [
        (source, title)
        for source, title in _stated_titles(statements, listed, names)
        if title and not _is_site(title, names)
    ]
    if stated:
        return stated
    lower = (text for text in _lower_headings(statements) if not _is_site(text, names))
    found = [("first heading", text) for text in islice(lower, 1)]
    return found or ([("<title>", statements.title)] if statements.title else [])


def _stated_titles(
    statements: PageStatements, listed: str | None, names: Iterable[str]
) -> Iterator[tuple[str, str | None]]:
    """(source, title) of everything that is meant as the headline, the most trustworthy first.

    `names` are the site's.
    """
    headings = _headings(statements, names)
    only = headings[0] if len(headings) == 1 else None
    headline, og_title = statements.text("headline"), plain_line(statements.first("og:title"))
    # A template's or another article's; it may still be what the page was called before.
    like = statements.identity.likeness(headline) if headline else None
    unseen = like is not None and like < UNLIKE
    of_site = _is_of_site(og_title, only, statements)
    yield "jsonld headline", None if unseen else headline
    yield "meta og:title", None if of_site else og_title
    yield _ONLY_HEADING, _without_kicker(only, (og_title, statements.title)) if only else None
    yield "<title>", statements.title
    yield "meta twitter:title", plain_line(statements.first("twitter:title"))
    yield from (("<h1>", text) for _, text in headings)
    yield "jsonld name", None if headline else statements.text("name")
    yield "broken jsonld headline", statements.picked_text("headline")
    yield "feed or sitemap", listed
    yield "jsonld headline", headline if unseen else None
    yield "meta og:title", og_title if of_site else None


def _headings(statements: PageStatements, names: Iterable[str]) -> list[tuple[etree._Element, str]]:
    """The main headings and their texts; the site's name may be the first of each page."""
    shown = ((element, visible_text(element)) for element in statements.headings)
    return [(element, text) for element, text in shown if text and not _is_site(text, names)]


def _is_of_site(
    og_title: str | None, only: tuple[etree._Element, str] | None, statements: PageStatements
) -> bool:
    """Whether a title for other sites is every page's: it is like nothing that this one shows.

    Its only heading is like what it is called elsewhere, and so is the headline.
    """
    if not og_title or only is None:
        return False
    elsewhere = [*filter(None, (statements.title,)), *statements.identity.slugs]
    return all(likeness(og_title, name) < UNLIKE for name in (only[1], *elsewhere)) and any(
        likeness(only[1], name) >= ALIKE for name in elsewhere
    )


def _without_kicker(heading: tuple[etree._Element, str], stated: Iterable[str | None]) -> str:
    """The text of a heading, without an element at its start or end that is none of the title.

    `Breaking` in a <span> is none where the page states the rest as its title elsewhere.
    """
    element, text = heading
    inner = map(visible_text, islice(element.iterdescendants(), MAX_PARTS))
    parts = {part.strip(_MARKS) for part in inner if part and len(part) <= KICKER * len(text)}
    for form in _forms(stated):
        rests = (text.removesuffix(form), text.removeprefix(form)) if form else ()
        if any(rest != text and rest.strip(_MARKS) in parts for rest in rests):
            return form
    return text


def _forms(stated: Iterable[str | None]) -> Iterator[str]:
    """Titles, and what stands before and behind each mark that may part a title from the site."""
    for title in filter(None, stated):
        yield title
        for match in islice(_SEPARATOR.finditer(title), MAX_PARTS):
            yield title[: match.start()].strip()
            yield title[match.end() :].strip()


def _lower_headings(statements: PageStatements) -> list[str]:
    """The texts of a page's headings below <h1>, for pages cut off at their top, or older."""
    elements = (element for tag in ("h2", "h3") for element in statements.elements(f".//{tag}"))
    return list(filter(None, map(visible_text, elements)))


def _without_site(
    title: str, names: Iterable[str], sections: Iterable[str], forms: Iterable[str]
) -> str:
    """A headline without ` | Local | The Example Gazette` behind it, or `Gazette: ` before it.

    Such a part goes when it is a name of the site, perhaps with the section, or when what is left
    is what the page shows as a headline elsewhere; before a colon only the site's name does:
    `Nairobi: The new bridge`.
    """
    others = {form for form in forms if form != title}
    title = _without_bracketed_site(title, names)
    for match in _SEPARATOR.finditer(title):
        before, after = title[: match.start()].strip(), title[match.end() :].strip()
        shown = others if match[0].strip() not in (":", "：") or match[0][0].isspace() else ()
        if before in shown or (before and _are_of_site(title, match, names, sections)):
            return before
        if after in shown:
            return after
        if after and _is_site(before, names):
            return _without_site_behind(_without_section_before(after), names)
    return title


def _without_bracketed_site(title: str, names: Iterable[str]) -> str:
    bracketed = _IN_BRACKETS.search(title)
    if bracketed is None or not _is_site(bracketed[1], names):
        return title
    return title[: bracketed.start()].strip() or title


def _are_of_site(
    title: str, match: re.Match[str], names: Iterable[str], sections: Iterable[str]
) -> bool:
    """Whether what stands behind a headline is the site's name, perhaps behind sections'.

    What they are called is not known of every site. A few words between a headline and the site's
    name are one; behind a dash, which headlines have too, one word.
    """
    head, rest = title[: match.start()], title[match.end() :]
    if _is_site(rest, names):
        return True
    marks = [match[0], *(one[0] for one in _SEPARATOR.finditer(rest))]
    parts = [part.strip() for part in _SEPARATOR.split(rest)]
    rests = [(m, part) for m, part in zip(marks, parts, strict=True) if not _is_site(part, names)]
    if len(rests) == len(parts):
        return False
    if len(set(marks)) > 1 and any(_DASHES.issuperset(mark.strip()) for mark in marks[:-1]):
        head = ""  # the dash may be the headline's own
    return all(part.casefold() in sections or _is_section(part, head, m) for m, part in rests)


def _is_section(part: str, headline: str, mark: str) -> bool:
    """Whether a part of a title may be the name of a section, beside the headline."""
    most = 1 if _DASHES.issuperset(mark.strip()) else LABEL_WORDS
    is_short = len(part.split()) <= most and not part[:1].islower()
    if re.fullmatch(f"[{DENSE}]+", part):
        is_short = len(part) <= DENSE_LABEL
    return is_short and count_words(headline) >= HEADLINE_WORDS and 2 * len(part) < len(headline)


def _without_section_before(title: str) -> str:
    match = _SEPARATOR.search(title)
    if match is None or match[0].strip() in (":", "：") or _DASHES.issuperset(match[0].strip()):
        return title
    before, after = title[: match.start()], title[match.end() :]
    return after if _is_section(before, after, match[0]) else title


def _without_site_behind(title: str, names: Iterable[str]) -> str:
    """A title without the site's name, which may stand at both ends."""
    for match in _SEPARATOR.finditer(title):
        if match.start() and _is_site(title[match.end() :], names):
            return title[: match.start()].strip()
    return title


def _begins_with_site(title: str, names: Iterable[str]) -> bool:
    """Whether a site's name before a colon begins a title: a headline about it, where shown so."""
    before, mark, _ = title.partition(":")
    return bool(mark) and _is_site(before, names)


def _is_site(part: str, names: Iterable[str]) -> bool:
    folded = plain_name(part)
    return bool(folded) and any(
        folded in (plain_name(name), plain_name(name.partition(".")[0])) for name in names
    )


def _whole(title: str, forms: Iterable[str], shown: Iterable[str]) -> str:
    """A headline that was cut for other sites, as it stands elsewhere.

    A long one may have been cut without a mark: then it is whole where it is shown.
    """
    start, full = _CUT.sub("", title).casefold(), title.casefold()
    if start == full and len(title) >= MOST_CHARACTERS:
        return next((form for form in shown if form.casefold().startswith(full)), title)
    if start in ("", full):
        return title
    longer = (f for f in forms if f.casefold().startswith(start) and not _CUT.search(f))
    return next((f for f in longer if not f.casefold().startswith(full)), title)
