"""Outlets can see who asks them, however the crawl was started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import __version__
from tests.conftest import newsloom
from tests.crawl.site import Reply, Site

CONTACT = "https://example.org/our-study"
FEED = "<rss version='2.0'><channel><title>x</title></channel></rss>"


@pytest.mark.parametrize("how", ["setting", "environment", "user agent", "newsloom", "nothing"])
def test_the_user_agent_carries_the_contact(tmp_path: Path, how: str) -> None:
    with Site() as site:
        site["/feed"] = Reply(FEED, kind="application/rss+xml")
        site.describe(tmp_path / "o", feeds=["/feed"])
        if how == "newsloom":
            newsloom("--db", tmp_path / "t.db", "crawl", "--allow-private", "--no-group",
                     "--only", "--outlets", tmp_path / "o", "--contact", CONTACT)  # fmt: skip
        else:
            given = {
                "setting": ["-s", f"NEWSLOOM_CONTACT={CONTACT}"],
                "user agent": ["-s", "USER_AGENT=Mine/1.0", "-s", f"NEWSLOOM_CONTACT={CONTACT}"],
            }.get(how, [])
            kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSLOOM_")}
            done = subprocess.run(
                [sys.executable, "-m", "scrapy", "crawl", "feeds", "-a", f"outlets={tmp_path}/o",
                 "-s", "NEWSLOOM_ALLOW_PRIVATE=1", "-s", "NEWSLOOM_WORKERS=1", *given],
                cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120,
                env=kept | ({"NEWSLOOM_CONTACT": CONTACT} if how == "environment" else {}),
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        agents = {headers["user-agent"] for _, headers in site.asked}
    assert agents == {
        {"user agent": "Mine/1.0", "nothing": f"Newsloom/{__version__}"}.get(
            how, f"Newsloom/{__version__} (+{CONTACT})"
        )
    }
