"""From bytes to text, for pages, feeds and sitemaps: what they are, whatever they claim to be."""

from __future__ import annotations

import codecs
import functools
import re
from contextlib import suppress
from typing import NamedTuple

from w3lib.encoding import resolve_encoding, to_unicode

from crawler.parsing.byte_order import HEAD, wide_encoding

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{2,30})"""
    rb"""|<\?xml[^>]{0,100}\sencoding\s*=\s*["']\s*([\w.:-]{2,30})""",
    re.IGNORECASE,
)
_SERVED = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,30})", re.IGNORECASE)
_LANGUAGE = re.compile(
    rb"""<(?:html|rss|feed|rdf:RDF)\b[^>]{0,300}?\slang\s*=\s*["']?([a-zA-Z]{2,3}(?:[-_]\w+)?)"""
    rb"""|\sxml:lang\s*=\s*["']([a-zA-Z]{2,3}(?:[-_]\w+)?)"""
    rb"""|http-equiv=["']?content-language["']?\s+content=["']([a-zA-Z]{2,3}(?:[-_]\w+)?)"""
    rb"""|<(?:\w+:)?language\s*>\s*([a-zA-Z]{2,3}(?:[-_]\w+)?)""",
    re.IGNORECASE,
)
# UTF-16's halves of a character, each written as three bytes, as databases and Java do (CESU-8).
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
# Control characters that no text has: bytes of Windows-1252 that a program took for characters.
_CONTROLS = re.compile("[\x80-\x9f]")
_HIGH = bytes(range(0x80, 0x100))
_ESCAPES = re.compile(rb"\x1b[$(]")
_DENSE = re.compile(rb"[\x80-\xff]{3,}")
_MARKUP = re.compile(rb"<[^<>]{0,2000}>|[\x00-\x40]+")
_BY_LANGUAGE = {
    language: pages.split()
    for languages, pages in {
        "az tr": "cp1254",
        "bs cs hr hu pl ro sh sk sl sq": "cp1250 iso8859-2",
        "et lt lv": "cp1257 iso8859-13",
        "vi": "cp1258",
        "be bg kk ky mk mn ru sr tg tt uk": "cp1251 koi8-u iso8859-5 cp866",
        "el": "cp1253 iso8859-7",
        "he yi": "cp1255",
        "ar fa ku ps ur": "cp1256 iso8859-6",
        "th": "cp874",
        "ja": "cp932 euc_jis_2004",
        "ko": "cp949",
        "zh": "gb18030 big5hkscs",
    }.items()
    for language in languages.split()
}
_GUESSED = [
    "cp1251", "koi8_r", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "euc_jp",
    "gb18030", "big5hkscs", "cp949",
]  # fmt: skip
# The codecs of Python lack what browsers read under these names.
_WIDER = {"euc_jp": "euc_jis_2004", "iso2022_jp": "iso2022_jp_2004", "koi8-r": "koi8-u"}
_LATIN = frozenset({"cp1250", "cp1254", "cp1257", "cp1258"})
_SIGN = r"[\xa1-\xa9\xab\xac\xae-\xb6\xb8\xb9\xbb-\xbf\xd7\xf7\u2500-\u25ff]"
_LONE = r"[\xa4\xa6\xa8\xac\xaf\xb1\xb4\xb6\xb8]"
# No text has these, nor a sign in a word, nor Latin letters within a word of others.
_ODD = re.compile(
    r"[\x80-\x9f\ufffd\ue000-\uf8ff]"
    rf"|(?<=[^\W\d_]){_SIGN}(?=[^\W\d_]|{_SIGN})"
    rf"|(?<=[^\W\d_]){_LONE}|{_LONE}(?=[^\W\d_])"
    r"|[A-Za-z\xc0-\u024f](?=[\u0370-\u06ff])|[\u0370-\u06ff](?=[A-Za-z\xc0-\u024f])"
)
_ASCII_SIGNS = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f]+")
_WORD = re.compile(r"[^\W\d_]+")


class Decoded(NamedTuple):
    """The text of a document, and how it was found."""

    text: str
    encoding: str
    """as Python calls it"""
    source: str
    """what decided: a byte order mark, the bytes, the document, its server, its language"""
    replaced: int = 0
    """characters that stand for bytes which are no text"""


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a document, given the Content-Type that its server sent with it.

    UTF-8 where it is that, or nearly: then only what is not is replaced. Else what the document
    declares, then what its server does, where the bytes bear it out; else what its language is
    written in; else what the bytes look like. Never raises.
    """
    wide = wide_encoding(body)
    if wide is not None:
        name, mark = wide
        return _replacing(body[mark:], name, "byte order mark" if mark else "the bytes")
    body = _HALVES.sub(_whole_character, body.removeprefix(codecs.BOM_UTF8))
    is_escaped = b"\x1b" in body and _ESCAPES.search(body) is not None
    if not is_escaped:
        with suppress(UnicodeError):
            text = _CONTROLS.sub(_of_windows, body.decode("utf-8"))
            return Decoded(text, "utf-8", "the bytes")
    named = _named(body[:HEAD], content_type)
    found = _escaped(body, named) if is_escaped else None
    return found or _nearly_utf8(body, named) or _as_named(body, named) or _other(body)


def _whole_character(found: re.Match[bytes]) -> bytes:
    halves = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return halves.decode("utf-16-le").encode("utf-8")


def _of_windows(found: re.Match[str]) -> str:
    return found[0].encode("latin-1").decode("cp1252", "ignore")


def _named(head: bytes, content_type: str) -> dict[str, str]:
    """Encodings by who names them, as far as they are known and the name can be true."""
    declared, served = _DECLARED.search(head), _SERVED.search(content_type)
    labels = {
        "the document": (declared[1] or declared[2]).decode("ascii", "replace") if declared else "",
        "its server": served[1] if served else "",
    }
    found = {source: _codec(label) for source, label in labels.items() if label}
    return {source: name for source, name in found.items() if name}


@functools.lru_cache(maxsize=256)
def _codec(label: str) -> str | None:
    """What browsers mean by a label: a superset of what it says, more often than not.

    None for what is unknown, or cannot be, since the label was read as ASCII.
    """
    number = re.fullmatch(r"(?:x-)?(?:windows|win|cp|ms|ibm)[-_ ]?(\d{3,4})", label, re.IGNORECASE)
    name = resolve_encoding(f"cp{number[1]}" if number else label.lower())
    name = name or resolve_encoding(re.sub(r"(?i)^x-|-[ie]$", "", label).lower())
    probe = rb"<a b='c'>\u0041+ADw-"
    try:
        return name if name and probe.decode(name, "replace") == probe.decode("ascii") else None
    except (LookupError, ValueError):
        return None


def _escaped(body: bytes, named: dict[str, str]) -> Decoded | None:
    """Of the encodings in seven bits, which are valid UTF-8 as well."""
    for source, name in named.items():
        if name.startswith("iso2022"):
            return _best(body, name, source)
    if body.isascii() and (b"\x1b$B" in body or b"\x1b$@" in body):
        return _best(body, "iso2022_jp", "the bytes")
    return None


def _best(body: bytes, name: str, source: str) -> Decoded:
    """What an encoding makes of bytes, or what it is a part of, where that makes more of them."""
    found = _replacing(body, name, source)
    wider = _WIDER.get(name)
    if found.replaced and wider:
        if name.startswith("iso2022"):
            body = body.replace(b"\x1b$B", b"\x1b$(Q").replace(b"\x1b$@", b"\x1b$(Q")
        found = min(found, _replacing(body, wider, source), key=lambda one: one.replaced)
    return found


def _replacing(body: bytes, name: str, source: str) -> Decoded:
    text = to_unicode(body, name)
    return Decoded(text, name, source, text.count("\ufffd"))


def _nearly_utf8(body: bytes, named: dict[str, str]) -> Decoded | None:
    """The text where it is UTF-8, but for a few bytes at most."""
    found = _replacing(body, "utf-8", "nearly all bytes")
    if not found.replaced:
        return found._replace(source="the bytes")
    bad = found.replaced - body.count(b"\xef\xbf\xbd")
    good = len(found.text) - len(found.text.encode("ascii", "ignore")) - found.replaced
    # In no other encoding many pairs of bytes are UTF-8 by chance; some are.
    few = 10 if set(named.values()) - {"utf-8", "cp1252"} else 3
    is_utf8 = good >= few * bad or (good >= bad and bad <= few == 3)
    return found._replace(replaced=bad) if is_utf8 else None


def _as_named(body: bytes, named: dict[str, str]) -> Decoded | None:
    """The text in the first encoding that is named and that the bytes bear out."""
    for source, name in named.items():
        # What decodes any bytes says nothing by doing so; they are claimed most often and wrongly.
        if name not in ("utf-8", "cp1252"):
            found = _best(body, name, source)
            if _oddness(found.text) <= 0.05:
                return found
    return None


def _other(body: bytes) -> Decoded:
    """The text by the language that the document is in, else by how the bytes look."""
    start = body[: 16 * HEAD]
    high = len(start) - len(start.translate(None, _HIGH))
    dense = sum(map(len, _DENSE.findall(start))) > high / 2
    language = _language(body[:HEAD])
    pages = _BY_LANGUAGE.get(language, ())
    # Templates in which nobody changed lang="en" hold any language.
    if not pages or (not dense and pages[0] not in _LATIN):
        pages = _GUESSED if dense else _BY_LANGUAGE.get(language := _told_by(start), ())
    if pages is _GUESSED:
        name = _guess(start)
        pages, language = ([name] if name else _GUESSED), ""
    source = f"its language, {language}" if pages and language else "how the bytes look"
    found = [_best(body, name, source) for name in pages] or [_best(body, "cp1252", source)]
    return min(found, key=lambda one: _oddness(one.text))


def _language(head: bytes) -> str:
    """The language that a document states, as in `tr`; empty: none."""
    found = _LANGUAGE.search(head)
    tag = next(filter(None, found.groups())).decode("ascii", "replace").lower() if found else ""
    return re.split("[-_]", tag)[0]


def _told_by(start: bytes) -> str:
    """The language of a document that states none, by its words in Latin letters."""
    from crawler.parsing.languages import language_of  # loads a model

    words = _MARKUP.sub(b" ", start).decode("ascii", "ignore")
    return language_of(words[: 2 * HEAD], stated=None) or ""


def _guess(start: bytes) -> str | None:
    """What bytes of an alphabet that is not Latin look like."""
    from charset_normalizer import from_bytes

    guessed = from_bytes(_MARKUP.sub(b" ", start)[:HEAD], cp_isolation=_GUESSED).best()
    return guessed.encoding if guessed else None


def _oddness(text: str) -> float:
    """The share of characters beyond ASCII that no right decoding gives, 0 to about 1.

    The small letters of one encoding are the capitals of another: then most words have capitals
    behind their first letter.
    """
    pieces = " ".join(p for p in _ASCII_SIGNS.split(text[: 16 * HEAD]) if not p.isascii())
    beyond = len(pieces) - len(pieces.encode("ascii", "ignore"))
    if not beyond:
        return 0.0
    words = [word for word in _WORD.findall(pieces) if word.lower() != word.upper()]
    shouted = sum(word[1:] != word[1:].lower() for word in words)
    return len(_ODD.findall(pieces)) / beyond + (0.5 if shouted * 2 > len(words) > 4 else 0.0)
