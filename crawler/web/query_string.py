"""What a form or a link asks for: the query of an address as numbers, times and filters."""

from __future__ import annotations

from urllib.parse import parse_qsl

from crawler.store import Store
from crawler.store.queries.exports import RowFilter
from crawler.store.queries.stories import StoryFilter
from crawler.web.responses import Request, Unanswerable


def query_values(request: Request) -> dict[str, str]:
    """The query of a form or a link: the last value of each name that is not empty."""
    pairs = parse_qsl(request.query_string, keep_blank_values=False, errors="replace")
    return {key: value.strip()[:200] for key, value in pairs if value.strip()}


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


def row_filter(store: Store, what: str, values: dict[str, str]) -> RowFilter:
    """The filter of an export: a story, an outlet, a period.

    A merged story stands for the one that it is part of. Raises Unanswerable for a story or an
    outlet that is not in the file, and for a filter that does not apply to the export.
    """
    found = RowFilter(
        since=time_value(values, "since"),
        until=time_value(values, "until"),
        story=number_value(values, "story", 1) if "story" in values else None,
        outlet=values.get("outlet"),
    )
    if found.outlet is not None and found.outlet not in store.queries.outlets.names():
        raise Unanswerable(f"There is no outlet {found.outlet} in this file.")
    if found.story is not None:
        living = store.stories.resolve(found.story)
        if living is None:
            raise Unanswerable(f"There is no story {found.story}.")
        found = found._replace(story=living)
    try:
        store.queries.exports.check(what, found)
    except ValueError as error:
        raise Unanswerable(f"{error}.", status=400) from error
    return found


def story_filter(values: dict[str, str]) -> StoryFilter:
    """The filter of the list of stories; raises Unanswerable for a value that is no day."""
    return StoryFilter(
        min_outlets=number_value(values, "min_outlets", 1),
        since=time_value(values, "since"),
        until=time_value(values, "until"),
        outlet=values.get("outlet"),
        language=values.get("language"),
        agency=values.get("agency") == "1",
        words=values.get("words"),
    )
