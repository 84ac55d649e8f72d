"""From the bytes of a feed or sitemap to its text: unpacked, decoded, without what is before it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from crawler.errors import ExtractError
from crawler.parsing.byte_order import wide_encoding
from crawler.parsing.decode import decode
from crawler.parsing.texts import storable

MAX_BYTES = 50 * 1024 * 1024
"""The limit that sitemaps.org sets, unpacked."""
ROOT_WITHIN = 20_000
"""Characters before a document's root that are passed over: a server's own warnings, mostly."""
_CHUNK = 64 * 1024
_PACKED_TWICE = 3
_BEFORE = b"\xef\xbb\xbf \t\r\n"
_SITEMAP = re.compile(r"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s/>]", re.IGNORECASE)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|RDF)[\s>]", re.IGNORECASE)
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)(?:(\w{2,32};))?")
_SURROGATES = re.compile(r"(?:&#(?:5[5-7]\d{3}|[xX][dD][89a-fA-F][\da-fA-F]{2});)+")
_NO_TAG = re.compile(r"<(?![/!?\w])")


def unpack(body: bytes) -> bytes:
    """A document out of gzip or zlib, as far as it can be unpacked; others as they are.

    Raises ExtractError `not-a-sitemap` where nothing can be unpacked, `too-large` beyond MAX_BYTES.
    """
    for _ in range(_PACKED_TWICE):
        packed = body.lstrip(_BEFORE)
        if not _is_packed(packed):
            break
        body = _unpacked(packed)
    return body


def _is_packed(body: bytes) -> bool:
    # RFC 1950, 2.2: the first two bytes are a multiple of 31, in all levels of compression.
    is_zlib = len(body) > 2 and body[0] == 0x78 and int.from_bytes(body[:2], "big") % 31 == 0
    return body[:2] == b"\x1f\x8b" or (is_zlib and body[1] in (0x01, 0x5E, 0x9C, 0xDA))


def _unpacked(packed: bytes) -> bytes:
    """All members of gzip, one after the other, up to where they are cut off or damaged."""
    plain = bytearray()
    while _is_packed(packed):
        unpacker = zlib.decompressobj(wbits=47)
        at = 0
        while at < len(packed) and not unpacker.eof:
            chunk = packed[at : at + _CHUNK]
            before, at = unpacker.copy(), at + _CHUNK
            try:
                plain += unpacker.decompress(chunk, MAX_BYTES - len(plain) + 1)
            except zlib.error as error:
                plain += b"".join(_up_to_damage(before, chunk))
                if not plain:
                    raise ExtractError("not-a-sitemap", f"broken gzip: {error}") from error
                return bytes(plain)
            if len(plain) > MAX_BYTES:
                raise ExtractError("too-large", f"over {MAX_BYTES} bytes unpacked")
        packed = unpacker.unused_data + packed[at:]
    return bytes(plain)


def _up_to_damage(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    for byte in chunk:
        try:
            yield unpacker.decompress(bytes([byte]))
        except zlib.error:
            return


def as_ascii(body: bytes) -> bytes:
    """UTF-16 and UTF-32 as UTF-8, so that bytes can be looked at; all else as it is."""
    return body if wide_encoding(body) is None else decode(body).text.encode("utf-8", "replace")


def text_of(body: bytes, content_type: str) -> str:
    """A document's text from its root on, without characters that XML forbids.

    What it declares of its encoding is behind us then, and would mislead an XML parser.
    """
    text = storable(decode(body, content_type).text)
    start = text[:ROOT_WITHIN]
    root = _SITEMAP.search(start) or _FEED.search(start)
    return text[root.start() :] if root else text.lstrip("\ufeff \t\r\n")


def is_sitemap(body: bytes) -> bool:
    """Whether the beginning of an unpacked document looks like a sitemap."""
    return _SITEMAP.search(_start(body)) is not None


def is_feed(body: bytes) -> bool:
    """Whether the beginning of an unpacked document looks like a feed in XML."""
    start = _start(body)
    return _FEED.search(start) is not None and not _SITEMAP.search(start)


def _start(body: bytes) -> str:
    return as_ascii(body[:ROOT_WITHIN]).decode("latin-1")


def well_formed(text: str) -> str:
    """XML in which each ampersand and each `<` is one of XML's, and those of HTML are characters.

    In a CDATA section they are escaped too much; addresses and titles are unescaped later. Halves
    of a character, as programs that count in UTF-16 write them, are put together.
    """
    return _NO_TAG.sub("&lt;", _BARE.sub(_character, _SURROGATES.sub(_joined, text)))


def _joined(found: re.Match[str]) -> str:
    units = "".join(re.findall("&[^;]+;", found[0]))
    codes = (int(n, 16) if x else int(n) for x, n in re.findall(r"&#([xX]?)(\w+);", units))
    text = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass")
    return text.decode("utf-16-le", "ignore")


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    character = html5.get(name)
    return f"&amp;{name}" if character is None else character.replace("&", "&amp;")
