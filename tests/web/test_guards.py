"""What the desk answers to those who mean ill, and to other programs."""

from __future__ import annotations

import asyncio
import csv
import http.client
import io
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser
import pytest

from crawler.watching.messages import Message
from crawler.web.downloads import _LeftError, _Pipe, _until_left
from tests.conftest import newsloom
from tests.store.told import Told
from tests.web.conftest import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAUGHTY = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"'><svg/onload=document.title='owned'>",
    "</table></main><h1>owned</h1>",
    "{{ 7*191 }}{% raw %}",
    "\x1b]0;owned\x07\x9b31m\x00",
    "\u202egnipeels\u2066\u2069",
    "=HYPERLINK(\"http://x.example\";\"a\")",
    "javascript:document.title='owned'",
    "𝕿𝖍𝖊 ﷽ ̷̷̷̷ 田中さん 👩‍👩‍👧",
)  # fmt: skip


def get(served: Served, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """One answer: status, headers, body."""
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode("utf-8")
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store with naughty strings in every field that comes from outside."""
    told = Told(tmp_path_factory.mktemp("hostile") / "hostile.db")
    connection = told.connection
    for n, text in enumerate(NAUGHTY):
        day = f"2022-01-{n + 1:02}T10:00:00Z"
        number = told.article(
            f"outlet-{n % 3}", published=day, title=text, text=f"word {text}\n" * 9
        )
        told.article("other", published=day, title=text, text=f"word {text}\n" * 9, copy_of=number)
        connection.execute(
            "UPDATE articles SET authors = ?, tags = ?, section = ?, language = ?, revision = 1,"
            " published_raw = ?, published_doubt = ?, image = ?, url = url || '?' || ?"
            " WHERE id = ?",
            (json.dumps([text]), json.dumps([text]), text, text, text, text, text, text, number),
        )
        connection.execute(
            "INSERT INTO revisions (article, revision, title, text, words, authors, replaced_at,"
            " text_hash, run) VALUES (?, 0, ?, ?, 1, '[]', ?, 'x', 1)",
            (number, f"{text} before", f"{text} before", day),
        )
        connection.execute(
            "INSERT INTO credits VALUES (?, ?, 'byline', ?, 0.9)", (number, text, text)
        )
    connection.execute(
        "UPDATE outlets SET name = ?, home = ?, country = ?, language = ?",
        (NAUGHTY[0], NAUGHTY[8], NAUGHTY[1], NAUGHTY[2]),
    )
    connection.execute(
        "UPDATE stories SET title = ?, outlets = 3, articles = 20, copy_groups = 10,"
        " first_at = '2022-01-01T10:00:00Z', last_at = '2022-01-10T10:00:00Z', languages = ?",
        (NAUGHTY[0], json.dumps(list(NAUGHTY))),
    )
    connection.executemany(
        "INSERT INTO overrides (at, who, why, kind, story, together, undone_at, undone_by)"
        " VALUES (?1, ?1, ?1, 'pin', 1, '[1]', ?1, ?1)",
        [(text,) for text in NAUGHTY],
    )
    connection.execute(
        "INSERT INTO watches (name, uid, event, filter, way, target, added_at, first_article,"
        " last_article, looked_at)"
        " VALUES ('sea', '', 'outlet-silent', '{}', 'file', ?, '', 0, 0, '')",
        (NAUGHTY[0],),
    )
    connection.executemany(
        "INSERT INTO watch_events (watch, key, run, at, message, state, trouble)"
        " VALUES (1, ?1, 1, ?1, ?2, 'waiting', ?1)",
        [
            (
                text,
                Message(
                    key=text, watch=text, event=text, at=text, text=text, outlet=text
                ).as_json(),
            )
            for text in NAUGHTY
        ],
    )
    connection.close()
    with serving(told.path) as desk:
        yield desk


HOSTILE_PAGES = (
    "/", "/stories", "/story/1", *(f"/article/{n}" for n in range(1, 2 * len(NAUGHTY), 2)),
    "/compare/1/2", "/compare/1/3", "/outlets", "/outlet/outlet-0", "/network",
    "/overrides", "/topics", "/watches", "/watches/%3Cscript%3E.atom", "/topic/%3Cscript%3E%22",
    "/search?words=word",
    "/store", "/store/articles?_facet=section&_facet=language", "/store/articles/1",
    "/store/overrides", "/store/article_overview?_sort=title", "/store/headline_changes",
    "/store/articles?title__contains=%3Cscript%3E", "/store/~3Cscript~3E",
    "/search?words=%3Cscript%3Ealert(1)%3C/script%3E", "/outlet/%3Cscript%3E%22",
    "/stories?since=%3Cscript%3E", "/stories?words=%22%3E%3Cscript%3E&outlet=%22onclick=%22",
)  # fmt: skip


def test_nothing_of_a_hostile_store_stands_raw_in_a_page(hostile: Served) -> None:
    for path in HOSTILE_PAGES:
        status, _, body = get(hostile, path)
        assert status in (200, 400, 404), (path, status)
        for raw in ("<script>document", "<script>alert", "<img src=x", "<svg/onload", "</main><h1>",
                    "1337", "\x1b", "\x00", "\u202e", "\u2066", 'href="javascript'):  # fmt: skip
            assert raw not in body, (path, raw)


def test_nothing_of_a_hostile_store_runs_in_a_browser(hostile: Served, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in HOSTILE_PAGES:
        page.goto(hostile.address + path)
        page.wait_for_load_state("load")
        assert page.title().startswith(tuple("<\"'{\\=javhTSNACOW𝕿o\u200b")), page.title()
        assert page.title() != "owned"
        assert page.locator("h1").count() == 1
    context.close()
    assert [line for line in said if "status of 4" not in line] == []


def test_hostile_rows_can_be_taken_away_without_harm(hostile: Served) -> None:
    _, headers, body = get(hostile, "/download/articles.csv")
    assert headers["content-disposition"] == 'attachment; filename="articles.csv"'
    rows = list(csv.DictReader(io.StringIO(body)))
    assert len(rows) == 2 * len(NAUGHTY)
    assert not [row for row in rows if row["title"].startswith(("=", "+", "-", "@"))]
    _, _, body = get(hostile, "/stories.csv")
    assert len(list(csv.DictReader(io.StringIO(body)))) == 1
    for path in ("/stories.atom", "/download/network.graphml"):
        assert not re.search("[\x00\x1b\x07]", get(hostile, path)[2])
    parsed = feedparser.parse(get(hostile, "/stories.atom")[2])
    assert not parsed.bozo, parsed.bozo_exception


def test_every_answer_forbids_scripts_and_frames_from_elsewhere(served: Served) -> None:
    for path in (
        "/",
        "/story/99999",
        "/search?words=almaty",
        "/stories.atom",
        "/desk/desk.js",
        "/store/articles",
    ):
        policy = get(served, path)[1]["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert get(served, path)[1]["x-content-type-options"] == "nosniff"


def test_a_name_that_points_here_is_turned_away(served: Served) -> None:
    """DNS rebinding: a page elsewhere may not read the desk under a name of its own."""
    assert get(served, "/", Host="evil.example:80")[0] == 421
    assert get(served, "/stories.json", Host="evil.example")[0] == 421
    port = urlsplit(served.address).port
    assert get(served, "/", Host=f"localhost:{port}")[0] == 200


def test_free_sql_is_off_unless_asked_for(served: Served) -> None:
    query = "/store?sql=select+count(*)+from+articles"
    assert get(served, query)[0] == 403
    with serving(served.db, "--sql") as free:
        assert get(free, query)[0] == 200


def test_feeds_of_stories_are_feeds(served: Served) -> None:
    status, headers, body = get(served, "/stories.atom?language=de")
    assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert parsed.entries
    assert all("/story/" in entry.link and entry.updated for entry in parsed.entries)
    whole = feedparser.parse(get(served, "/stories.atom")[2])
    assert len(whole.entries) > len(parsed.entries)
    made = json.loads(get(served, "/stories.json?language=de")[2])
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["url"] for item in made["items"]] == [entry.link for entry in parsed.entries]


def test_a_download_is_what_export_writes(served: Served) -> None:
    for what, form in (("articles", "csv"), ("pairs", "jsonl"), ("network", "graphml")):
        exported = newsloom("--db", served.db, "export", what, "--format", form).stdout
        got = get(served, f"/download/{what}.{form}")[2]
        assert got.replace("\r\n", "\n") == exported.replace("\r\n", "\n"), what
    wrong = ("/download/secrets.csv", "/download/articles.exe", "/download/articles.graphml",
             "/download/days.csv?story=1")  # fmt: skip
    for path in wrong:
        assert get(served, path)[0] in (400, 404), path
    for path in ("/download/articles.csv?story=99999", "/download/articles.csv?outlet=nope",
                 "/download/articles.csv?story=-1", "/download/articles.csv?story=1e3",
                 "/stories?from=99999999999999999999", "/compare?one=9999999999999999999&two=1",
                 "/stories?min_outlets=x", "/search?words=%00",
                 "/article/999999999999999"):  # fmt: skip
        assert get(served, path)[0] in (200, 400, 404), path
        assert "Traceback" not in get(served, path)[2]
    assert '"text"' not in get(served, "/download/articles.jsonl?text=0")[2]


def test_an_address_filters_as_the_command_line_does(served: Served) -> None:
    address = "words=almaty+OR+astana&outlet=rheinzeit&outlet=abendblick&country=DE&agency=1"
    options = ("--words", "almaty OR astana", "--outlet", "rheinzeit", "--outlet", "abendblick",
               "--country", "DE", "--agency")  # fmt: skip
    listed = json.loads(newsloom("--db", served.db, "stories", "--json", *options).stdout)
    feed = json.loads(get(served, f"/stories.json?{address}")[2])
    assert {item["id"].rpartition("/")[2] for item in feed["items"]} == {
        str(row["story"]) for row in listed
    }
    assert 0 < len(listed) < 20
    for what in ("articles", "pairs", "agencies"):
        exported = newsloom("--db", served.db, "export", what, *options).stdout
        got = get(served, f"/download/{what}.csv?{address}")[2]
        assert got.replace("\r\n", "\n") == exported.replace("\r\n", "\n"), what
    assert get(served, "/stories?agency=yes")[0] == 400
    status, _, body = get(served, "/download/articles.csv?words=almaty+(x")
    assert status == 400
    assert "This ( is not closed; add ), or leave it out." in body


def test_an_address_without_a_page_says_so(served: Served) -> None:
    for path in ("/nosuch", "/story/abc", "/compare/1"):
        status, _, body = get(served, path)
        assert status == 404
        assert "There is no page at this address." in body


def test_a_merged_story_leads_to_the_one_that_goes_on(tmp_path: Path) -> None:
    told = Told(tmp_path / "merged.db")
    told.article("herald", published="2022-01-05T10:00:00Z")
    told.connection.execute("INSERT INTO stories (id, title, merged_into) VALUES (2, 'gone', 1)")
    told.connection.close()
    with serving(told.path) as desk:
        status, headers, _ = get(desk, "/story/2")
    assert (status, headers["location"]) == (302, "/story/1")


def test_the_desk_never_writes(tmp_path: Path) -> None:
    told = Told(tmp_path / "still.db")
    told.article("herald")
    told.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    told.connection.close()
    before = told.path.read_bytes()
    with serving(told.path) as desk:
        for path in ("/", "/outlets", "/network", "/download/articles.csv", "/store/articles"):
            assert get(desk, path)[0] == 200
        wal = told.path.with_name("still.db-wal")
        assert not wal.exists() or wal.stat().st_size == 0
    assert told.path.read_bytes() == before


def test_a_port_in_use_and_a_missing_file_are_named(served: Served, tmp_path: Path) -> None:
    port = urlsplit(served.address).port
    done = newsloom("--db", served.db, "serve", "--port", port)
    assert (done.returncode, f"port {port}" in done.stderr) == (2, True)
    done = newsloom("--db", tmp_path / "none.db", "serve")
    assert (done.returncode, "no such database" in done.stderr) == (2, True)


def test_ctrl_c_closes_the_desk_quietly(served: Served) -> None:
    with serving(served.db) as desk:
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(timeout=20) == 0
        assert desk.process.stdout is not None
        assert desk.process.stdout.read().strip() == ""


def test_who_leaves_a_download_holds_up_nobody(tmp_path: Path) -> None:
    told = Told(tmp_path / "large.db")
    for _ in range(400):
        told.article("herald", text="a long text " * 10_000)
    told.connection.close()
    with serving(told.path) as desk:
        for _ in range(8):
            connection = http.client.HTTPConnection(urlsplit(desk.address).netloc, timeout=20)
            connection.request("GET", "/download/articles.jsonl")
            connection.getresponse().read(1000)
            connection.close()
        status, _, body = get(desk, "/download/outlets.csv")
        assert (status, len(body.splitlines())) == (200, 2)


def test_a_download_stops_when_its_reader_is_gone() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    loop = asyncio.new_event_loop()
    pipe = _Pipe(None, loop)
    pipe.write("some rows")
    # By hand: a loop of the browser's runs in this thread.
    with pytest.raises(StopIteration):
        _until_left(gone, pipe).send(None)
    with pytest.raises(_LeftError):
        pipe.flush()
    loop.close()


def test_a_search_narrowed_by_outlet_finds_what_others_would_crowd_out(tmp_path: Path) -> None:
    told = Told(tmp_path / "crowd.db")
    for _ in range(1_100):
        told.article("loud", text="bridge bridge bridge")
    told.article("quiet", text="a bridge among very many other words that are no such thing")
    told.connection.close()
    with serving(told.path) as desk:
        assert "1 article matches" in get(desk, "/search?words=bridge&outlet=quiet")[2]
