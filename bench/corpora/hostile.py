"""Broken, slow and large inputs, as strangers send them; a seed gives equal inputs."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from bench.corpora.fuzz_targets import TARGETS
from bench.corpora.mutants import mutants

MANY = 100_000
"""Of what is repeated until it hurts."""
BOMB = 64 * 1024 * 1024
"""Bytes of a bomb, unpacked: more than any reader takes."""


class Kind(NamedTuple):
    """A kind of input."""

    target: str
    """what reads it (see fuzz_targets)"""
    made: Callable[[], Iterator[bytes]]
    """inputs that no accident makes"""
    own_process: bool = True
    """whether a process reads it that may be killed and replaced"""


def inputs(name: str, count: int, *, seed: int, made: bool = True) -> Iterator[bytes]:
    """`count` inputs of a kind: with `made` those first, then those of the tests, broken."""
    kind = KINDS[name]
    seeds = [data for data in TARGETS[kind.target].seeds() if data]
    return islice(chain(kind.made() if made else (), mutants(seeds, count, seed=seed)), count)


def _pages() -> Iterator[bytes]:
    text = b"<p>The council closed the bridge on Monday because two cables had rusted.</p>" * 5
    for inner in (
        b"<div>" * MANY, b"<b>" * MANY + b"x" + b"</b>" * MANY, b"<table><tr><td>" * 20_000,
        b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000)) + b">x</p>",
        b"<a href='/x'>x</a>" * MANY, b"<script type='application/ld+json'>" + b"[" * MANY,
        b"<script type='application/ld+json'>" + b'{"@graph":' * 20_000,
        b"&" * MANY, b"&amp;" * MANY, b"&#x41" * MANY, b"<!--" * MANY, b"<![CDATA[" * MANY,
        b"<" * MANY, b"\0" * MANY, b"<p>x" * MANY, b"<br>" * MANY, b"\xad" * MANY,
        b"<time datetime='" + b"1 " * MANY + b"'>", b"<meta name=author content='" + b"A, " * MANY,
        b"<p>" + b"a " * 500_000, b"<p>" + b"a" * 1_000_000, "<p>新".encode() * MANY,
        b"<svg>" * 20_000, b"<select><option>" * 20_000, b"<font>" * MANY, b"\x1b$B" * MANY,
        b"<style>" + b"a{}" * MANY, b"<p style='white-space'>" + b"\n \n" * MANY,
    ):  # fmt: skip
        yield b"<html><body>" + text + inner + text
    yield b"\xff\xfe" + b"<p>x" * MANY
    yield b"\xef\xbb\xbf" * MANY
    yield gzip.compress(bytes(BOMB))


def _xml(root: str, entry: str) -> Iterator[bytes]:
    """A document of a kind, in all that XML is good for."""
    doors = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f"<!DOCTYPE x [<!ENTITY e0 '{'x' * 100}'>{doors}]>"
    yield f"{head}<{root}>{entry.replace('TITLE', '&e11;')}</{root}>".encode()
    yield (f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><{root}>"
           f"{entry.replace('TITLE', '&e;')}</{root}>").encode()  # fmt: skip
    yield f"<{root}>{entry * 20_000}</{root}>".encode()
    yield f"<{root}>{'<x>' * MANY}".encode()
    yield f"<{root}>{entry.replace('TITLE', 'x' * 5_000_000)}</{root}>".encode()
    yield f"<{root} {' '.join(f'xmlns:n{n}=' + chr(34) + 'u' + chr(34) for n in range(20_000))}>".encode()
    yield f"<{root}>{entry.replace('TITLE', '<![CDATA[' * MANY)}</{root}>".encode()
    yield f"<{root}>{entry.replace('TITLE', '&amp;' * MANY)}</{root}>".encode()
    yield f"<{root}>{'&' * MANY}{'<' * MANY}</{root}>".encode()
    yield f"<{root}>{entry}</{root}>".encode("utf-16")
    yield f"<?xml version='1.0' encoding='utf-7'?><{root}>{entry}</{root}>".encode()
    yield from _packed(f"<{root}>".encode() + bytes(BOMB))


def _packed(plain: bytes) -> Iterator[bytes]:
    once = gzip.compress(plain, 9)
    yield once
    yield gzip.compress(once)
    yield gzip.compress(gzip.compress(gzip.compress(gzip.compress(once))))
    yield zlib.compress(plain, 9)
    yield once[:-20]
    yield b"".join(gzip.compress(b"<rss>x") for _ in range(2_000))


def _feeds() -> Iterator[bytes]:
    item = "<item><title>TITLE</title><link>https://g.example/1</link><pubDate>1</pubDate></item>"
    yield from _xml("rss", f"<channel>{item}</channel>")
    yield from _xml("feed", item.replace("item", "entry"))
    for value in ("[" * MANY, '{"items":' * 20_000, '{"items":[' + '{"id":1},' * MANY,
                  '{"items":[{"url":"https://g.example/1","title":' + "9" * MANY + "}]}",
                  json.dumps({"version": "1", "items": [{"url": f"/{n}"} for n in range(MANY)]})):  # fmt: skip
        yield value.encode()


def _sitemaps() -> Iterator[bytes]:
    entry = "<url><loc>https://g.example/1</loc><lastmod>2022</lastmod><title>TITLE</title></url>"
    yield from _xml("urlset", entry)
    yield from _xml("sitemapindex", entry.replace("url>", "sitemap>"))
    yield b"http://g.example/1\n" * MANY
    yield b"http" + b"/" * 1_000_000


def _robots() -> Iterator[bytes]:
    everyone = b"User-agent: *\n"
    yield everyone + b"Disallow: /" + b"*a" * 200_000
    yield everyone + b"".join(b"Disallow: /%d*$\n" % n for n in range(MANY))
    yield everyone * 30_000
    yield everyone + b"Crawl-delay: " + b"9" * MANY
    yield everyone + b"Crawl-delay: 1e999\nCrawl-delay: nan\nCrawl-delay: -1\n"
    yield b"Sitemap: https://g.example/" + b"x" * 400_000
    yield b"Sitemap: x\n" * 50_000
    yield b"\0" * 600_000
    yield everyone.decode().encode("utf-16") + b"\xff" * 500_000
    yield (everyone + b"Disallow: /%" + b"%41" * MANY)
    yield b"User-agent" + b" " * 400_000 + b":*"


def _opml() -> Iterator[bytes]:
    yield from _xml("opml", '<body><outline text="TITLE" xmlUrl="https://g.example/1"/></body>')


def _archives() -> Iterator[bytes]:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://g.example/1\r\n"
    date = b"WARC-Date: 2022-01-05T12:00:00Z\r\n"
    html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    for body in (html + gzip.compress(bytes(BOMB)), html + gzip.compress(gzip.compress(bytes(BOMB))),
                 b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * MANY + b"\r\nx", b"HTTP/1.1 " + b"2" * MANY,
                 html.replace(b"gzip", b"br") + b"x" * 1_000, b"\r\n" * MANY, b""):  # fmt: skip
        yield head + date + b"Content-Length: %d\r\n\r\n" % len(body) + body + b"\r\n\r\n"
    for length in (b"-1", b"9" * 5_000, b"x", b"1e9", b"", b"99999999999"):
        yield head + date + b"Content-Length: " + length + b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"
    yield head + b"A: b\r\n" * MANY + b"\r\n"
    yield b"WARC/1.0\r\n" * MANY
    yield b"filedesc://x 0 0 text/plain 99\n" * 1_000
    yield gzip.compress(head + date + b"Content-Length: 67108864\r\n\r\n" + bytes(BOMB))


def _rows() -> Iterator[bytes]:
    row = {"url": "https://g.example/1", "title": "A", "text": "B"}
    for change in (
        {"url": "x" * 1_000_000}, {"title": "x" * 1_000_000}, {"text": "x" * 2_000_000},
        {"published_at": "9" * MANY}, {"published_at": 1e308}, {"authors": ["x"] * MANY},
        {"authors": {"a": "b"}}, {"text": "\ud800"}, {"text": "\0"}, {"outlet": "=" * 300},
        {"language": "x" * 1_000}, {"kind": ["x"]}, {f"k{n}": 1 for n in range(MANY)},
    ):  # fmt: skip
        yield json.dumps(row | change).encode()
    for text in ("[" * MANY, '{"a":' * MANY, "{" + "}" * MANY, '[{"url":' + "9" * MANY + "}]",
                 '{"url":"https://g.example/1","title":"A"}' * 20_000, "\n" * 1_000_000,
                 '{"url": 1e999, "title": NaN}', '{"url"', '"' * MANY):  # fmt: skip
        yield text.encode()
    yield gzip.compress(b'{"url": "' + bytes(BOMB))
    yield gzip.compress(json.dumps(row).encode())[:-9]


def _tables() -> Iterator[bytes]:
    head = b"url,title,text\n"
    yield head + b'"' + b"x" * 20_000_000
    yield head + b"https://g.example/1,A,B\n" * 2_000
    yield head + b"," * 1_000_000
    yield head + b'"' * 1_000_001
    yield b",".join(b"c%d" % n for n in range(MANY)) + b"\n"
    yield b"url" + b",url" * 1_000 + b"\n"
    yield b"sep=\x00\nurl\n"
    yield head.decode().encode("utf-16") + b"\xff"
    yield head + b"https://g.example/1,A,\x00\xff\x1b[31m\n"
    yield head + b"\r" * 1_000_000
    yield gzip.compress(head + bytes(BOMB))


KINDS = {
    "page": Kind("extract", _pages),
    "feed": Kind("feeds", _feeds),
    "sitemap": Kind("sitemaps", _sitemaps),
    "robots.txt": Kind("robots", _robots, own_process=False),
    "OPML": Kind("opml", _opml, own_process=False),
    "WARC": Kind("warc", _archives, own_process=False),
    "JSON lines": Kind("import", _rows, own_process=False),
    "CSV": Kind("import", _tables, own_process=False),
}
