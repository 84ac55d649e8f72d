"""What is fuzzed: readers of hostile bytes, with the laws that hold for whatever they are given.

A target takes any bytes. It raises what its reader must not raise, and Broken where a law does not
hold; what a reader declares (UsageError, ExtractError, ...) is caught.
"""

from __future__ import annotations

import ast
import functools
import io
import json
import pickle
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import fields, is_dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.demo.houses import HOUSES
from crawler.demo.prints import town_prints
from crawler.demo.rendering import article_page
from crawler.errors import ExtractError, UsageError, WordsError
from crawler.ingest.jsonl import import_articles
from crawler.ingest.warc import import_warc
from crawler.outlets.opml import from_opml
from crawler.parsing import urls
from crawler.parsing.address_forms import address_form, is_form_of, spellings
from crawler.parsing.dates import DateStyle, moment, possible_days, requested_time
from crawler.parsing.decode import decode
from crawler.parsing.listing.shapes import shape
from crawler.parsing.page.broken_json import read_values
from crawler.parsing.page.jsonld import first_string, kinds, names_in, update_texts
from crawler.parsing.robots import decode_robots, parse_robots, path_of
from crawler.parsing.texts import plain_line, storable
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import Parts, read_or_split, read_page
from crawler.store import Store, open_store
from crawler.store.queries.search_words import parse_words
from crawler.types import (
    Article,
    ArticleFilter,
    Fetched,
    Listing,
    Listings,
    Moment,
    Outlet,
    Page,
    SourceKind,
    limits,
)

P = ParamSpec("P")
T = TypeVar("T")
TESTS = Path(__file__).parents[2] / "tests"
NOW = "2026-11-01T00:00:00Z"
BASE = "https://gazette.example/news/"
OUTLET = Outlet(slug="o", name="O")
_AT = re.compile(r"(?:199\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ANY_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LANGUAGES = (None, "en", "en-US", "de", "fr", "ru", "zh", "ja", "ar", "fa", "th", "kk", "tr", "vi")


class Broken(Exception):
    """A law does not hold."""


class Target(NamedTuple):
    """A reader that is fuzzed."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    """inputs of the tests, from which the fuzzer sets out"""
    longest: int
    """bytes of an input"""


def require(holds: object, law: str, *shown: object) -> None:
    """Raise Broken where a law does not hold, with the values that show it."""
    if not holds:
        raise Broken(f"{law}: {', '.join(map(repr, shown))}"[:2_000])


def read_address(data: bytes) -> None:
    """Addresses: `canonical` is idempotent, and what it gives can be fetched and compared."""
    text = data.decode("utf-8", "surrogateescape")
    for base in (None, BASE):
        try:
            url = urls.canonical(text, base)
        except UsageError:
            continue
        _require_address(url)
        form = address_form(url)
        require(is_form_of(url, url) or not form.path, "an address is a form of itself", url)
        require(all(s.startswith("http") for s in spellings(form)), "spellings are of http", url)
        urls.publisher_of(url)
        urls.slot(url)
        urls.is_front_page(url)
        urls.earlier_form(url)
        shape(url)


def read_time(data: bytes) -> None:
    """Times: in the past, within what is possible, and read again they are what they were."""
    text = data[2:].decode("utf-8", "surrogateescape")
    language = _LANGUAGES[data[0] % len(_LANGUAGES)] if data else None
    url = ("", "https://g.example/", "https://g.example.us/", "https://g.de/")[len(data) % 4]
    samples = (text,) if data[1:2] > b"\x80" else ()
    style = DateStyle.of(language=language, url=url, samples=samples)
    found = moment(text, source="meta", now=NOW, style=style)
    days = possible_days(text, now=NOW, style=style)
    require(len(days) <= 2, "a time is one of two days at most", text)
    if found is not None:
        _require_moment(found)
        require(found.at <= "2026-11-03T00:00:00Z", "no time lies in the future", found)
        require(days, "a time that is read has a day", found)
        again = moment(found.raw, source="meta", now=NOW, style=style)
        require(again == found, "what is kept of a time reads as it did", found, again)
        stored = moment(found.at, source="meta", now=NOW)
        require(stored and stored.at == found.at, "a stored time reads as itself", found)
    asked = requested_time(text, to_end=True)
    require(asked is None or _ANY_AT.fullmatch(asked), "what is asked for is a time", asked)


def read_feed(data: bytes) -> None:
    """Feeds: listings whose addresses, times and titles can be stored, or ExtractError."""
    _read_source(data, SourceKind.FEED)


def read_sitemap(data: bytes) -> None:
    """Sitemaps: listings as of feeds; or parts, which list what the whole lists."""
    _read_source(data, SourceKind.SITEMAP)


def read_jsonld(data: bytes) -> None:
    """JSON-LD: what is JSON is read as JSON, and no other text trips the readers of nodes."""
    text = data.decode("utf-8", "surrogateescape")
    values = list(read_values(text))
    try:
        plain = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    else:
        require(values and values[0].sound, "JSON is read as sound", text)
        require(repr(values[0].value) == repr(plain), "JSON is read as it stands", text)
    for value in values:
        listed = value.value if isinstance(value.value, list) else [value.value]
        nodes = [node for node in listed if isinstance(node, dict)]
        known = {str(node["@id"]): node for node in nodes if "@id" in node}
        for node in nodes:
            kinds(node)
            update_texts(node)
        for node in listed:
            first_string(node)
            require(all(isinstance(name, str) for name in names_in(node, known)), "names", node)


def read_article(data: bytes) -> None:
    """Pages: an article that can be stored, or a rejection with a name."""
    url = f"{BASE}a"
    page = Page(id=1, url=url, outlet="o", attempts=0, listing=Listing(url=url, title="Bridge"))
    fetched = Fetched(page=page, url=url, status=200, content_type="text/html", body=data, at=NOW)
    found = read_page(fetched, OUTLET)
    require(pickle.loads(pickle.dumps(found)) == found, "what is read can be sent", found)  # noqa: S301
    if not isinstance(found, Article):
        require(found.reason and found.detail, "a rejection says why", found)
        require(not found.reason.startswith("parser"), "a parser does not fail", found)
        return
    _require_storable(found)
    _require_address(found.url)
    require(found.text.strip(), "an article has a text", found)
    require(len(found.text) <= limits.TEXT, "a text has its limit", len(found.text))
    require(len(found.title) <= limits.LINE, "a title has its limit", found.title)
    if found.published:
        _require_moment(found.published)


def read_robots(data: bytes) -> None:
    """robots.txt: rules that answer for any address; robots.txt itself is always allowed."""
    text = decode_robots(data)
    require(storable(text) == text, "rules can be stored", text)
    rules = parse_robots(text, "Newsloom")
    require(0 <= rules.delay < float("inf"), "a delay is a number of seconds", rules.delay)
    require(rules.allows(f"{BASE}/robots.txt".replace("/news/", "")), "robots.txt is allowed", text)
    for line in text.splitlines()[:20]:
        path = line.partition(":")[2].strip()
        allowed = rules.allows(f"https://g.example{path}")
        plain = rules.allows(f"https://g.example{path_of(f'https://g.example{path}')}")
        require(allowed == plain, "how a path is escaped decides nothing", path)


def read_search(data: bytes) -> None:
    """Searches: one that is understood can be asked of SQLite, else WordsError shows the place."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        tree = parse_words(text)
    except WordsError as error:
        require(str(error), "a mistake is explained", text)
        return
    # A surrogate cannot reach SQLite from any caller.
    if tree is not None and text.isprintable():
        wanted = ArticleFilter(words=text)
        _small_store().queries.search.best(wanted, limit=5)
        _small_store().queries.exports.export("articles", wanted, text=False)


def read_import(data: bytes) -> None:
    """Imports: each row is saved or named, and the same file again brings nothing new."""
    file = _folder() / "rows"
    file.write_bytes(data)
    store = _empty_store()
    try:
        found = import_articles(store, [file], run=1, now=NOW)
        again = import_articles(store, [file], run=1, now=NOW)
    except UsageError as error:
        require(str(file) in str(error), "a refusal names the file", str(error))
        return
    require("new" not in again.counts, "what is saved is known again", again.counts)
    require(len(again.bad) == len(found.bad), "a bad line is bad again", found.bad, again.bad)
    for bad in found.bad:
        require(bad.reason and plain_line(bad.reason), "a bad line has a reason", bad)


class _InProcess(Workers):
    """Parsers that are no processes of their own: what is fuzzed has that around it."""

    def __init__(self) -> None:
        pass

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it at once."""
        done: Future[T] = Future()
        done.set_result(work(*args, **kwargs))
        return done


def read_warc(data: bytes) -> None:
    """Archives: each record is saved or named, and what breaks off says where."""
    file = _folder() / "archive.warc"
    file.write_bytes(data)
    file.touch()
    store = _empty_store()
    store.archives.note(file, len(data), 0, at=NOW)  # the last input had its name
    found = import_warc(store, file, {}, run=1, now=NOW, workers=_InProcess())
    require(found.broken is None or found.broken.strip(), "damage has a name", found)


def read_opml(data: bytes) -> None:
    """OPML: outlets with addresses that can be fetched, or UsageError."""
    try:
        found = from_opml(data.decode("utf-8", "replace"), {})
    except UsageError:
        return
    for slug, outlet in found.outlets.items():
        require(re.fullmatch(r"[\w.-]+", slug), "a slug is a file's name", slug)
        for source in outlet.sources:
            _require_address(urls.canonical(source.url))  # it is kept as it is written


def read_text(data: bytes) -> None:
    """Encodings: any bytes are text, without lone surrogates."""
    for content_type in ("", "text/html; charset=gb18030", "text/html; charset=utf-7"):
        found = decode(data, content_type)
        found.text.encode("utf-8")


TARGETS: dict[str, Target] = {}


def _target(name: str, run: Callable[[bytes], None], seeds: Callable[[], Iterable[bytes]],
            longest: int) -> None:  # fmt: skip
    TARGETS[name] = Target(run, seeds, longest)


def _read_source(data: bytes, kind: SourceKind) -> None:
    try:
        found = read_or_split(data, url=f"{BASE}feed", kind=kind)
    except ExtractError as error:
        require(error.reason and error.detail, "an error says why", error)
        return
    if isinstance(found, Parts):
        return
    _require_listings(found)


def _require_listings(found: Listings) -> None:
    require(pickle.loads(pickle.dumps(found)) == found, "what is read can be sent")  # noqa: S301
    for listing in (*found.pages, *found.sitemaps):
        _require_address(listing.url)
        _require_storable(listing)
        require(len(listing.title or "") <= limits.LINE, "a title has its limit", listing.title)
        require(len(listing.text or "") <= limits.TEXT, "a text has its limit", listing.url)
        require(
            listing.modified_at is None or _AT.fullmatch(listing.modified_at), "a time is one",
            listing.modified_at,
        )  # fmt: skip
        if listing.published:
            _require_moment(listing.published)
    addresses = [page.url for page in found.pages]
    require(len(addresses) == len(set(addresses)), "no page is listed twice", addresses)
    require(
        all(storable(label) == label for label in found.refused_as), "labels can be shown",
        found.refused_as,
    )  # fmt: skip


def _require_address(url: str) -> None:
    require(urls.canonical(url) == url, "canonical is idempotent", url, urls.canonical(url))
    require(urls.canonical(url, BASE) == url, "a full address needs no base", url)
    require(len(url) <= limits.URL, "an address has its limit", url)
    require(url.isascii() and url.isprintable() and " " not in url, "an address is of ASCII", url)
    require(urls.host(url), "an address has a host", url)
    urls.registered_domain(url)


def _require_moment(found: Moment) -> None:
    require(_AT.fullmatch(found.at), "a time is written alike", found)
    require(len(found.raw) <= limits.TIME, "a time has its limit", found)
    require(storable(found.raw) == found.raw, "a time can be stored", found)
    require(found.offset is None or abs(found.offset) < 24 * 60, "an offset is below a day", found)


def _require_storable(found: Any) -> None:
    """All strings of a dataclass, those in it too."""
    for text in _strings(found):
        require(storable(text) == text, "what is read can be stored", text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _strings(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))


def tidy() -> None:
    """Close and remove the stores that targets write to; they are made again where needed."""
    for made in (_small_store, _empty_store):
        if made.cache_info().currsize:
            made().close()
        made.cache_clear()
    shutil.rmtree(_folder())
    _folder.cache_clear()


@functools.cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="newsloom-fuzz-"))


@functools.cache
def _small_store() -> Store:
    store = open_store(_folder() / "search.db")
    texts = ("the bridge opens over the river", "总统抵达北京，阿拉木图机场关闭", "ประธานาธิบดี")
    with store.batch():
        outlet = store.outlets.ensure("g.org")
        run = store.runs.open("bench", now=NOW, pid=1)
        for number, text in enumerate(texts):
            article = Article(url=f"https://g.org/{number}", outlet="", title=text, text=text)
            store.articles.save(article, outlet=outlet, run=run, now=NOW)
    return store


@functools.cache
def _empty_store() -> Store:
    store = open_store(_folder() / "import.db")
    with store.batch():
        store.runs.open("bench", now=NOW, pid=1)
    return store


def _strings_of(*files: str) -> Iterator[bytes]:
    """What stands between quotation marks in tests."""
    for file in files:
        for node in ast.walk(ast.parse((TESTS / file).read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                value = node.value
                yield value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _cases(*beginnings: str) -> Iterator[bytes]:
    for file in sorted((TESTS / "cases").iterdir()):
        if file.name.startswith(beginnings) and not file.name.endswith((".expect.json", ".py")):
            yield file.read_bytes()


def _times() -> Iterator[bytes]:
    lines = (TESTS / "parsing" / "written_times.tsv").read_text("utf-8").splitlines()
    for number, cell in enumerate(cell for line in lines for cell in line.split("\t")[:2]):
        yield bytes([number % 256, number % 7 * 40]) + cell.encode()
    yield from (b"\x01\x00" + text for text in _strings_of("parsing/test_dates.py"))


def _pages() -> Iterator[bytes]:
    yield from _cases("page-")
    yield from (
        article_page(HOUSES[p.outlet], p, (), "https://town.example", amp=False)
        for p in town_prints()[::20]
    )
    yield from _strings_of("parsing/test_stated.py", "parsing/test_page_state.py")


def _scripts() -> Iterator[bytes]:
    script = re.compile(rb"<script[^>]*json[^>]*>(.*?)</script>", re.DOTALL)
    for page in _pages():
        yield from script.findall(page)
    yield from _strings_of("parsing/test_stated.py")


def _feeds() -> Iterator[bytes]:
    yield from _cases("feed-", "jsonfeed-")
    yield from _strings_of("parsing/test_listings.py", "parsing/test_feed_faults.py",
                           "parsing/test_feed_entries.py")  # fmt: skip


def _sitemaps() -> Iterator[bytes]:
    yield from _cases("sitemap-", "cli-gz", "cli-feed")
    yield from _strings_of("parsing/test_sitemap_documents.py", "parsing/test_listings.py")


def _archives() -> Iterator[bytes]:
    for pages, packed in ((3, False), (3, True), (1, False)):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=packed)
        for number, body in enumerate(islice(_pages(), pages)):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
            record = writer.create_warc_record(
                f"{BASE}{number}", "response", payload=io.BytesIO(body), http_headers=headers,
                warc_headers_dict={"WARC-Date": "2022-01-05T12:00:00Z"},
            )  # fmt: skip
            writer.write_record(record)
        yield out.getvalue()


def _rows() -> Iterator[bytes]:
    yield from _cases("copies-", "stories-", "agencies-")
    yield from _strings_of("cli/test_import_csv.py", "cli/test_import_rows.py")
    yield b"url,title,text,published_at,authors\nhttps://g.example/1,A,B,2022-01-05,Ann;Bob\n"
    yield b'[{"link": "https://g.example/1", "headline": "A", "body": "B", "date": 1641385800}]'


_target("addresses", read_address, lambda: _strings_of("parsing/test_urls.py"), 2_100)
_target("dates", read_time, _times, 200)
_target("feeds", read_feed, _feeds, 8_000)
_target("sitemaps", read_sitemap, _sitemaps, 8_000)
_target("jsonld", read_jsonld, _scripts, 8_000)
_target("extract", read_article, _pages, 20_000)
_target("robots", read_robots, lambda: _strings_of("parsing/test_robots.py"), 8_000)
_target("search", read_search, lambda: _strings_of("store/test_searching.py"), 500)
_target("import", read_import, _rows, 8_000)
_target("warc", read_warc, _archives, 12_000)
_target("opml", read_opml, lambda: _strings_of("parsing/test_outlets.py"), 8_000)
_target("encodings", read_text, lambda: [*_cases("page-", "feed-")], 4_000)
