"""The names and sites of news agencies.

Agencies and their forms are in `agencies.toml`; outlets that describe themselves as agencies are
added to them.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from crawler.parsing.urls import host
from crawler.types import Agency

_INITIALS = re.compile(r"\W*\w{2,4}")
LONG_NAME = 5
"""Letters of a name that is known in capitals and in small letters too: REUTERS, xinhua."""
# AA, PA, TT: two or three capitals have other meanings. These are known for nothing else in print.
_CAPITALS = range(2, 4)
_KNOWN_CAPITALS = frozenset(
    {"AP", "AFP", "EFE", "DPA", "PTI", "AAP", "KNA", "UPI", "NTB", "ČTK", "CTK", "APA", "PAP",
     "MTI", "ANP", "STT"}
)  # fmt: skip
BETWEEN_NAMES = re.compile(r"\s*(?:[/,;&+|]|(?:\s(?:and|und|et|y|e|en|og|och|и|та)\s))\s*")


@dataclass(frozen=True, kw_only=True)
class KnownAgencies:
    """Agencies by the forms of their names and by their domains."""

    forms: dict[str, str]
    domains: dict[str, str]

    def of_name(self, text: str) -> list[str]:
        """Agencies that a text is the name of, or the names: `dpa/AFP`, `aja/PAP`.

        `Ann Lee / AFP` is a photographer.
        """
        whole = self._form(text)
        if whole:
            return [whole]
        parts = [part for part in BETWEEN_NAMES.split(text) if part.strip()]
        names = [self._form(part) for part in parts]
        if not names or not (names[0] or _INITIALS.fullmatch(parts[0])):
            return []
        return list(dict.fromkeys(filter(None, names)))

    def of_address(self, url: str) -> str | None:
        """The agency whose site an address is on."""
        try:
            name = host(url)
        except ValueError:
            return None  # http://[
        while name:
            if name in self.domains:
                return self.domains[name]
            name = name.partition(".")[2]
        return None

    def of_outlet(self, outlet: str, url: str) -> str | None:
        """The agency that an outlet is, by its name or domain; `spa` only on the agency's site."""
        site = self.of_address(url)
        words = outlet.replace("-", " ")
        named = self.domains.get(outlet.removeprefix("www.")) or self._form(words)
        named = named or self._form(words.upper())
        return named if named == site or not is_ambiguous(words.upper()) else None

    def _form(self, text: str) -> str | None:
        bare = " ".join(text.split()).strip(" .,:;*()[]-–—_|")
        bare = re.sub(r"^(?:The|Die|Der)\s", "", bare) if bare not in self.forms else bare
        if bare.islower() and bare.upper() in _KNOWN_CAPITALS:
            bare = bare.upper()
        return self.forms.get(bare) or self.folded.get(bare.casefold())

    @functools.cached_property
    def folded(self) -> dict[str, str]:
        """The long forms and the domains, whatever their capitals."""
        long = {
            form.casefold(): name for form, name in self.forms.items() if len(form) >= LONG_NAME
        }
        return self.domains | long


def is_ambiguous(text: str) -> bool:
    """Whether a text is two or three capitals that mean other things too."""
    bare = text.strip(" .,;:*()[]（）-–—_|/")
    return bare.isupper() and len(bare) in _CAPITALS and bare not in _KNOWN_CAPITALS


def listed_names() -> list[str]:
    """Every form of the name of a listed agency."""
    return list(_listed().forms)


def is_agency(name: str) -> bool:
    """Whether a name is that of a listed agency."""
    return bool(_listed().of_name(name))


@functools.lru_cache(maxsize=8)
def known_agencies(more: tuple[Agency, ...]) -> KnownAgencies:
    """The listed agencies, and `more`; one that is both goes by the name that `more` gives it."""
    listed = _listed()
    forms, domains = dict(listed.forms), dict(listed.domains)
    for agency in more:
        names = (agency.name, *agency.forms)
        # An outlet may be one of the listed, by another name: the outlet's is the store's.
        same = {listed.forms.get(name) for name in names}
        same |= {listed.domains.get(domain) for domain in agency.domains}
        forms |= {form: agency.name for form, name in listed.forms.items() if name in same}
        domains |= {domain: agency.name for domain, name in listed.domains.items() if name in same}
        forms |= dict.fromkeys(names, agency.name)
        domains |= dict.fromkeys(agency.domains, agency.name)
    return KnownAgencies(forms=forms, domains=domains)


@functools.cache
def _listed() -> KnownAgencies:
    data = resources.files("crawler.parsing.page").joinpath("agencies.toml").read_text("utf-8")
    forms: dict[str, str] = {}
    domains: dict[str, str] = {}
    for agency in tomllib.loads(data)["agency"]:
        name = agency["name"]
        forms |= dict.fromkeys((name, *agency["forms"]), name)
        domains |= dict.fromkeys(agency["domains"], name)
    return KnownAgencies(forms=forms, domains=domains)
