"""Forms of one page's address: with and without `www.`, a slash, `/amp`, a campaign's parameters.

That two addresses are forms of one does not make them one page; that their texts are equal does.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

HOSTS = ("", "www.", "m.", "mobile.", "amp.")
"""Names before a host that stand for the same site."""
_HOST = re.compile(r"^(?:www|m|mobile|amp)\.(?=[^.]+\.)")
_ENDS = re.compile(r"(?:/amp|\.amp|/index\.(?:html?|php|aspx?)|\.html?|/)$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
MAX_ENDS = 4
"""Endings that are taken off one address: `/a.html/amp/`."""


class AddressForm(NamedTuple):
    """What all forms of an address have in common."""

    host: str
    """with its port, where it has one"""
    path: str
    """without a slash at its end; empty for the front page"""


@functools.lru_cache(maxsize=1_000)
def address_form(url: str) -> AddressForm:
    """What an address, canonical, has in common with its other forms."""
    parts = urlsplit(url)
    path = parts.path
    if path.lower().startswith("/amp/"):
        path = path[4:]
    for _ in range(MAX_ENDS):
        shorter = _ENDS.sub("", path)
        if shorter == path:
            break
        path = shorter
    return AddressForm(_HOST.sub("", parts.netloc), path)


def spellings(form: AddressForm) -> Iterator[str]:
    """What addresses of this form begin with; behind it `/`, `.` or `?` may follow, or nothing."""
    for scheme in ("https", "http"):
        for name in HOSTS:
            yield f"{scheme}://{name}{form.host}{form.path}"
        yield f"{scheme}://{form.host}/amp{form.path}"
        yield f"{scheme}://www.{form.host}/amp{form.path}"


def is_form_of(one: str, other: str) -> bool:
    """Whether two addresses are forms of one page's, going by what they say.

    Where both have parameters, these say what page it is: `?id=1` is not `?id=2`.
    """
    queries = {urlsplit(one).query, urlsplit(other).query}
    return _have_one_form(one, other) and (len(queries) == 1 or "" in queries)


def may_be_form_of(one: str, other: str) -> bool:
    """Whether two addresses may be forms of one page's, if their texts are one: `?from=mail`.

    They are not where a parameter of both has different numbers.
    """
    if not _have_one_form(one, other):
        return False
    mine, theirs = (dict(parse_qsl(urlsplit(url).query)) for url in (one, other))
    differing = [
        mine[key] + theirs[key] for key in mine.keys() & theirs if mine[key] != theirs[key]
    ]
    return not any(map(_DIGIT.search, differing))


def _have_one_form(one: str, other: str) -> bool:
    form = address_form(one)
    return bool(form.path) and form == address_form(other)


def lies_below(url: str, section: str) -> bool:
    """Whether an address lies below another, as an article's below its section's."""
    one, other = urlsplit(url), urlsplit(section)
    above = other.path.rstrip("/")
    return (
        one.netloc == other.netloc and one.path.startswith(f"{above}/") and one.path != f"{above}/"
    )
