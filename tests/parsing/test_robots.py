"""robots.txt as RFC 9309 has it, and as Google documents what its parser takes besides."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.robots import (
    MAX_BYTES,
    MAX_LINE,
    RobotsRules,
    decode_robots,
    parse_robots,
    path_of,
)
from crawler.parsing.texts import storable

OURS = "User-agent: newsloom\n"
ALL = "User-agent: *\n"
NOTHING = "Disallow: /\n"


def rules(text: str | bytes) -> RobotsRules:
    body = text.encode() if isinstance(text, str) else text
    return parse_robots(decode_robots(body), "Newsloom")


def allows(text: str | bytes, path: str = "/a") -> bool:
    return rules(text).allows(f"https://example.org{path}")


@pytest.mark.parametrize(
    ("named", "ours"),
    [("newsloom", True), ("NEWSLOOM", True), ("Newsloom/0.1", True), ("Newsloom Bot", True),
     ("newsloom*", True), ("newsloom; all of it", True), ("newsloom/1 (+https://x.org)", True),
     ("n", False), ("news", False), ("newsloomer", False), ("newsloom-bot", False),
     ("newsloom_2", False), ("*newsloom", False), ("my newsloom", False), ("ニュース", False),
     ("", False), ("/", False)],
)  # fmt: skip
def test_a_group_is_ours_by_its_product_token(named: str, ours: bool) -> None:
    """RFC 9309, 2.2.1: letters, hyphens and underscores from the beginning, case ignored."""
    assert allows(f"User-agent: {named}\n{NOTHING}") is not ours


@pytest.mark.parametrize(
    ("named", "everyone"),
    [("*", True), ("* ", True), ("* all of you", True), ("*\tx", True), ("*  # all", True),
     ("**", False), ("*bot", False), ("*/1.0", False)],
)  # fmt: skip
def test_an_asterisk_with_text_behind_it_is_everyone(named: str, everyone: bool) -> None:
    assert allows(f"User-agent: {named}\n{NOTHING}") is not everyone


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        # Our own group alone holds, wherever it stands, and even if it says nothing.
        (ALL + NOTHING + OURS + "Allow: /\n", True),
        (OURS + "Allow: /\n" + ALL + NOTHING, True),
        (ALL + NOTHING + OURS + "Disallow:\n", True),
        (ALL + NOTHING + OURS, True),
        (ALL + "Allow: /\n" + OURS + NOTHING, False),
        # Groups of one agent are one group.
        (OURS + "Disallow: /b\n" + ALL + "Allow: /\n" + OURS + "Disallow: /a\n", False),
        (ALL + "Disallow: /b\n\n" + "User-agent: x\nAllow: /\n" + ALL + "Disallow: /a\n", False),
        # Several agents share the rules below them.
        ("User-agent: x\n" + OURS + "User-agent: y\n" + NOTHING, False),
        ("User-agent: x\n" + NOTHING + OURS, True),
        (ALL + OURS + NOTHING, False),
        # Empty lines, comments, unknown fields and sitemaps end no group.
        (OURS + "\n\n# so\n" + NOTHING, False),
        (OURS + "Noindex: /x\nSitemap: https://example.org/s.xml\n" + NOTHING, False),
        (OURS + "Sitemap: https://example.org/s.xml\nUser-agent: x\n" + NOTHING, False),
        (OURS + "Crawl-delay: 5\n\nUser-agent: x\n" + NOTHING, False),
        # An Allow or Disallow does, also an empty one.
        (OURS + "Disallow:\nUser-agent: x\n" + NOTHING, True),
        # Rules before the first group are nobody's.
        (NOTHING + OURS + "Allow: /b\n", True),
        ("foo: newsloom\nbar: /\n", True),
    ],
)
def test_groups(text: str, allowed: bool) -> None:
    assert allows(text) is allowed


@pytest.mark.parametrize(
    "line",
    ["Disallow: /", "disallow:/", "DISALLOW :\t/", "  DisAllow : / ", "Disallow: / # all",
     "Disallow /", "disallow\t /", "Dissallow: /", "Dissalow: /", "Disalow: /", "Diasllow: /",
     "Disallaw: /", "Disallowed: /", "Disallow: *", "Disallow: /*", "\0Disallow: /",
     "Disallow: /\0a"],
)  # fmt: skip
@pytest.mark.parametrize(
    "agent", ["User-agent: *", "USER-AGENT:*", "user agent: *", "Useragent : *", "user-agent *"]
)
def test_lines_that_mean_disallow(agent: str, line: str) -> None:
    assert not allows(f"{agent}\n{line}")


@pytest.mark.parametrize(
    "line",
    ["# Disallow: /", "Disallow: # /", "Disallow:", "Disallow", "/", ": /", "Disallow / a",
     "Disallows", "Dissallaw: /", "Dis allow: /", "No: Disallow: /", "Disallow = /",
     "Disallow: a", "Disallow: //", "Disallow: /A"],
)  # fmt: skip
def test_lines_that_forbid_nothing(line: str) -> None:
    assert allows(f"{ALL}{line}\n")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", "\r\r\n", "\n\r"])
def test_every_kind_of_line_end(end: str) -> None:
    text = end.join(("User-agent: *", "Disallow: /a", "Allow: /b"))
    assert not allows(text)
    assert allows(text, "/b")


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_what_unicode_calls_a_line_end_ends_no_line(mark: str) -> None:
    assert allows(f"{ALL}Disallow: /x{mark}Disallow: /a\n")


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("/fish", ["/fish", "/fish.html", "/fish/salmon", "/fishheads?x=1"],
         ["/Fish", "/catfish", "/?id=fish", "/fis"]),
        ("/fish*", ["/fish", "/fish.html"], ["/catfish"]),
        ("/fish/", ["/fish/", "/fish/?id=1", "/fish/salmon"], ["/fish", "/fish.html"]),
        ("/*.php", ["/a.php", "/a/b.php?c", "//a.php.html", "/x?a.php/"], ["/", "/a.PHP", "/php"]),
        ("/*.php$", ["/a.php", "/a/b.php"], ["/a.php?b", "/a.php/", "/a.php5"]),
        ("/fish*.php", ["/fish.php", "/fishheads/cat.php?x"], ["/Fish.php", "/fish"]),
        ("/$", ["/", "", "#top"], ["/a", "/?a"]),
        ("/a$", ["/a", "/a#b"], ["/ab", "/a/", "/a$", "/a?"]),
        ("/a$b", ["/a$b", "/a$bc", "/a%24b"], ["/a", "/ab"]),
        ("/a$$", ["/a$"], ["/a", "/a$$"]),
        ("*", ["/", "/a"], []),
        ("*/b", ["/a/b", "/b"], ["/a"]),
        ("/a**b", ["/ab", "/axxb"], ["/a", "/b"]),
        ("/a*$", ["/a", "/axy"], ["/b"]),
        ("/a*b*a$", ["/aba", "/axbxa", "/abba"], ["/ab", "/aa"]),
        ("/ab*b$", ["/abb"], ["/ab"]),
        ("/?q=", ["/?q=1"], ["/", "/a?q=1"]),
        ("/a;v=1", ["/a;v=1"], ["/a"]),
        ("/a?b=http://c.d/", ["/a?b=http://c.d/e"], ["/a?b=http:/c.d/"]),
    ],
)  # fmt: skip
def test_patterns(pattern: str, matching: list[str], others: list[str]) -> None:
    text = f"{ALL}Disallow: {pattern}\n"
    assert [path for path in matching if allows(text, path)] == []
    assert [path for path in others if not allows(text, path)] == []


@pytest.mark.parametrize(
    ("lines", "allowed"),
    [
        (["Allow: /p", "Disallow: /"], True),
        (["Disallow: /", "Allow: /p"], True),
        (["Allow: /", "Disallow: /p"], False),
        (["Allow: /page", "Disallow: /page"], True),
        (["Allow: /page", "Disallow: /*.html"], False),
        (["Allow: /page.", "Disallow: /*.html"], False),
        (["Allow: /page.h", "Disallow: /*.html"], True),
        (["Allow: /page", "Disallow: /page*"], False),
        (["Allow: /page*", "Disallow: /page"], True),
        (["Allow: /page*l", "Disallow: /page.h"], True),
        (["Allow: /*.html$", "Disallow: /page.h"], True),
        (["Disallow:", "Allow:"], True),
        (["Disallow: /", "Allow:"], False),
        (["Allow: /page.html", "Disallow: /page", "Disallow: /page.htm"], True),
    ],
)
def test_the_longest_match_decides_and_a_tie_allows(lines: list[str], allowed: bool) -> None:
    text = ALL + "\n".join(lines)
    assert allows(text, "/page.html") is allowed


def test_what_allows_an_index_page_allows_its_folder() -> None:
    text = f"{ALL}{NOTHING}Allow: /a/index.html\nAllow: /b/index.htm\n"
    for path in ("/a/", "/a/index.html", "/b/", "/b/index.html", "/b/index.htm"):
        assert allows(text, path)
    for path in ("/a/index.htm", "/a/x", "/a", "/"):
        assert not allows(text, path)
    # To forbid it forbids no folder.
    assert allows(f"{ALL}Disallow: /a/index.html\n", "/a/")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("/ツ", "/%E3%83%84"), ("/%e3%83%84", "/%E3%83%84"), ("/ツ", "/ツ"),
     ("/%62%61%7A", "/baz"), ("/baz", "/%62%61%7A"), ("/~me", "/%7Eme"), ("/a b", "/a%20b"),
     ("/{x}", "/%7Bx%7D"), ("/a%2Ab", "/a*b"), ("/%aa", "/%AA"), ("/100%", "/100%")],
)  # fmt: skip
def test_spellings_of_one_path(pattern: str, path: str) -> None:
    """RFC 9309, 2.2.2."""
    assert not allows(f"{ALL}Disallow: {pattern}\n", path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("/a%2Fb", "/a/b"), ("/a/b", "/a%2Fb"), ("/a%3Fb", "/a?b"), ("/a%2Ab", "/axb"),
     ("/a%24", "/a"), ("/é", "/e")],
)  # fmt: skip
def test_reserved_characters_and_their_escapes_differ(pattern: str, path: str) -> None:
    assert allows(f"{ALL}Disallow: {pattern}\n", path)


@pytest.mark.parametrize(
    ("url", "path"),
    [("", "/"), ("http://example.org", "/"), ("http://example.org?a", "/?a"),
     ("http://example.org/a?b=http://c/#d", "/a?b=http://c/"), ("http://example.org#/a", "/"),
     ("example.org/a", "/a"), ("//example.org/a/b", "/a/b"), ("/a", "/a"), ("a", "/"),
     ("http://example.org;p", "/;p"), ("http://example.org/á", "/%C3%A1")],
)  # fmt: skip
def test_the_path_of_an_address(url: str, path: str) -> None:
    assert path_of(url) == path


TEXT = "User-agent: *\r\nDisallow: /новости\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_encoding_of_unicode_is_read(encoding: str, mark: str) -> None:
    body = (mark + TEXT).encode(encoding)
    assert "\ufeff" not in decode_robots(body)
    path = "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"
    assert not allows(body, path)
    assert allows(body, "/a")


def test_a_broken_mark_is_skipped_as_far_as_it_goes() -> None:
    forbids = (ALL + NOTHING).encode()
    assert not allows(b"\xef\xbb" + forbids)
    assert not allows(b"\xef" + forbids)
    # These are no mark: the first line is lost.
    assert allows(b"\xef\x11\xbf" + forbids)
    # A text that an earlier version stored.
    assert not parse_robots("\ufeff" + ALL + NOTHING, "Newsloom").allows("https://e.org/")


@pytest.mark.parametrize("before", ["# ours\n", "\n", OURS.replace("newsloom", "x") + "Allow: /\n"])
def test_a_mark_in_the_middle_of_a_file_costs_no_line(before: str) -> None:
    for text in (f"{before}\ufeff{ALL}{NOTHING}", f"{before}{ALL}\ufeff{NOTHING}"):
        assert not allows(text)
        assert not parse_robots(text, "Newsloom").allows("https://e.org/")  # as it is stored


@pytest.mark.parametrize(
    "path",
    ["/a/../secret", "/./secret", "/a/b/../../secret", "/../secret", "/a/%2e%2E/secret",
     "/secret/.", "/secret/x/..", "/secret?a=/../b"],
)  # fmt: skip
def test_an_address_with_dots_is_where_they_lead(path: str) -> None:
    """RFC 3986, 6.2.2.3."""
    assert not allows(f"{ALL}Disallow: /secret\n", path)


def test_the_dots_of_a_rule_and_of_names_are_what_they_are() -> None:
    assert allows(f"{ALL}Disallow: /.\n", "/a")
    assert not allows(f"{ALL}Disallow: /.\n", "/.git/x")
    assert not allows(f"{ALL}Disallow: /...\n", "/...")
    assert allows(f"{ALL}Disallow: /a/../secret\n", "/secret")


def test_bytes_of_other_encodings_are_as_addresses_escape_them() -> None:
    body = b"User-agent: *\nDisallow: /caf\xe9\n# \xff\xfe\n"
    assert not allows(body, "/caf%E9/1")
    assert allows(body, "/caf")
    assert decode_robots(body) == "User-agent: *\nDisallow: /caf%E9\n# %FF%FE\n"


def test_nothing_is_read_past_the_limit_nor_the_line_that_it_cuts() -> None:
    padding = "#" * (MAX_BYTES - len(ALL) - len("\nDisallow: /")) + "\n"
    body = f"{ALL}{padding}Disallow: /private\n"
    assert len(decode_robots(body.encode())) <= MAX_BYTES
    assert allows(body, "/a")
    assert allows(body, "/private")
    assert not allows(ALL + "Disallow: /private\n" + padding * 2, "/private")


def test_of_a_long_line_the_beginning_holds() -> None:
    long = "/x/" + "a" * (MAX_LINE - len("disallow: /x/"))
    assert not allows(f"{ALL}disallow: {long}/cut\n", f"{long}/other")
    assert allows(f"{ALL}disallow: {long}/cut\n", "/other")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (f"{ALL}Crawl-delay: 5\n", 5),
        (f"{ALL}crawl delay:2.5 # s\nDisallow: /x\n", 2.5),
        (f"{ALL}Disallow: /x\nCrawl-delay: 5\n", 5),
        (f"{ALL}Crawl-delay: 5\n{OURS}Disallow: /x\n", 0),
        (f"{ALL}Crawl-delay: 5\nUser-agent: slow\nCrawl-delay: 60\n", 5),
        (f"User-agent: slow\nCrawl-delay: 60\n{OURS}Disallow: /x\n", 0),
        (f"{OURS}Crawl-delay: 2\n{OURS}Crawl-delay: 1\n", 2),
        (f"{ALL}Crawl-delay: soon\n", 0),
        (f"{ALL}Crawl-delay: -1\n", 0),
        (f"{ALL}Crawl-delay: inf\n", 0),
        (f"{ALL}Crawl-delay: nan\n", 0),
        ("Crawl-delay: 5\n" + ALL, 0),
    ],
)
def test_crawl_delay(text: str, delay: float) -> None:
    assert rules(text).delay == delay


def test_sitemaps_stand_anywhere() -> None:
    text = f"Sitemap: https://e.org/1.xml\n{ALL}site-map: https://e.org/é.xml\nSitemap /3.xml\n"
    assert rules(text).sitemaps == ("https://e.org/1.xml", "https://e.org/é.xml", "/3.xml")


def test_robots_txt_itself_is_always_allowed() -> None:
    assert allows(ALL + NOTHING, "/robots.txt")
    assert not allows(ALL + NOTHING, "/robots.txt?a")


@pytest.mark.parametrize(
    "pattern", ["/" + "*a" * 8_000 + "*b", "/*" + "a" * 900 + "b", "*" * 16_000]
)
def test_hostile_patterns_end(pattern: str) -> None:
    """A matcher that goes back would not live to see the end of these."""
    text = f"{ALL}Allow: /\n" + f"Disallow: {pattern}$\n" * (MAX_BYTES // (len(pattern) + 13))
    assert rules(text).allows("https://example.org/" + "a" * 2_000) is (pattern[0] == "/")


PATTERNS = st.text("/ab*$%2", max_size=8)
PATHS = st.text("/ab$*%2", max_size=8).map("/{}".format)

SIGNS = {"*": ".*", "$": r"\Z"}


@given(st.lists(st.tuples(PATTERNS, st.booleans()), max_size=6), PATHS)
def test_what_is_allowed_is_what_regular_expressions_allow(
    patterns: list[tuple[str, bool]], path: str
) -> None:
    best = (0, True)
    for pattern, allow in patterns:
        expression, octets = "", 0
        for place, part in enumerate(re.split(r"(\*|\$\Z)", pattern)):
            literal = path_of(f"https://example.org/{part}")[1:]
            # The signs stand at the odd places; another dollar is one of the path.
            expression += SIGNS[part] if place % 2 else re.escape(literal)
            octets += len(literal)
        if re.match(expression, path_of(f"https://example.org{path}")):
            best = max(best, (octets, allow))
    found = RobotsRules(patterns, delay=0.0, sitemaps=())
    assert found.allows(f"https://example.org{path}") is best[1]


LINES = st.sampled_from(
    ["User-agent: *", "User-agent: newsloom/1", "User-agent: x", "Disallow: /a", "Allow: /ab",
     "Disallow: /", "Disallow:", "Allow: /*b$", "Crawl-delay: 3", "", "# so", "Sitemap: /s", "é"]
)  # fmt: skip


@given(st.lists(LINES, max_size=12), PATHS)
def test_neither_encoding_nor_line_ends_nor_the_store_change_what_is_said(
    lines: list[str], path: str
) -> None:
    text = "\n".join(lines)
    expected = rules(text)
    for same in (
        "\r".join(lines).encode(),
        "\r\n".join(lines).encode("utf-8-sig"),
        text.encode("utf-16"),
        storable(decode_robots(text.encode())).encode(),
    ):
        found = rules(same)
        assert found.allows(path) is expected.allows(path)
        assert found.delay == expected.delay


@given(st.binary(max_size=400))
def test_any_bytes_are_read(body: bytes) -> None:
    text = decode_robots(body)
    assert storable(text) == text
    rules(body).allows("https://example.org/a")


@given(st.lists(st.sampled_from("/ab%2efF4Cé ~*$.?"), max_size=12).map("".join))
def test_the_path_of_an_address_is_settled_at_once(path: str) -> None:
    found = path_of(f"https://example.org/{path}")
    assert path_of(f"https://example.org{found}") == found


def test_of_a_line_as_much_is_read_as_google_reads() -> None:
    begun = "Disallow: /"
    most = 16_663 - len(begun)
    for length, allowed in ((most - 1, True), (most, False)):
        text = f"User-agent: *\n{begun}{'a' * length}b\n"
        assert parse_robots(text, "Newsloom").allows(f"https://g.example/{'a' * most}") is allowed


def test_of_a_file_500_kib_are_read() -> None:
    rule = b"\nUser-agent: *\nDisallow: /a\n"
    for size, allowed in ((500 * 1024, False), (500 * 1024 + 3, True)):
        text = decode_robots(b"#" * (size - len(rule)) + rule)
        assert parse_robots(text, "Newsloom").allows("https://g.example/a") is allowed
