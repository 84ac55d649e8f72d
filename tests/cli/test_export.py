"""What is taken away can be read by others, cited, and opened without harm."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
from collections import Counter
from pathlib import Path

import networkx
import pandas
import pytest
from pyarrow import parquet

from crawler.output.formats import write_csv, write_graphml
from crawler.store.queries.exports import EXPORTS, DescribedOutlet
from tests.conftest import PYTHON, Crawled, Inside, newsloom
from tests.store.told import Told


def test_a_spreadsheet_computes_nothing_of_ours() -> None:
    stream = io.StringIO()
    write_csv(stream, ["title", "n"], [["=cmd()", -1], ["+1", 2], ['say "hi",\nyou', 3]])
    assert list(csv.reader(io.StringIO(stream.getvalue()))) == [
        ["title", "n"], ["'=cmd()", "-1"], ["'+1", "2"], ['say "hi",\nyou', "3"],
    ]  # fmt: skip
    assert stream.getvalue().endswith("\r\n")


@pytest.mark.parametrize(
    "before",
    ["", " ", "\n", "\t", "\r", "\r\n", "\xa0", "\u3000", "\ufeff", "\u200b", "\x85", "\u202e"],
)
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_a_formula_hides_behind_nothing(before: str, sign: str) -> None:
    stream = io.StringIO()
    write_csv(stream, ["title"], [[f"{before}{sign}1+1"]])
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1] == [
        f"'{before}{sign}1+1"
    ]


def test_the_same_rows_in_every_form(crawled: Crawled, tmp_path: Path) -> None:
    for form in ("csv", "tsv", "jsonl", "parquet"):
        done = newsloom("--db", crawled.db, "export", "articles", "-o", tmp_path / f"a.{form}")
        assert done.returncode == 0, done.stderr
    frame = pandas.read_parquet(tmp_path / "a.parquet")
    jsonl = pandas.read_json(tmp_path / "a.jsonl", lines=True)
    assert len(frame) == len(jsonl) > 200
    assert str(frame["published_at"].dtype).startswith("datetime64")
    assert str(frame["published_at"].dt.tz) == "UTC"
    assert frame["text"].tolist() == jsonl["text"].tolist()
    assert [list(names) for names in frame["authors"]] == jsonl["authors"].tolist()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    with (tmp_path / "a.tsv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream, dialect="excel-tab")) == table
    assert [row["url"] for row in table] == frame["url"].tolist()
    assert list(table[0]) == list(frame.columns)


@pytest.mark.parametrize("what", EXPORTS)
def test_columns_of_parquet_have_the_types_of_their_values(
    crawled: Crawled, tmp_path: Path, what: str, inside: Inside
) -> None:
    for form in ("jsonl", "parquet"):
        done = inside("--db", crawled.db, "export", what, "-o", tmp_path / f"a.{form}")
        assert done.returncode == 0, done.stderr
    table = parquet.read_table(tmp_path / "a.parquet")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert table.num_rows == len(lines) > 0 or what in ("headlines", "revisions")
    may_be: dict[str, set[type]] = {
        "int64": {int},
        "double": {int, float},
        "list<element: string>": {list},
    }
    for name in table.schema.names:
        values = {type(json.loads(line)[name]) for line in lines} - {type(None)}
        assert values <= may_be.get(str(table.schema.field(name).type), {str}), name


def test_a_manifest_says_what_to_cite(crawled: Crawled, tmp_path: Path) -> None:
    file = tmp_path / "shared.csv"
    done = newsloom(
        "--db", crawled.db, "export", "articles", "--no-text", "--since", "2022-01-06", "-o", file
    )
    assert "to cite it" in done.stdout
    about = json.loads((tmp_path / "shared.csv.manifest.json").read_text("utf-8"))
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert about["rows"] == len(rows) > 0
    assert about["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert about["columns"] == list(rows[0])
    assert "text" not in rows[0]
    assert about["since"] == "2022-01-06T00:00:00Z"
    assert about["grouping"]["inputs"]
    assert about["grouping"]["settings"]["copies"]
    assert all((r["published_at"] or r["first_seen_at"]) >= "2022-01-06" for r in rows)
    assert not list(tmp_path.glob(".newsloom-*"))


def test_the_network_opens_in_networkx(crawled: Crawled, tmp_path: Path) -> None:
    file = tmp_path / "network.graphml"
    assert newsloom("--db", crawled.db, "export", "network", "-o", file).returncode == 0
    graph = networkx.read_graphml(file)
    rows = json.loads(
        "["
        + ",".join(
            newsloom("--db", crawled.db, "export", "network", "--format", "jsonl")
            .stdout.splitlines()
        )
        + "]"
    )  # fmt: skip
    assert graph.is_directed()
    assert {(a, b): d["copies"] for a, b, d in graph.edges(data=True)} == {
        (row["earlier"], row["later"]): row["copies"] for row in rows
    }
    assert graph.nodes["meridian"]["agency"] == 1


def test_outlets_of_a_filter_are_those_with_an_article_that_passes(crawled: Crawled) -> None:
    def counts(*arguments: str) -> dict[str, int]:
        done = newsloom("--db", crawled.db, "export", "outlets", *arguments, "--format", "jsonl")
        assert done.returncode == 0, done.stderr
        rows = map(json.loads, done.stdout.splitlines())
        return {row["outlet"]: row["articles"] for row in rows}

    everything = counts()
    assert everything["broken-times"] == 0
    assert sum(everything.values()) == 217
    found = counts("--words", "almaty")
    searched = newsloom(
        "--db", crawled.db, "export", "articles", "--words", "almaty", "--format", "jsonl"
    )
    assert found == Counter(json.loads(row)["outlet"] for row in searched.stdout.splitlines())
    # What names outlets keeps those without an article, too.
    assert counts("--outlet", "broken-times") == {"broken-times": 0}


def test_graphml_holds_hostile_names(tmp_path: Path) -> None:
    name = 'a"<b>&\x1b\x00\ud800]]>'
    stream = io.StringIO()
    node = DescribedOutlet(
        outlet=name,
        name=name,
        home=None,
        country=None,
        language=None,
        agency=0,
        articles=0,
        feeds="[]",
    )
    write_graphml(stream, ["earlier", "later", "copies"], [(name, name, 2)], [node])
    (tmp_path / "g.graphml").write_text(stream.getvalue(), "utf-8")
    graph = networkx.read_graphml(tmp_path / "g.graphml")
    assert list(graph.nodes) == ['a"<b>&]]>']


def test_export_refuses_options_that_do_not_apply(crawled: Crawled, tmp_path: Path) -> None:
    wrong = {
        ("export", "articles", "--format", "graphml"): "export network",
        ("export", "articles", "--format", "opml"): "export outlets",
        ("export", "articles", "--format", "parquet"): "-o FILE",
        ("export", "articles", "--outlet", "meridiam"): "meridian",
        ("export", "articles", "--story", "99999"): "no story 99999",
        ("export", "days", "--story", "1"): "story means nothing for days",
        ("export", "days", "--words", "toll"): "words means nothing for days",
        ("export", "articles", "-o", tmp_path / "no" / "a.csv"): "there is no folder",
        ("export", "articles", "-o", tmp_path / "a.xlsx"): "choose one of csv, tsv, jsonl",
    }
    for arguments, says in wrong.items():
        done = newsloom("--db", crawled.db, *arguments)
        assert done.returncode == 2, arguments
        assert says in done.stderr, (arguments, done.stderr)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_hostile_store_can_be_taken_away(tmp_path: Path, form: str) -> None:
    told = Told(tmp_path / "h.db")
    title = "=HYPERLINK(\x1b]0;x\x07\u202e)"
    told.article("herald", title=title)
    told.connection.close()
    file = tmp_path / f"a.{form}"
    assert newsloom("--db", told.path, "export", "articles", "-o", file).returncode == 0
    if form == "csv":
        assert f"'{title}" in file.read_text("utf-8")
    elif form == "jsonl":
        assert json.loads(file.read_text("utf-8"))["title"] == title
    else:
        assert pandas.read_parquet(file)["title"][0] == title


def test_a_store_is_never_written_over_and_a_full_disk_leaves_nothing(
    crawled: Crawled, tmp_path: Path
) -> None:
    for target in (crawled.db, tmp_path / "link.csv"):
        if target != crawled.db:
            target.symlink_to(crawled.db)
        done = newsloom("--db", crawled.db, "export", "articles", "-o", target)
        assert (done.returncode, "is a database" in done.stderr) == (2, True)
    (tmp_path / "link.csv").unlink()
    assert newsloom("--db", crawled.db, "db", "check").returncode == 0
    for command in ("export articles -o", "db backup"):
        target = tmp_path / "x.csv"
        line = f"exec {PYTHON} -m crawler --db {crawled.db} {command} {target}"
        done = subprocess.run(
            ["sh", "-c", f"ulimit -f 100; {line}"],
            capture_output=True, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 1, (command, done.stdout)
        assert str(target) in done.stderr
        assert not list(tmp_path.iterdir())


def test_a_day_counts_whole(tmp_path: Path) -> None:
    told = Told(tmp_path / "d.db")
    told.article("herald", published="2022-01-03T10:00:00Z")
    told.connection.execute("INSERT INTO sources (outlet, url, kind) VALUES (1, 'u', 'feed')")
    told.connection.execute(
        "INSERT INTO fetches (run, source, url, at, outcome)"
        " VALUES (1, 1, 'u', '2022-01-03T10:00:00Z', 'read')"
    )
    told.connection.close()
    for what in ("days", "agencies"):
        said = newsloom("--db", told.path, "export", what, "--since", "2022-01-03",
                        "--until", "2022-01-03").stdout  # fmt: skip
        assert len(said.splitlines()) == 2, what
