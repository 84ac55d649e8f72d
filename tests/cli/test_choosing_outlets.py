"""Which outlets a command means: own and bundled ones, lists, countries, languages."""

from __future__ import annotations

import configparser
import json
import shlex
from pathlib import Path

import pytest

from crawler.cli import newsloom as program
from crawler.outlets.descriptions import bundled_outlets, described_outlets
from tests.conftest import Inside

OWN = 'name = "Mine"\ncountry = "KZ"\nlanguage = "kk"\nfeeds = ["https://mine.example/rss"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two descriptions, one of them of a bundled outlet, and a list."""
    made = tmp_path / "mine"
    made.mkdir()
    (made / "gazette.toml").write_text(OWN, "utf-8")
    (made / "bbc.toml").write_text(OWN.replace("Mine", "Our BBC"), "utf-8")
    (made / "some.txt").write_text(
        "\ufeff# two of them\r\ngazette\n\nguardian # and one\n", "utf-8"
    )
    return made


def planned(inside: Inside, cwd: Path, *arguments: object) -> list[str]:
    done = inside("crawl", "--dry-run", "--json", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return sorted({row["outlet"] for row in json.loads(done.stdout)})


def test_own_outlets_are_added_and_win(tmp_path: Path, folder: Path, inside: Inside) -> None:
    together = planned(inside, tmp_path, "--outlets", folder)
    assert {"gazette", "bbc", "guardian"} < set(together)
    assert planned(inside, tmp_path, "--outlets", folder, "--only") == ["bbc", "gazette"]
    shown = inside("outlets", "show", "bbc", "--outlets", folder)
    assert shown.stdout == f"# {folder}/bbc.toml\n{(folder / 'bbc.toml').read_text()}"
    said = inside("crawl", "--dry-run", "--outlets", folder, cwd=tmp_path).stderr
    assert f"bbc: the description in {folder} replaces the one that comes with Newsloom" in said
    quiet = inside("crawl", "--dry-run", "-q", "--outlets", folder, cwd=tmp_path).stderr
    assert "replaces" not in quiet
    left = inside("crawl", "--dry-run", "--only", cwd=tmp_path)
    assert (left.returncode, "name the folder of your own with --outlets" in left.stderr) == (
        2, True,
    )  # fmt: skip


def test_every_outlet_knows_the_agencies_of_both(tmp_path: Path) -> None:
    (tmp_path / "wire.toml").write_text(f"{OWN}agency = true\n", "utf-8")
    found = described_outlets(tmp_path)
    names = {agency.name for agency in found["guardian"].agencies}
    assert {"Mine", found["tass"].name} <= names
    assert found["wire"].agencies == found["guardian"].agencies


def test_outlets_are_chosen_by_what_they_state(
    tmp_path: Path, folder: Path, inside: Inside
) -> None:
    own = ("--outlets", folder)
    assert planned(inside, tmp_path, "--country", "kz", "--language", "kk", *own) == [
        "bbc", "gazette",
    ]  # fmt: skip
    both = planned(inside, tmp_path, "--language", "kk", "--language", "ko", *own)
    assert {"bbc", "gazette"} < set(both)
    assert planned(inside, tmp_path, "@some", "--country", "GB", *own) == ["guardian"]
    assert "unian" in planned(inside, tmp_path, "--agency", "--language", "ru")


def test_a_list_is_a_file_of_slugs(tmp_path: Path, folder: Path, inside: Inside) -> None:
    (tmp_path / "here.txt").write_text("nhk\n", "utf-8")
    own = ("--outlets", folder)
    assert planned(inside, tmp_path, "@some", "@here", "bbc", *own) == [
        "bbc", "gazette", "guardian", "nhk",
    ]  # fmt: skip
    assert planned(inside, tmp_path, f"@{folder}/some.txt", *own) == ["gazette", "guardian"]
    # A description that is named by its file has its lists beside it.
    one = ("--outlets", folder / "gazette.toml")
    assert planned(inside, tmp_path, "@some", *one) == ["gazette", "guardian"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--country", "XX"], "no outlet states the country XX; they state AR, AT, AU"),
        (["--country", "KZ", "--language", "pt"],
         "no outlet of the country KZ states the language pt; they state kk, ru"),
        (["gazette", "--agency"], "no outlet that is named is an agency"),
        (["@wrong"], "wrong.txt, line 3: there is no outlet 'gazete'; did you mean gazette"),
        (["@empty"], "empty.txt: the list is empty; write one slug on each line"),
        (["@gone"], "there is no list @gone: looked for mine/gone.txt and gone.txt; a list is"),
        (["@gone.txt"], "there is no list @gone.txt: looked for gone.txt; a list is"),
        (["@"], "there is no list @"),
        (["gardian"], "there is no outlet 'gardian'; did you mean guardian"),
    ],
)  # fmt: skip
def test_a_wrong_choice_says_what_there_is(
    folder: Path, inside: Inside, arguments: list[str], says: str
) -> None:
    (folder / "wrong.txt").write_text("# a list\nbbc\ngazete\n", "utf-8")
    (folder / "empty.txt").write_text("# nothing\n\n", "utf-8")
    for command in (["crawl", "--dry-run"], ["cron"], ["systemd"], ["outlets", "export", "--opml"]):
        done = inside(*command, *arguments, "--outlets", "mine", cwd=folder.parent)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_cron_and_systemd_print_what_was_named(folder: Path, inside: Inside) -> None:
    what = ["--country", "KZ", "--language", "kk", "--only", "--outlets", "mine", "@some"]
    (folder / "some.txt").write_text("gazette\n", "utf-8")
    place = folder.parent
    wanted = [
        "--outlets", str(folder), "--only", "--country", "KZ", "--language", "kk",
        f"@{folder}/some.txt",
    ]  # fmt: skip
    _, crawl, health = inside("cron", *what, cwd=place).stdout.splitlines()
    assert shlex.split(crawl)[-len(wanted) :] == wanted
    assert "health --max-age 1d" in health
    # What cron runs means what was named, wherever it runs.
    words = shlex.split(crawl.partition(" * * * * ")[2])
    words = words[words.index("crawl") + 1 :]
    assert planned(inside, Path("/"), *words) == ["gazette"]

    text = inside("systemd", *what, cwd=place).stdout
    units = {}
    for part in text.split("# ~/.config/systemd/user/")[1:]:
        name, _, body = part.partition("\n")
        units[name] = configparser.ConfigParser(interpolation=None, comment_prefixes="#")
        units[name].optionxform = str  # type: ignore[assignment,method-assign]
        units[name].read_string(body)
    start = shlex.split(units["newsloom.service"]["Service"]["ExecStart"])
    assert start[-len(wanted) :] == wanted
    assert "health --max-age 1d" in units["newsloom-health.service"]["Service"]["ExecStart"]
    assert units["newsloom-health.timer"]["Timer"]["OnCalendar"] == "*-*-* 07:30"


def test_descriptions_are_copied_to_be_changed(tmp_path: Path, inside: Inside) -> None:
    done = inside("outlets", "copy", "bbc", "guardian", cwd=tmp_path)
    assert done.stdout == (
        "outlets: 2 descriptions copied; `--outlets outlets` makes Newsloom use them\n"
    )
    for slug in ("bbc", "guardian"):
        copied = (tmp_path / "outlets" / f"{slug}.toml").read_bytes()
        assert copied == (bundled_outlets() / f"{slug}.toml").read_bytes()
    (tmp_path / "outlets" / "bbc.toml").write_text("mine", "utf-8")
    again = inside("outlets", "copy", "nhk", "bbc", cwd=tmp_path)
    assert (again.returncode, "--replace overwrites it" in again.stderr) == (2, True)
    assert not (tmp_path / "outlets" / "nhk.toml").exists()
    assert inside("outlets", "copy", "bbc", "--replace", cwd=tmp_path).returncode == 0


def test_a_shell_completes_outlets_lists_and_stories(
    folder: Path, monkeypatch: pytest.MonkeyPatch, inside: Inside
) -> None:
    from click.shell_completion import BashComplete

    monkeypatch.chdir(folder.parent)
    rows = [{"url": f"https://e.org/{n}", "title": f"Bridge {n}"} for n in (1, 2)]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for command in (["import", folder / "a.jsonl"], ["group"]):
        inside("--db", "t.db", *command, cwd=folder.parent)

    def completed(words: list[str], incomplete: str) -> list[str]:
        shell = BashComplete(program, {}, "newsloom", "_NEWSLOOM_COMPLETE")
        return [item.value for item in shell.get_completions(words, incomplete)]

    assert completed(["crawl"], "bbc-a") == ["bbc-arabic"]
    assert completed(["crawl", "--outlets", "mine", "--only"], "") == ["bbc", "gazette"]
    assert completed(["crawl", "--outlets", "mine"], "@") == ["@some"]
    assert completed(["crawl", "--outlets", "gone"], "") == []
    assert completed(["--db", "t.db", "story"], "1") == ["1"]
    assert completed(["--db", "gone.db", "story"], "1") == []
    assert completed(["--db", "t.db", "stories", "--outlet"], "e.") == ["e.org"]
    monkeypatch.setenv("NEWSLOOM_OUTLETS", "mine")
    assert completed(["--db", "t.db", "stories", "--outlet"], "@") == ["@some"]


def test_a_filter_takes_lists_of_outlets(tmp_path: Path, inside: Inside) -> None:
    rows = [{"url": f"https://{host}/1", "title": "Bridge"} for host in ("a.org", "b.org", "c.org")]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (tmp_path / "two.txt").write_text("a.org\nc.org  # the third\n", "utf-8")
    inside("--db", "t.db", "import", "a.jsonl", cwd=tmp_path)
    add = ("--db", "t.db", "topic", "add", "x", "--outlet", "@two")
    assert "2 articles of 2 outlets" in inside(*add, cwd=tmp_path).stdout
    # The topic has the outlets themselves: it means the same when the list is gone.
    (tmp_path / "two.txt").unlink()
    assert (
        "--outlet a.org --outlet c.org"
        in inside("--db", "t.db", "topic", "show", "x", cwd=tmp_path).stdout
    )
    gone = inside("--db", "t.db", "stories", "--outlet", "@two", cwd=tmp_path)
    assert (gone.returncode, "there is no list @two" in gone.stderr) == (2, True)
