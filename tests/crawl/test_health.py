"""What is known of what was not seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.clock import utc
from tests.conftest import newsloom
from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl


def ago(**span: float) -> str:
    return utc(datetime.now(UTC) - timedelta(**span))


def test_health_tells_who_is_silent_and_what_has_moved(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with Site() as site:
        for slug in ("busy", "quiet"):
            site[f"/{slug}.xml"] = feed(*(item(site.url(f"/{slug}/{n}")) for n in range(5)))
            for n in range(5):
                site[f"/{slug}/{n}"] = page(f"{slug} bridge {n} is closed")
        site["/old.xml"] = Reply(status=301, headers={"Location": site.url("/busy.xml")})
        site["/gone.xml"] = Reply(status=410)
        site.describe(tmp_path / "outlets", "busy", feeds=["/old.xml", "/gone.xml"])
        site.describe(tmp_path / "outlets", "quiet", feeds=["/quiet.xml"])
        crawl(tmp_path)
    for slug, hours, since in (("busy", 2, 1), ("quiet", 6, 30)):
        ask(tmp_path, f"UPDATE articles SET first_seen_at = '{ago(hours=since)}', published_at ="
            f" strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || (id * {hours} + {since}) || ' hours')"
            f" WHERE outlet = (SELECT id FROM outlets WHERE slug = '{slug}')")  # fmt: skip
    rows = {r["outlet"]: r for r in json.loads(newsloom("--db", db, "health", "--json").stdout)}
    assert rows["busy"]["usual_hours"] == 2
    assert (rows["busy"]["silent"], rows["quiet"]["silent"]) == (0, 1)
    assert rows["busy"]["retired"] == 1
    told = newsloom("--db", db, "health").stdout
    assert "silent for three times the usual interval: quiet" in told
    assert f"/old.xml has moved to {site.url('/busy.xml')}" in told
    assert "/gone.xml is gone for good (410)" in told


def test_too_old_is_an_exit_code_for_cron(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
    assert newsloom("--db", db, "health", "--max-age", "2h").returncode == 0
    ask(tmp_path, f"UPDATE sources SET polled_at = '{ago(hours=3)}'")
    late = newsloom("--db", db, "health", "--max-age", "2h")
    assert late.returncode == 3
    assert "no good answer within 2.0 h: gazette" in late.stderr


def test_too_old_is_seen_below_the_rows_shown(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    with Site() as site:
        for slug in ("alert", "late"):
            site[f"/{slug}.xml"] = feed(item(site.url(f"/{slug}")))
            site.describe(tmp_path / "outlets", slug, feeds=[f"/{slug}.xml"])
        crawl(tmp_path)
    ask(tmp_path, f"UPDATE sources SET polled_at = '{ago(hours=3)}' WHERE url LIKE '%/late.xml'")
    done = newsloom("--db", db, "health", "--max-age", "2h", "--limit", "1")
    assert done.returncode == 3
    assert "no good answer within 2.0 h: late" in done.stderr


def test_a_gap_is_told(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site.describe(tmp_path / "outlets", feeds=["/feed.xml"])
        crawl(tmp_path)
        ask(tmp_path, f"UPDATE sources SET polled_at = '{ago(hours=10)}'")
        site["/feed.xml"] = feed(item(site.url("/9")))
        crawl(tmp_path, "--now")
    told = newsloom("--db", tmp_path / "t.db", "health").stdout
    assert "gazette: 1 poll found no known page; in the 10.0 hours" in told


def test_a_quiet_crawl_names_who_is_in_trouble_once(tmp_path: Path) -> None:
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/1")))
        site["/1"] = page("A bridge is closed")
        site["/no.xml"] = Reply(status=404)
        site.describe(tmp_path / "outlets", "gazette", feeds=["/feed.xml"])
        site.describe(tmp_path / "outlets", "herald", feeds=["/no.xml"])
        first, second = (crawl(tmp_path, "-q", "--now") for _ in range(2))
        site["/no.xml"] = Reply(status=403)
        third = crawl(tmp_path, "-q", "--now")
    assert first.stderr.startswith("herald: http-404 (")
    assert first.stderr.splitlines()[1].startswith("run 1: sources 1 read, 1 failed; 1 new article")
    assert (second.returncode, second.stdout, second.stderr) == (3, "", "")
    assert third.stderr.startswith("herald: http-403 (")
