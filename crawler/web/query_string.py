"""What a form or a link asks for: the query of an address as numbers, times and filters."""

from __future__ import annotations

from urllib.parse import parse_qsl

from crawler.store.queries.search_words import MOST_CHARACTERS
from crawler.types import ArticleFilter
from crawler.web.responses import Request, Unanswerable

LONGEST = MOST_CHARACTERS + 1
"""Characters of a value that are looked at: a search that is too long is refused, not cut."""


def query_values(request: Request) -> dict[str, str]:
    """The query of a form or a link: the last value of each name that is not empty."""
    return dict(query_pairs(request))


def time_value(values: dict[str, str], name: str) -> str | None:
    """A time by its name, or None; raises Unanswerable for a value that is no time."""
    from crawler.parsing.dates import requested_time

    if name not in values:
        return None
    found = requested_time(values[name], to_end=name == "until")
    if found is None:
        raise Unanswerable(f"{values[name]!r} is not a clear day; write 2022-01-05.", status=400)
    since = time_value(values, "since") if name == "until" else None
    if since is not None and since > found:
        raise Unanswerable("The first day is later than the last; swap them.", status=400)
    return found


def number_value(values: dict[str, str], name: str, least: int) -> int:
    """A number by its name, or the least; raises Unanswerable for any other value."""
    found = values.get(name, str(least))
    if not found.isascii() or not found.isdecimal() or len(found) > 15 or int(found) < least:
        raise Unanswerable(f"{found!r} is not a number from {least} upwards.", status=400)
    return int(found)


def query_pairs(request: Request, *, but: str = "") -> list[tuple[str, str]]:
    """The query of a form or a link, without what is empty and without one name."""
    pairs = parse_qsl(request.query_string, keep_blank_values=False, errors="replace")
    return [
        (name, value.strip()[:LONGEST]) for name, value in pairs if value.strip() and name != but
    ]


def article_filter(request: Request) -> ArticleFilter:
    """The filter of an address, with the names of the options of the command line.

    Raises Unanswerable for what is no day, no number and no yes or no; whether the store has what
    it names, `store.queries.filters` says.
    """
    values = query_values(request)
    if values.get("agency", "1") not in ("0", "1"):
        raise Unanswerable(
            "agency is 1 for agency copy only, 0 for the other articles.", status=400
        )
    return ArticleFilter(
        words=values.get("words"),
        since=time_value(values, "since"),
        until=time_value(values, "until"),
        outlet=_all_values(request, "outlet"),
        country=_all_values(request, "country"),
        language=_all_values(request, "language"),
        agency=values["agency"] == "1" if "agency" in values else None,
        story=number_value(values, "story", 1) if "story" in values else None,
        min_outlets=number_value(values, "min_outlets", 1),
        topic=values.get("topic"),
    )


def _all_values(request: Request, name: str) -> tuple[str, ...]:
    """Every value of a name, each once."""
    return tuple(dict.fromkeys(value for key, value in query_pairs(request) if key == name))


def form_of(request: Request) -> dict[str, object]:
    """What the form of the filter shows as it is: the last of each name, and all of some."""
    many = ("outlet", "country", "language")
    return {
        "values": query_values(request),
        "many": {name: _all_values(request, name) for name in many},
    }
