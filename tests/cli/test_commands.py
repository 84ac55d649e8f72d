from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from crawler.cli.side_by_side import side_by_side
from crawler.cli.tables import as_json, table
from crawler.output.visible import visible
from tests.conftest import PYTHON, Crawled, Inside, ask, newsloom
from tests.store.told import Told


class Wide(NamedTuple):
    a: str
    b: str
    n: int


class Cell(NamedTuple):
    value: object


class Numbered(NamedTuple):
    n: int
    title: str


HEAVY = (
    "scrapy", "trafilatura", "datasketch", "numpy", "scipy", "sqlite_utils", "feedparser", "lxml",
    "dateutil", "tldextract", "requests", "crawler.parsing.dates",
)  # fmt: skip


def test_reading_commands_load_nothing_heavy(crawled: Crawled) -> None:
    for arguments in (
        ["--help"], ["stories"], ["story", "1"], ["article", "1"], ["groupings"],
        ["search", "almaty"], ["outlets"], ["health"], ["crawl", "--help"], ["db", "check"],
        ["export", "stories"], ["override", "list"],
    ):  # fmt: skip
        code = (
            "import sys\nfrom crawler.cli import run\n"
            f"sys.argv = ['newsloom', '--db', {str(crawled.db)!r}, *{arguments!r}]\nrun()\n"
            f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert found.stderr.splitlines()[-1] == "[]", (arguments, found.stderr)


def test_stories_come_in_every_form(crawled: Crawled) -> None:
    rows = json.loads(newsloom("--db", crawled.db, "stories", "--json", "--limit", 3).stdout)
    assert len(rows) == 3
    assert rows[0]["outlets"] >= rows[1]["outlets"] >= rows[2]["outlets"]
    lines = newsloom("--db", crawled.db, "stories", "--nl", "--limit", 3).stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows
    read = list(csv.DictReader(io.StringIO(
        newsloom("--db", crawled.db, "stories", "--csv", "--limit", 3).stdout)))  # fmt: skip
    assert [row["story"] for row in read] == [str(row["story"]) for row in rows]
    few = newsloom("--db", crawled.db, "stories", "--min-outlets", 5, "--json")
    assert all(row["outlets"] >= 5 for row in json.loads(few.stdout))


def test_a_story_shows_its_texts_and_who_carried_them(crawled: Crawled) -> None:
    first = json.loads(newsloom("--db", crawled.db, "stories", "--json", "--limit", 1).stdout)[0]
    shown = newsloom("--db", crawled.db, "story", first["story"]).stdout
    assert f"{first['articles']} articles of {first['outlets']} outlets" in shown
    lines = shown.splitlines()
    branches = [line for line in lines if line.startswith(("● ", "○ "))]
    assert len(branches) == first["copy_groups"]
    assert len(branches) + sum(line.startswith("└ ") for line in lines) == first["articles"]
    lanes = [line for line in lines if line.startswith(("text of", "other texts", "independent"))]
    assert sum(lane.count("●") + sum(map(int, re.findall(r"[2-9]", lane.split("  ", 1)[1])))
               for lane in lanes) == first["articles"]  # fmt: skip
    as_json = json.loads(newsloom("--db", crawled.db, "story", first["story"], "--json").stdout)
    assert len(as_json["articles"]) == first["articles"]
    assert as_json["log"][0]["event"] == "created"
    assert 0 <= as_json["second_outlet"] <= as_json["fifth_outlet"]
    assert as_json["languages"] == ["en"]


def test_explain_says_why(crawled: Crawled) -> None:
    connection = sqlite3.connect(crawled.db)
    pair = connection.execute("SELECT a, b FROM copies WHERE relation = 'same' LIMIT 1").fetchone()
    apart = connection.execute(
        "SELECT (SELECT min(id) FROM articles WHERE language = 'ru'),"
        " (SELECT min(id) FROM articles WHERE language = 'zh')"
    ).fetchone()
    url = connection.execute("SELECT url FROM articles WHERE id = ?", (pair[1],)).fetchone()[0]
    connection.close()
    joined = newsloom("--db", crawled.db, "compare", pair[0], url)
    assert "Copies: the same text." in joined.stdout
    assert "Longest passage in both" in joined.stdout
    assert "One story," in joined.stdout
    assert "Not copies" in newsloom("--db", crawled.db, "compare", *apart).stdout
    same = newsloom("--db", crawled.db, "compare", 1, 1)
    assert "one and the same article" in same.stdout
    found = json.loads(newsloom("--db", crawled.db, "compare", *pair, "--json").stdout)
    assert found["joined"] is True
    assert found["jaccard"] > 0.3
    diff = newsloom("--db", crawled.db, "compare", *pair, "--diff").stdout
    assert diff.count(" = ") > 3


def test_side_by_side_shows_what_differs() -> None:
    lines = list(side_by_side("one two three four", "one two 3 four\x1b[31m"))
    assert [line.split() for line in map(click.unstyle, lines)] == [
        ["one", "two", "=", "one", "two"],
        ["three", "four", "|", "3", "four\\u001b[31m"],
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "Usage: newsloom"),
        (["stroies"], 2, "there is no command 'stroies'; did you mean stories"),
        (["--db", "none.db", "stories"], 2, "no such database: none.db"),
        (["--db", "none.db", "group"], 2, "no such database: none.db"),
        (["crawl", "gaurdian"], 2, "there is no outlet 'gaurdian'; did you mean guardian"),
        (["crawl", "--only", "--outlets", "nowhere"], 2, "nowhere: no such file or folder"),
        (["--db", "x.db", "merge", "a.db", "b.db"], 2, "`newsloom merge` does not use x.db"),
        (["--db", "x.db", "demo"], 2, "leave --db out"),
        (["crawl", "--max-runtime", "soon"], 2, "write 90s, 15m, 2h or 7d"),
        (["crawl", "--since", "someday"], 2, "write 2022-01-05, or 7d for a week ago"),
        (["crawl", "--since", "6.1.2022"], 2, "'6.1.2022' is not a clear time"),
        (["import", "none.jsonl"], 2, "none.jsonl: no such file"),
        (["import", "."], 2, ".: a folder; name the files in it"),
        (["group", "--rebuild", "--as", "a b"], 2, "--as 'a b': a name is made of letters"),
        (["--db", "no/folder/x.db", "import", "README.md"], 2, "there is no folder"),
        (["extract", "none.jsonl"], 2, "none.jsonl: no such file"),
        (["demo", "--keep", "no/folder/town.db"], 2, "there is no folder"),
    ],
)
def test_a_mistake_is_met_with_a_sentence_and_leaves_nothing(
    tmp_path: Path, inside: Inside, arguments: list[str], code: int, says: str
) -> None:
    (tmp_path / "README.md").write_text("{}\n")
    done = inside(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["story", "9999"], "there is no story 9999; `newsloom stories` lists them"),
        (["article", "9999"], "there is no article 9999; `newsloom search WORDS`"),
        (["article", "https://example.org/x"], "there is no article https://example.org/x"),
        (["article", "not an address"], "not a web address"),
    ],
)
def test_a_name_that_leads_nowhere_is_explained(
    crawled: Crawled, arguments: list[str], says: str
) -> None:
    done = newsloom("--db", crawled.db, *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_period_without_days_is_named(crawled: Crawled) -> None:
    period = ("--since", "2022-01-09", "--until", "2022-01-05")
    for command in (["stories"], ["network"], ["export", "articles"]):
        done = newsloom("--db", crawled.db, *command, *period)
        assert done.returncode == 2
        assert "swap since and until" in done.stderr


def test_a_list_that_was_cut_says_so_to_people_only(crawled: Crawled) -> None:
    for command in (["stories", "--limit", "2"], ["search", "the", "--limit", "2"]):
        assert (
            "the first 2; --limit 10 shows more." in newsloom("--db", crawled.db, *command).stderr
        )
        assert newsloom("--db", crawled.db, *command, "--csv").stderr == ""
    assert newsloom("--db", crawled.db, "stories", "--limit", "999").stderr == ""


def test_a_closed_standard_output_is_no_mistake(crawled: Crawled) -> None:
    shell = f"{PYTHON} -m crawler --db {crawled.db} stories >&-"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_what_is_no_collection_is_refused_whole(tmp_path: Path, inside: Inside) -> None:
    file = tmp_path / "articles.csv"
    file.write_text("number,text\n1,One\n")
    done = inside("--db", tmp_path / "x.db", "import", file)
    assert done.returncode == 2
    assert "no column is called url; it begins with 'number,text" in done.stderr


def test_a_rejected_page_says_why_it_is_no_article(crawled: Crawled) -> None:
    connection = sqlite3.connect(crawled.db)
    url = connection.execute("SELECT url FROM pages WHERE reason = 'http-410'").fetchone()[0]
    connection.close()
    assert (
        "this page gave no article: rejected, http-410"
        in newsloom("--db", crawled.db, "article", url).stderr
    )


def test_health_fails_when_an_outlet_is_silent(crawled: Crawled) -> None:
    assert newsloom("--db", crawled.db, "health").returncode == 0
    done = newsloom("--db", crawled.db, "health", "--max-age", "2h")
    assert done.returncode == 3
    assert "no good answer within 2.0 h: broken-times, closed-shop, foggy-herald" in done.stderr


def test_dry_run_touches_nothing(tmp_path: Path) -> None:
    done = newsloom("--db", tmp_path / "x.db", "crawl", "guardian", "--dry-run")
    assert "theguardian.com" in done.stdout
    assert list(tmp_path.iterdir()) == []


LINES = """{"url": "https://a.org/1", "title": "One", "text": "%s", "published_at": "2022-01-05"}
{"url": "https://b.org/1", "title": "Only a headline", "authors": ["Ann"], "outlet": "beta"}
not json
{"title": "no url"}
{"url": "javascript:alert(1)", "title": "t"}
{"url": "https://a.org/2"}
{"url": "https://a.org/3", "title": 7}

{"url": "https://a.org/4", "text": "\\u0000\\ud800 strange", "published_at": "-0001-11-30"}
""" % ("The council closes the bridge. " * 20)


def test_import_saves_the_good_lines_and_names_the_bad_ones(tmp_path: Path, inside: Inside) -> None:
    file, db = tmp_path / "in.jsonl", tmp_path / "x.db"
    file.write_text(LINES, encoding="utf-8")
    done = inside("--db", db, "import", file)
    assert done.returncode == 3
    assert "3 new articles, 0 revised, 0 known, 5 bad lines left out" in done.stdout
    for reason in (":3: not JSON", ":4: no 'url'", ":5: not a web address",
                   ":6: neither 'title' nor 'text'", ":7: 'title' is not a string"):  # fmt: skip
        assert reason in done.stderr
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress(LINES.encode()))
    assert "0 new articles, 0 revised, 3 known" in inside("--db", db, "import", packed).stdout
    assert "3 known" in newsloom("--db", db, "import", "-", stdin=LINES).stdout
    rows = list(csv.DictReader(io.StringIO(inside("--db", db, "export", "articles").stdout)))
    assert [(r["outlet"], r["words"]) for r in rows] == [
        ("a.org", "100"),
        ("beta", "0"),
        ("a.org", "1"),
    ]
    assert [r["published_at"] for r in rows] == ["2022-01-05T00:00:00Z", "", ""]


def test_import_counts_times_and_keys_that_it_does_not_take_as_they_are(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"published_at": "yesterday", "teaser": "x"},
        {"published_at": "0000-00-00", "fetched_at": "?"},
        {"published_at": "8999-01-01", "teaser": "y", "Published\n": None},
        {"published_at": "2022-01-05", "authors": []},
    ]
    done = newsloom(
        "--db", tmp_path / "x.db", "import", "-",
        stdin="\n".join(
            json.dumps({"url": f"https://e.org/{n}", "title": "t"} | line)
            for n, line in enumerate(lines)
        ),
    )  # fmt: skip
    assert done.stdout == (
        "run 1: 4 new articles, 0 revised, 0 known, 0 bad lines left out; 2 published_at values "
        "could not be read (NULL); 1 fetched_at value could not be read (NULL); 1 published_at "
        "value in the future (NULL); unknown keys left out: Published\\u000a, teaser\n"
    )
    found = ask(tmp_path / "x.db", "SELECT published_at FROM articles ORDER BY id")
    assert found == [(None,), (None,), (None,), ("2022-01-05T00:00:00Z",)]


def test_import_takes_the_kinds_that_an_export_has(tmp_path: Path, inside: Inside) -> None:
    kinds = ["live-blog", "article", None, "news", 3]
    lines = "\n".join(
        json.dumps({"url": f"https://e.org/{n}", "title": "t", "kind": kind})
        for n, kind in enumerate(kinds)
    )
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    done = newsloom("--db", one, "import", "-", stdin=lines)
    assert "; 2 kind values could not be read (NULL)" in done.stdout
    exported = inside("--db", one, "export", "articles", "--format", "jsonl").stdout
    assert "kind values" not in newsloom("--db", two, "import", "-", stdin=exported).stdout
    for db in (one, two):
        found = ask(db, "SELECT kind FROM articles ORDER BY url")
        assert found == [("live-blog",), ("article",), (None,), (None,), (None,)]
    assert "\nkind        live blog\n" in inside("--db", two, "article", 1).stdout
    assert "\nkind" not in inside("--db", two, "article", 2).stdout


def test_import_leaves_out_what_is_longer_than_honest(tmp_path: Path, inside: Inside) -> None:
    long = "x" * 300_000
    rows: list[dict[str, object]] = [
        {key: long} for key in ("outlet", "title", "language", "published_at", "authors", "url")
    ]
    rows += [{"authors": ["y" * 900] * 20}, {"text": "x " * 600_000}, {"junk": "j" * 17_000_000}]
    lines = [{"url": f"https://e.org/{n}", "title": "t"} | row for n, row in enumerate(rows)]
    (tmp_path / "a.jsonl").write_text(
        "".join(
            json.dumps(line) + "\n" for line in [*lines, {"url": "https://e.org/ok", "title": "t"}]
        )
    )
    done = inside("--db", tmp_path / "a.db", "import", tmp_path / "a.jsonl")
    assert done.returncode == 3
    assert f"1 new article, 0 revised, 0 known, {len(rows)} bad lines" in done.stdout
    said = done.stderr.splitlines()
    assert f"{tmp_path}/a.jsonl:1: 'outlet' has 300,000 characters; at most 253 are taken" in said
    assert [line.partition(".jsonl:")[2].partition(":")[0] for line in said] == [
        str(n) for n in range(1, len(rows) + 1)
    ]
    assert len(done.stderr) < 2_000


def test_no_value_blows_up_a_table(tmp_path: Path, inside: Inside) -> None:
    told = Told(tmp_path / "t.db")
    told.article("x" * 300_000, title="y" * 300_000)
    told.connection.close()
    for command in (["outlets"], ["health"], ["stories"], ["agencies"]):
        done = inside("--db", told.path, *command)
        assert done.returncode == 0, done.stderr
        assert len(done.stdout) < 60_000, command
    wide = table([Wide("a" * 90, "b" * 90, 1)], Wide._fields)
    assert max(map(len, wide.splitlines())) <= 120


def broken(text: str, damage: str) -> bytes:
    packed = gzip.compress(text.encode(), mtime=0)
    half = len(packed) // 2
    return {
        "cut off": packed[:half],
        "bytes changed": packed[:half] + b"\xff" * 40 + packed[half + 40 :],
        "sum changed": packed[:-8] + b"\x00" * 8,
    }[damage]


ROWS = "".join(
    json.dumps({"url": f"https://e.org/{n}", "title": f"no {n * n}"}) + "\n" for n in range(2_000)
)
SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    + "".join(f"<url><loc>https://e.org/{n}</loc></url>\n" for n in range(2_000))
    + "</urlset>"
)


@pytest.mark.parametrize("damage", ["cut off", "bytes changed", "sum changed"])
def test_a_broken_archive_costs_only_what_cannot_be_read(
    tmp_path: Path, inside: Inside, damage: str
) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(broken(ROWS, damage))
    (tmp_path / "b.jsonl").write_text(json.dumps({"url": "https://f.org/", "title": "t"}) + "\n")
    done = inside("--db", "t.db", "import", "a.jsonl.gz", "b.jsonl", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "a.jsonl.gz: cannot be read to its end" in done.stderr
    urls = [url for (url,) in ask(tmp_path / "t.db", "SELECT url FROM articles")]
    assert "https://f.org/" in urls
    assert len(urls) > 100
    (tmp_path / "a.xml.gz").write_bytes(broken(SITEMAP, damage))
    (tmp_path / "b.xml").write_text("<rss version='2.0'><channel><title>x</title></channel></rss>")
    done = newsloom("feed", "--workers", 1, "a.xml.gz", "b.xml", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "a.xml.gz: broken gzip" in done.stderr
    assert {json.loads(line)["path"] for line in done.stdout.splitlines()} == {"a.xml.gz"}


def test_a_broken_page_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(broken(SITEMAP, "cut off"))
    (tmp_path / "b.html.gz").write_bytes(b"\x1f\x8b\x08")
    (tmp_path / "c.html").write_text("x")
    files = ("a.html.gz", "b.html.gz", "c.html")
    done = newsloom("extract", "--workers", 1, *files, cwd=tmp_path)
    assert (done.returncode, "interrupted" in done.stderr) == (3, False)
    assert "a.html.gz: broken gzip" in done.stderr
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert tuple(row["path"] for row in read) == files
    assert read[1]["rejected"] == "unreadable-file"


def test_an_import_broken_at_its_first_line_names_that_line(tmp_path: Path, inside: Inside) -> None:
    packed = gzip.compress(json.dumps({"url": "https://e.org/1", "title": "t"}).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[:-20])
    done = inside("--db", "t.db", "import", "a.jsonl.gz", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        3,
        "a.jsonl.gz: cannot be read to its end (from line 1 on: it is cut off); everything before "
        "that is saved\n",
    )


def test_a_file_that_is_too_long_to_be_read_whole_ends_with_3(
    tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.cli.saved_files.MAX_BYTES", 1_000)
    (tmp_path / "a.xml").write_bytes(b"<urlset>" + b" " * 1_000)
    done = inside("feed", "--workers", 1, "a.xml", cwd=tmp_path)
    assert (done.returncode, "the rest is left out" in done.stderr) == (3, True)


def test_feed_names_entries_without_an_address_and_the_sitemaps_of_an_index(tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_text(
        "<rss version='2.0'><channel><title>x</title><item><title>lost</title></item>"
        + "<item><title>a</title><link>https://e.org/1</link></item>" * 2
        + "</channel></rss>"
    )
    (tmp_path / "i.xml").write_text(
        "<s:sitemapindex xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'><s:sitemap>"
        "<s:loc>https://e.org/1.xml</s:loc><s:lastmod>2022-01-05</s:lastmod></s:sitemap>"
        "</s:sitemapindex>"
    )
    done = newsloom("feed", "--workers", 1, "f.xml", "i.xml", cwd=tmp_path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("url") for row in rows] == ["https://e.org/1", None, None]
    assert rows[1:] == [
        {"path": "f.xml", "left_out": "no-address", "title": "lost"},
        {"path": "i.xml", "sitemap": "https://e.org/1.xml", "modified_at": "2022-01-05T00:00:00Z"},
    ]
    assert done.stderr == (
        "f.xml: 1 entry without a usable address, 1 entry with the address of an earlier one\n"
    )


@pytest.mark.parametrize("value", [Path("x"), object(), {1}, b"x", float("nan")])
def test_what_json_does_not_have_is_no_output(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        as_json({"value": value})
    if not isinstance(value, float):
        with pytest.raises(TypeError):
            table([Cell(value)], Cell._fields)


def test_extract_and_feed_print_one_object_a_line(tmp_path: Path, inside: Inside) -> None:
    page = f"<html lang=en><title>Bridge</title><p>{'The council closes the bridge. ' * 20}</p>"
    (tmp_path / "a.html").write_text(page)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page.encode()))
    (tmp_path / "c.html").write_text(
        "<html><title>x</title><p>Too little to be an article.</p></html>"
    )
    (tmp_path / "m.jsonl").write_text(
        '{"path": "a.html", "url": "https://g.org/bridge"}\n{"path": "gone.html"}\n'
    )
    done = inside("extract", tmp_path / "a.html", tmp_path / "b.html.gz", tmp_path / "c.html",
                    tmp_path / "m.jsonl")  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [row.get("title") for row in rows] == ["Bridge", "Bridge", None, "Bridge", None]
    assert rows[0]["url"] is None
    assert rows[3]["url"] == "https://g.org/bridge"
    assert rows[0]["kind"] is None
    assert rows[2]["rejected"] == "no-text"
    assert rows[4]["rejected"] == "unreadable-file"
    (tmp_path / "f.xml").write_text(
        "<rss version='2.0'><channel><item><title>t</title><link>https://g.org/1</link></item>"
        "</channel></rss>"
    )
    listed = inside("feed", tmp_path / "f.xml", tmp_path / "c.html")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert rows[0]["url"] == "https://g.org/1"
    assert rows[1]["rejected"] == "not-a-feed"


def test_check_backup_and_migrate(crawled: Crawled, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert newsloom("--db", crawled.db, "db", "backup", copy).returncode == 0
    assert "no problem found" in newsloom("--db", copy, "db", "check").stdout
    assert "is up to date" in newsloom("--db", copy, "db", "migrate").stdout
    again = newsloom("--db", crawled.db, "db", "backup", copy)
    assert again.returncode == 2
    assert "exists already; name a new file" in again.stderr


def test_pandas_and_sqlite_read_the_file_without_a_warning(crawled: Crawled) -> None:
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connection = sqlite3.connect(crawled.db)
        frame = pandas.read_sql("SELECT * FROM article_overview", connection)
        connection.close()
    assert len(frame) == 217
    assert frame["story"].notna().all()


def test_datasette_opens_the_file(crawled: Crawled) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "datasette", str(crawled.db), "--get",
         f"/{crawled.db.stem}/article_overview.json?_size=2&_shape=array"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(json.loads(done.stdout)) == 2


def test_text_from_the_web_is_made_visible() -> None:
    hostile = "a\x1b]0;owned\x07b\u202ec\x9bd\re\tf\ud800"
    assert visible(hostile) == ("a\\u001b]0;owned\\u0007b\\u202ec\\u009bd\\u000de\\u0009f\\ud800")
    assert visible("two\nlines, Ü, 托, ق") == "two\nlines, Ü, 托, ق"
    assert "\x1b" not in table([Cell(hostile)], Cell._fields)


def test_a_table_fits_and_counts_wide_characters() -> None:
    shown = table([Numbered(1, "托" * 200), Numbered(22, "short")], Numbered._fields)
    assert "…" in shown
    from wcwidth import wcswidth

    assert max(wcswidth(line) for line in shown.splitlines()) <= 120


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    """/dev/full refuses every write; a store cannot be there, the message must be ours."""
    file = tmp_path / "in.jsonl"
    file.write_text(LINES, encoding="utf-8")
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "from crawler.cli import run\n"
        f"sys.argv = ['newsloom', '--db', {str(tmp_path / 'x.db')!r}, 'import', {str(file)!r}]\n"
        "sys.exit(run())"
    )
    big = "\n".join(
        json.dumps(
            {
                "url": f"https://a.org/{n}",
                "title": "t",
                "text": f"{n} words " * 300,
                "language": "en",
            }
        )
        for n in range(300)
    )
    file.write_text(big)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "x.db: " in done.stderr


def test_outlets_are_filtered_as_their_descriptions_say(inside: Inside) -> None:
    def listed(*arguments: str) -> list[dict[str, object]]:
        return list(json.loads(inside("outlets", "--json", *arguments).stdout))

    assert {row["country"] for row in listed("--country", "kz")} == {"KZ"}
    assert {row["language"] for row in listed("--language", "pt")} >= {"pt", "pt-BR", "pt-PT"}
    assert {row["language"] for row in listed("--language", "pt-br")} == {"pt-BR"}
    assert {row["agency"] for row in listed("--agency")} == {1}
    assert inside("outlets", "--country", "XX").stdout == "No outlets match.\n"


def test_a_hit_is_shown_with_its_passage(crawled: Crawled) -> None:
    said = newsloom("--db", crawled.db, "search", "almaty", "airport", "--limit", "1").stdout
    head, title, passage, end = said.split("\n")[:4]
    assert re.fullmatch(
        r"2022-01-0\d \d\d:\d\d  [a-z-]+, article \d+, story \d+, and \d+ copies", head
    )
    assert "airport" in title
    assert "[Almaty]" in passage
    assert "\\u000a" not in passage
    assert end == ""


def test_the_name_of_an_imported_outlet_stands_on_one_line(tmp_path: Path) -> None:
    line = {"url": "https://g.org/1", "title": "Bridge", "outlet": "The\n  Gazette"}
    newsloom("--db", tmp_path / "s.db", "import", "-", stdin=json.dumps(line))
    assert ask(tmp_path / "s.db", "SELECT slug, name FROM outlets") == [("The Gazette",) * 2]


def test_import_reads_numbers_and_the_language_of_a_row(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"published_at": 1641376800},
        {"published_at": 1641376800000},
        {"published_at": "10/01/2022", "language": "en-GB"},
        {"published_at": "10/01/2022", "language": "en"},
        {"published_at": "2565-01-05", "language": "th"},
        {"published_at": "2022"},
    ]
    newsloom(
        "--db", tmp_path / "x.db", "import", "-",
        stdin="\n".join(
            json.dumps({"url": f"https://e.org/{n}", "title": "t"} | line)
            for n, line in enumerate(lines)
        ),
    )  # fmt: skip
    found = ask(tmp_path / "x.db", "SELECT substr(published_at, 1, 10) FROM articles ORDER BY id")
    assert found == [
        ("2022-01-05",), ("2022-01-05",), ("2022-01-10",), (None,), ("2022-01-05",), (None,),
    ]  # fmt: skip
