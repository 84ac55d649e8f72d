"""The day of publication where no statement gives it: in the address, the text and the markup."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date

from htmldate import find_date
from lxml import etree

from crawler.parsing.dates import DateStyle, moment, possible_days
from crawler.parsing.page.near_headline import Headline, is_change
from crawler.types import Moment

NEAR_HEADLINE = "read from the text near the headline"
"""Why a day is doubted that no statement gives."""
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\D|$)")

_NAMED_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/(\d{1,2})(?=/)", re.IGNORECASE)


def search_day(
    headline: Headline, style: DateStyle, *, url: str, now: str, refused: Container[str]
) -> tuple[Moment | None, str | None]:
    """(a time that no statement gives, why it is doubtful).

    The address's day; else the one near the headline, which is doubtful where no element that is
    marked as a date has it too; else such an element's; else what htmldate finds, if it is not one
    of the days that are refused or that the page gives for something else.
    """
    in_address = moment(address_day(url), source="url", now=now)
    if in_address is not None:
        return in_address, None
    near = _day_near(headline, style, now)
    marked = _marked_day(headline, style, now)
    if near is not None:
        return near, None if marked and marked.at[:10] == near.at[:10] else NEAR_HEADLINE
    if marked is not None:
        return marked, None
    found = _htmldate_day(headline.root, url=url, now=now)
    if found is None or found.at[:10] in refused or _is_others(found, headline, style, now):
        return None, None
    return found, None


def _marked_day(headline: Headline, style: DateStyle, now: str) -> Moment | None:
    """The day of the article's element that is marked as a date, of several the nearest's."""
    found = []
    for element, texts in headline.marked:
        read = (moment(text, source="text", now=now, style=style) for text in texts)
        day = next(filter(None, read), None)
        depth = headline.depth_with(element) if day is not None else None
        if day is not None and depth is not None and not is_change(element):
            found.append((depth, day))
    return max(found, key=lambda one: one[0])[1] if found else None


def _htmldate_day(tree: etree._Element, *, url: str, now: str) -> Moment | None:
    """A day found in the page's markup by htmldate."""
    try:
        # Its extensive search, through all the text, is a guess: of five more days that it gave on
        # real pages (78 of postlight/parser) one was right, at three times the cost.
        found = find_date(
            tree, original_date=True, extensive_search=False, url=url, max_date=now[:10]
        )
    except (ValueError, AttributeError, TypeError):
        # htmldate trips over some trees; a missing date is then the honest answer.
        return None
    return moment(found, source="text", now=now)


def _is_others(found: Moment, headline: Headline, style: DateStyle, now: str) -> bool:
    """Whether elements marked as dates show a day to be another article's, or a change's."""
    day = date.fromisoformat(found.at[:10])
    elements = [
        element
        for element, texts in headline.marked
        if any(day in possible_days(text, now=now, style=style) for text in texts)
    ]
    return bool(elements) and all(
        is_change(element) or headline.depth_with(element) is None for element in elements
    )


def address_day(url: str) -> str | None:
    """The day that an address has, `2022-01-05` or `2022-jan-05`."""
    day = _IN_ADDRESS.search(url) or _NAMED_IN_ADDRESS.search(url)
    return "-".join(day.groups()) if day else None


def _day_near(headline: Headline, style: DateStyle, now: str) -> Moment | None:
    """The first full date in a short line near the headline."""
    for line in headline.lines():
        found = moment(line, source="text", now=now, style=style)
        if found is not None:
            return found
    return None
