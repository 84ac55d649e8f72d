"""robots.txt by RFC 9309, with the leniency of Google's open-source parser.

docs/explanation/robots.md has the rules and every departure from Google's parser. Libraries were
tried: protego groups and splits lines by other rules, so most of a parser would have to stand in
front of it; the ports of Google's parser are GPL, or read the whole file again for each address.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from crawler.parsing.byte_order import wide_encoding
from crawler.parsing.paths import without_dots
from crawler.parsing.texts import storable

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least this much is to be read; more is not."""
MAX_LINE = 8 * 2083 - 1
"""Characters of a line that are read, as in Google's parser."""

# Google's parser skips the mark of UTF-8 even where its end is missing.
_UTF8_MARK = re.compile(rb"\A(?:\xef(?:\xbb\xbf?)?)*")
# To that parser, a program in C, a NUL ends the line. Those before a line are taken out.
_PAST_NUL = re.compile(r"(?<=[^\r\n\0])\0[^\r\n]*")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")

# Unicode knows more line ends and spaces; in robots.txt they are characters like others.
_LINE = re.compile(r"[^\r\n]+")
_SPACE = " \t\v\f\ufeff"
"""Around a line and its parts. Files that were joined have a byte order mark in their middle."""
_TWO_WORDS = re.compile(r"([^ \t]+)[ \t]+([^ \t]+)")
_FIELD = re.compile(
    r"(?P<agent>user[- ]?agent)"
    r"|(?P<allow>allow)"
    r"|(?P<disallow>disallow|dissallow|dissalow|disalow|diasllow|disallaw)"
    r"|(?P<sitemap>site-?map)"
    r"|(?P<delay>crawl[- ]?delay)",
    re.IGNORECASE | re.ASCII,
)
_TOKEN = re.compile(r"[A-Za-z_-]*")
_EVERYONE = re.compile(r"\*(?:[ \t\v\f]|$)")

_PATH = re.compile(r"(?:[^/?;#]*://|//)?[^/?;#]*([^#]*)")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})|[^!-~]+|[\"<>\\^`{|}]")
# Unreserved characters (RFC 3986, 2.3), and the two that are escaped to be taken literally
# (RFC 9309, 2.2.3).
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*$")


class _Rule(NamedTuple):
    """A pattern with wildcards. Of two that match, the greater decides."""

    octets: int
    allow: bool
    parts: tuple[str, ...]
    """what stands between the asterisks"""
    anchored: bool
    """whether it must reach the end of the path"""

    def matches(self, path: str) -> bool:
        """Whether a path matches; each part is looked for once, so no pattern takes long."""
        first, *rest = self.parts
        if not path.startswith(first):
            return False
        at = len(first)
        if not rest:
            return not self.anchored or at == len(path)
        last = rest.pop() if self.anchored else ""
        for part in rest:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return path.endswith(last) and len(path) - len(last) >= at


@dataclass(slots=True)
class _Group:
    """What a file says to us, or to everyone."""

    named: bool = False
    patterns: list[tuple[str, bool]] = field(default_factory=list)
    delay: float = 0.0


class _Groups:
    """The groups of a file that are for us or for everyone, while its lines are read.

    Only Allow and Disallow end the User-agent lines of a group (RFC 9309, 2.1 and 2.2.4). A
    Crawl-delay holds for the agents named right above it.
    """

    def __init__(self, agent: str) -> None:
        self._ours, self._everyone = _Group(), _Group()
        self._by_token = {"*": self._everyone, _token(agent): self._ours}
        self._ruled: list[_Group] = []
        """those that the next Allow or Disallow is for"""
        self._paced: list[_Group] = []
        """those that the next Crawl-delay is for"""
        self._ruled_end = self._paced_end = False
        """whether the next User-agent begins another group"""

    def name_agent(self, value: str) -> None:
        """Read a User-agent line."""
        self._ruled = [] if self._ruled_end else self._ruled
        self._paced = [] if self._paced_end else self._paced
        self._ruled_end = self._paced_end = False
        group = self._by_token.get("*" if _EVERYONE.match(value) else _token(value))
        if group is not None:
            group.named = True
            self._ruled.append(group)
            self._paced.append(group)

    def set_delay(self, seconds: float) -> None:
        """Read a Crawl-delay line; of several, the longest holds."""
        self._paced_end = True
        for group in self._paced:
            group.delay = max(group.delay, seconds)

    def add_rule(self, value: str, *, allow: bool) -> None:
        """Read an Allow or Disallow line."""
        self._ruled_end = self._paced_end = True
        for group in self._ruled:
            group.patterns += _patterns(value, allow=allow)

    def chosen(self) -> _Group:
        """The group to obey: ours where the file names us, even without a rule."""
        return self._ours if self._ours.named else self._everyone


class RobotsRules:
    """What a robots.txt says to one crawler.

    `delay` is its Crawl-delay in seconds, 0 when there is none; `sitemaps` are addresses as the
    file writes them.
    """

    def __init__(
        self, patterns: Iterable[tuple[str, bool]], *, delay: float, sitemaps: tuple[str, ...]
    ) -> None:
        self.delay = delay
        self.sitemaps = sitemaps
        self._prefixes: dict[str, bool] = {}
        wild: set[_Rule] = set()
        for pattern, allow in patterns:
            rule = _compile(pattern, allow)
            if rule.anchored or len(rule.parts) > 1:
                wild.add(rule)
            elif rule.octets:
                prefix = rule.parts[0]
                self._prefixes[prefix] = allow or self._prefixes.get(prefix, False)
        self._lengths = sorted(set(map(len, self._prefixes)), reverse=True)
        self._wild = sorted(wild, reverse=True)

    def allows(self, url: str) -> bool:
        """Whether an address may be fetched: the longest match decides, a tie allows."""
        path = path_of(url)
        if path == "/robots.txt":
            return True
        best = (0, True)
        # Looked up by length: a file may hold 30,000 rules.
        for length in self._lengths:
            if (prefix := path[:length]) in self._prefixes:
                best = (len(prefix), self._prefixes[prefix])
                break
        for rule in self._wild:
            if rule[:2] <= best:
                break
            if rule.matches(path):
                return rule.allow
        return best[1]


def decode_robots(body: bytes) -> str:
    """The text of a robots.txt, without byte order mark and control characters.

    Bytes that are not UTF-8 become their escapes (%E9), which is how addresses write them. Past
    MAX_BYTES nothing is read, nor the line that the limit cuts: half a path forbids too much.
    """
    text = storable(_PAST_NUL.sub("", _decode(body[:MAX_BYTES]).lstrip("\ufeff")))
    if len(body) > MAX_BYTES:
        return text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    return text


def parse_robots(text: str, agent: str) -> RobotsRules:
    """What a robots.txt says to `agent`, a product token such as Newsloom."""
    groups = _Groups(agent)
    sitemaps = []
    for name, value in _records(text):
        if name == "agent":
            groups.name_agent(value)
        elif name == "delay":
            groups.set_delay(_seconds(value))
        elif name == "sitemap":
            sitemaps.append(value)
        else:
            groups.add_rule(value, allow=name == "allow")
    chosen = groups.chosen()
    return RobotsRules(chosen.patterns, delay=chosen.delay, sitemaps=tuple(sitemaps))


def path_of(url: str) -> str:
    """Path and query of an address, escaped as patterns are; /a/../b is /b (RFC 3986, 6.2.2.3)."""
    found = _PATH.match(url)
    given = found[1] if found else ""
    path, mark, query = _escape(given if given.startswith("/") else f"/{given}").partition("?")
    return without_dots(path) + mark + query


def _decode(body: bytes) -> str:
    found = wide_encoding(body)
    if found is not None:
        name, mark = found
        return body[mark:].decode(name, errors="replace")
    text = _UTF8_MARK.sub(b"", body, count=1).decode("utf-8", errors="surrogateescape")
    return _NOT_UTF8.sub(lambda found: f"%{ord(found[0]) - 0xDC00:02X}", text)


def _records(text: str) -> Iterator[tuple[str, str]]:
    """The fields that are known, by their name in `_FIELD`, and their values."""
    for found in _LINE.finditer(text):
        line = found[0][:MAX_LINE].partition("#")[0].strip(_SPACE)
        key, colon, value = line.partition(":")
        if not colon:
            # Without a colon it takes two words, no more: "disallow /".
            words = _TWO_WORDS.fullmatch(line)
            if words is None:
                continue
            key, value = words.groups()
        known = _FIELD.match(key)
        if known is not None:
            yield known.lastgroup or "", value.strip(_SPACE)


def _token(value: str) -> str:
    """The product token at the beginning: newsloom of "Newsloom/0.1 (+https://...)"."""
    found = _TOKEN.match(value)
    return found[0].lower() if found else ""


def _seconds(value: str) -> float:
    """A Crawl-delay; 0 when it is no number of seconds."""
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _patterns(value: str, *, allow: bool) -> Iterator[tuple[str, bool]]:
    yield value, allow
    folder, slash, page = value.rpartition("/")
    if allow and slash and page.startswith("index.htm"):
        yield f"{folder}/$", True


def _compile(pattern: str, allow: bool) -> _Rule:
    anchored = pattern.endswith("$")
    # Cut before it is unescaped: %2A and %24 are no wildcards.
    parts = [_escape(part) for part in pattern.removesuffix("$").split("*")]
    octets = sum(map(len, parts)) + len(parts) - 1 + anchored
    # Asterisks in a row are one.
    parts[1:-1] = filter(None, parts[1:-1])
    return _Rule(octets, allow, tuple(parts), anchored)


def _escape(path: str) -> str:
    """One form for all spellings of a path: RFC 9309, 2.2.2."""
    return _ESCAPED.sub(_escape_one, path)


def _escape_one(found: re.Match[str]) -> str:
    if found[1] is None:
        return quote(found[0], safe="", errors="replace")
    character = chr(int(found[1], 16))
    return character if character in _PLAIN else f"%{found[1].upper()}"
