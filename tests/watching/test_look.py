"""What watches notice: what is new since they last looked, and nothing twice."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli import newsloom as program
from crawler.store import open_store
from crawler.watching.look import level, look
from crawler.watching.messages import Message, NamedArticle, NamedStory, read_message
from tests.conftest import NOW, Inside
from tests.store.told import Told
from tests.watching.conftest import Desk, bridge


def test_a_new_story_is_told_once_and_nothing_of_before(desk: Desk) -> None:
    desk.bring(bridge("gazette"))  # not grouped yet, but there
    desk.watch("bridges", "--words", "bridge")
    desk.watch("mills", "--words", "mill")
    desk.watch("two", "--words", "bridge OR tunnel", "--min-outlets", "2")
    desk.group()
    desk.bring(bridge("courier"))
    desk.group()
    assert desk.events("bridges") == desk.events("mills") == desk.events("two") == []
    tunnel = {
        "title": "A tunnel floods",
        "text": "Water broke into the tunnel below the hill. " * 9,
    }
    desk.bring(bridge("gazette", 7, **tunnel))
    desk.group()
    assert desk.events("two") == []
    desk.bring(bridge("courier", 7, **tunnel))
    desk.group()
    desk.group()
    desk.bring(bridge("herald", 7, **tunnel))
    desk.group()
    (told,) = desk.events("two")
    assert told["text"] == "New story of 2 outlets: A tunnel floods"
    assert told["event"] == "new-story"
    assert [(one["outlet"], one["url"]) for one in told["articles"]] == [
        ("courier", "https://courier.example/7"), ("gazette", "https://gazette.example/7"),
    ] or {one["outlet"] for one in told["articles"]} == {"courier", "gazette"}  # fmt: skip
    assert told["story"]["outlets"] == 2
    desk.group("--rebuild")
    assert len(desk.events("two")) == 1


def test_growth_is_told_when_the_outlets_double(desk: Desk) -> None:
    desk.bring(bridge("gazette"), bridge("courier"))
    desk.watch("grows", "--words", "bridge", "--when", "grows")
    desk.group()
    assert desk.events("grows") == []
    texts = []
    for outlet in ("herald", "tribune", "observer"):
        desk.bring(bridge(outlet))
        desk.group()
        texts.append([one["text"] for one in desk.events("grows")])
    four = "Reported by 4 outlets now: A bridge is closed"
    assert texts == [[], [four], [four]]


@given(st.integers(1, 200), st.integers(1, 50))
def test_a_level_is_reached_by_doubling(outlets: int, least: int) -> None:
    found = level(outlets, least)
    first = max(least, 2)
    assert (found is None) == (outlets < first)
    if found is not None:
        assert found <= outlets < 2 * found
        assert found % first == 0


def test_copies_of_what_passes_are_told(desk: Desk) -> None:
    desk.bring(bridge("gazette"))
    desk.watch("copied", "--outlet", "gazette", "--when", "copied")
    desk.watch("others", "--outlet", "herald", "--when", "copied")
    desk.bring(
        bridge("courier", published_at="2022-01-05T11:00:00Z"),
        bridge("tribune", published_at="2022-01-05T12:00:00Z"),
        bridge("gazette", 2, published_at="2022-01-05T12:00:00Z"),
    )
    desk.group()
    desk.group()
    (told,) = desk.events("copied")
    assert told["text"] == "2 outlets carry the text of gazette: A bridge is closed"
    assert told["copied"]["url"] == "https://gazette.example/1"
    assert [one["outlet"] for one in told["articles"]] == ["courier", "tribune"]
    assert desk.events("others") == []


def test_a_changed_headline_is_told(desk: Desk) -> None:
    desk.bring(bridge("gazette"), bridge("courier"))
    desk.group()
    desk.bring(bridge("gazette", title="A bridge may close"))
    desk.watch("headlines", "--outlet", "gazette", "--when", "headline-changed")
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("UPDATE revisions SET replaced_at = '2022-01-01T00:00:00Z'")
    desk.bring(bridge("gazette", title="The bridge is open"), bridge("courier", title="Open"))
    desk.group()
    desk.group()
    (told,) = desk.events("headlines")
    assert (told["before"], told["after"]) == ("A bridge may close", "The bridge is open")
    assert told["articles"][0]["url"] == "https://gazette.example/1"


def test_a_silent_outlet_is_told_once_a_silence(tmp_path: Path, inside: Inside) -> None:
    told = Told(tmp_path / "n.db")
    for slug in ("old", "new", "fresh"):
        number = told.outlet(slug, name=slug.title())
        told.connection.execute(
            "INSERT INTO sources (outlet, url, kind) VALUES (?, ?, 'feed')",
            (number, f"https://{slug}"),
        )
    for slug, day in (("old", 1), ("new", 18), ("fresh", 20)):
        for hour in (1, 2, 3):
            told.article(slug, published=f"2022-01-{day:02}T0{hour}:00:00Z",
                         seen=f"2022-01-{day:02}T0{hour}:00:00Z", story=None)  # fmt: skip
    done = inside("--db", told.path, "watch", "add", "quiet", "--when", "outlet-silent")
    assert done.returncode == 0, done.stderr
    told.connection.execute("UPDATE watches SET added_at = '2022-01-18T06:00:00Z'")
    told.connection.close()
    store = open_store(told.path)
    assert look(store, run=1, now=NOW).events == 1
    assert look(store, run=1, now=NOW).events == 0
    (event,) = store.watches.events(store.watches.get("quiet"), limit=9)
    store.close()
    message = read_message(event.message)
    assert message.outlet == "new"
    assert message.text == (
        "New has brought nothing new since 2022-01-18 03:00 UTC; its usual interval is 60 min"
    )


def test_a_watch_that_cannot_look_stops_no_other_and_catches_up(desk: Desk) -> None:
    desk("topic", "add", "t", "--words", "bridge")
    desk.watch("a", "--topic", "t")
    desk.watch("b", "--words", "bridge")
    desk("topic", "remove", "t")
    desk.bring(bridge("gazette"))
    done = desk.group()
    assert "watch a: cannot look: there is no topic t" in done.stderr
    assert (len(desk.events("a")), len(desk.events("b"))) == (0, 1)
    desk("topic", "add", "t", "--words", "bridge")
    assert "watch a" not in desk.group().stderr
    assert len(desk.events("a")) == 1


def test_articles_that_wait_for_their_grouping_are_looked_at_after_it(desk: Desk) -> None:
    desk.watch("b", "--words", "bridge")
    desk.bring(bridge("gazette"))
    store = open_store(desk.db)
    assert look(store, run=1, now=NOW).events == 0
    store.close()
    desk.group()
    assert len(desk.events("b")) == 1


def test_what_a_merge_brings_is_no_news(desk: Desk, inside: Inside, old_mill: Path) -> None:
    desk.watch("b", "--words", "bridge OR mill")
    other = Desk(desk.folder / "other", inside)
    other.folder.mkdir()
    shutil.copy(old_mill, other.db)
    other.bring(bridge("gazette"))
    merged = Desk(desk.folder / "merged", inside)
    merged.folder.mkdir()
    assert inside("merge", desk.db, other.db, "-o", merged.db).returncode == 0
    merged.group()
    assert merged.events("b") == []
    tunnel = "Water broke into the tunnel below the hill, and no bridge led out of it. " * 9
    merged.bring(bridge("courier", 7, title="A tunnel floods", text=tunnel,
                        published_at="2022-03-05T10:00:00Z"))  # fmt: skip
    merged.group()
    assert [one["story"]["title"] for one in merged.events("b")] == ["A tunnel floods"]


ANY = st.text(min_size=1, max_size=20)
ARTICLES = st.builds(NamedArticle, article=st.integers(1), outlet=ANY, title=ANY, url=ANY, at=ANY)
STORIES = st.builds(
    NamedStory, story=st.integers(1), title=ANY, outlets=st.integers(1), articles=st.integers(1),
    languages=st.tuples(ANY), first_at=ANY, last_at=ANY,
)  # fmt: skip


@given(
    st.builds(
        Message, key=ANY, watch=ANY, event=ANY, at=ANY, text=ANY, outlet=st.none() | ANY,
        before=st.none() | ANY, after=st.none() | ANY, copied=st.none() | ARTICLES,
        story=st.none() | STORIES, articles=st.lists(ARTICLES, max_size=2).map(tuple),
        more=st.integers(0, 9),
    )
)  # fmt: skip
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    written = message.as_json()
    assert "\n" not in written
    assert read_message(written) == message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a watch needs a condition"),
        (["--words", "a", "--file", "x", "--mail", "a@b.org"], "a watch sends to one receiver"),
        (["--words", "a", "--secret-from", "S"], "are about a --webhook"),
        (["--words", "a", "--webhook", "ftp://x.org"], "--webhook takes a full http or https"),
        (["--words", "a", "--webhook", "https://me:word@x.org"], "holds a user name or password"),
        (
            ["--words", "a", "--webhook", "https://x.org", "--secret-from", "s3/cret"],
            "such as WATCH",
        ),
        (["--words", "a", "--webhook", "http://127.0.0.1/"], "--allow-private` permits it"),
        (["--words", "a", "--webhook", "http://localhost:80/"], "--allow-private` permits it"),
        (["--words", "a", "--mail", "-oQ/tmp@x"], "is no mail address"),
        (["--words", "a", "--mail", "a@b.org\nBcc: c@d.org"], "is no mail address"),
        (["--words", "a", "--file", "."], "is no file"),
        (["--words", "a", "--file", "/dev/null"], "is no file"),
        (["--words", "a", "--file", "nowhere/x"], "there is no folder"),
        (["--words", "("], "("),
        (["--topic", "none"], "there is no topic none"),
        (["--when", "outlet-silent", "--words", "a"], "leave --words out"),
        (["--when", "never"], "'never' is not one of"),
    ],
)
def test_what_is_no_watch_is_refused(desk: Desk, arguments: list[str], said: str) -> None:
    done = desk("watch", "add", "w", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "s3/cret" not in done.stderr
    assert "word@" not in done.stderr


def test_watches_are_listed_shown_and_removed(desk: Desk) -> None:
    assert "The store has no watches" in desk("watch", "list").stdout
    desk.watch("bridges", "--words", "bridge")
    assert (
        "there is a watch bridges already" in desk("watch", "add", "bridges", "--words", "x").stderr
    )
    assert "cannot name a watch" in desk("watch", "add", "a b", "--words", "x").stderr
    desk.bring(bridge("gazette"))
    assert "Watches noticed 1 event and sent 0 messages." in desk.group().stderr
    assert (
        "sent: New story of 1 outlet: A bridge is closed" in desk("watch", "show", "bridges").stdout
    )
    assert '"events": 1' in desk("watch", "list", "--json").stdout
    assert '"url": "https://gazette.example/1"' in desk("watch", "show", "bridges", "--json").stdout
    assert "did you mean bridges" in desk("watch", "show", "bridge").stderr
    assert desk("watch", "remove", "bridges").stdout == "watch bridges is removed\n"
    assert desk("watch", "remove", "bridges").returncode == 2


def test_a_shell_completes_watches_and_cron_names_their_secrets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.watch("w", "--words", "x", "--webhook", "https://h.example/${CHAT_PATH}",
               "--secret-from", "HOOK_SECRET")  # fmt: skip
    shell = BashComplete(program, {}, "newsloom", "_NEWSLOOM_COMPLETE")
    found = shell.get_completions(["--db", str(desk.db), "watch", "show"], "")
    assert [item.value for item in found] == ["w"]
    assert shell.get_completions(["--db", "gone.db", "watch", "show"], "") == []
    keys = {"name": '"G"', "home": '"https://g.org/"', "feeds": '["https://g.org/f"]',
            "cookies_from": '"G_COOKIES"'}  # fmt: skip
    description = "\n".join(f"{key} = {value}" for key, value in keys.items())
    (desk.folder / "gazette.toml").write_text(description, encoding="utf-8")
    chosen = ("--only", "--outlets", desk.folder / "gazette.toml")
    lines = desk("cron", *chosen).stdout.splitlines()
    assert lines[1:4] == [
        "# G_COOKIES=...  for the outlet gazette",
        "# HOOK_SECRET=...  for the watch w",
        "# CHAT_PATH=...  for the watch w",
    ]
    assert "with G_COOKIES, HOOK_SECRET, CHAT_PATH:" in desk("systemd", *chosen).stdout
