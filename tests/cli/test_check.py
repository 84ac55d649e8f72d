"""`newsloom outlets check`: what is understood of an outlet, before it is crawled."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.demo.town import Town
from tests.conftest import newsloom


@pytest.mark.usefixtures("slow")
def test_a_check_shows_field_by_field_what_was_understood_and_saves_nothing(tmp_path: Path) -> None:
    with Town() as town:
        outlets = town.describe_outlets(tmp_path / "outlets")

        def check(slug: str) -> tuple[int, str, str]:
            done = newsloom(
                "--db", tmp_path / "news.db", "outlets", "check", slug, "--outlets", outlets,
                "--allow-private", "--pages", 2,
            )  # fmt: skip
            return done.returncode, done.stdout, done.stderr

        code, shown, _ = check("campus-view")
        assert code == 0
        for part in ("jsonld headline", "jsonld author", "link rel=canonical", "left out", "Joel"):
            assert part in shown
        code, shown, _ = check("closed-shop")
        assert (code, "forbidden by robots.txt" in shown) == (4, True)
        code, shown, errors = check("campus-vew")
        assert (code, shown) == (2, "")
        assert "did you mean campus-view" in errors
    assert not (tmp_path / "news.db").exists()
