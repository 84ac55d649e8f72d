"""`newsloom spark` where it cannot work, and the archives that it is given."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.spark import staged
from crawler.spark.archive_names import archive_names
from crawler.spark.staged import article_of, packed_article
from crawler.types import Article, Credit
from crawler.types.article import ArticleKind
from crawler.types.listing import Moment, Precision
from tests.conftest import Inside
from tests.spark.archives import Capture, write_archive

# warcio leaves the buffers of the records that it wrote to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_names_come_from_paths_patterns_and_lists(tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed (./run spark)")
    for name in ("b.warc.gz", "a.warc.gz", "c.warc"):
        (tmp_path / name).touch()
    listed = tmp_path / "list.txt"
    listed.write_text(f"# of May\nhttps://data.example/x.warc.gz\n\n{tmp_path}/*.warc.gz\n")
    found = archive_names([str(tmp_path / "c.warc"), str(listed), str(tmp_path / "a.warc.gz")])
    assert [name.rpartition("/")[2] for name in found] == [
        "c.warc", "x.warc.gz", "a.warc.gz", "b.warc.gz",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [("no.warc", "there is no such file"), ("no.txt", "is neither named as an archive")],
)
def test_names_that_lead_nowhere_are_refused(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        archive_names([given])


def test_an_article_survives_staging() -> None:
    article = Article(
        url="https://a.example/1", outlet="a", title="Bridge 橋 \ud83d", text="It was closed.",
        authors=("Ada",), tags=("bridges",), kind=ArticleKind.REPORT,
        credits=(Credit(agency="Eurowire", via="byline", evidence="(EW)", confidence=0.9),),
        published=Moment(
            at="2022-01-05T12:00:00Z", precision=Precision.DAY, source="meta", raw="5 January"
        ),
    )  # fmt: skip
    assert article_of(packed_article(article)) == article


def test_without_pyspark_it_says_what_to_install(
    tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    done = inside("spark", "group", tmp_path)
    assert done.returncode == 2
    assert "this needs Apache Spark (extra `spark`)" in done.stderr


def test_without_java_it_says_what_to_install(
    tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (./run spark)")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    done = inside("spark", "group", tmp_path)
    assert done.returncode == 2
    assert "needs Java 17" in done.stderr


def test_a_broken_connection_is_no_damaged_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (./run spark)")
    whole = write_archive(
        tmp_path / "x.warc.gz",
        [
            Capture(f"https://a.example/{n}", "2022-01-05T12:00:00Z", b"", status=404)
            for n in (1, 2)
        ],
    ).read_bytes()

    class Cut(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= len(whole) // 2:
                raise ConnectionResetError("the other side hung up")
            return super().read(min(size or -1, len(whole) // 2))

    monkeypatch.setattr(fsspec, "open", lambda *_: Cut(whole))
    monkeypatch.setattr(staged, "_parser", lambda: None)
    with pytest.raises(ConnectionResetError):
        staged.stage(tmp_path, "https://a.example/x.warc.gz", {})
    assert staged.read_mark(tmp_path, "https://a.example/x.warc.gz") is None
    monkeypatch.setattr(fsspec, "open", lambda *_: BytesIO(whole))
    assert staged.stage(tmp_path, "https://a.example/x.warc.gz", {}).counts == {"http-404": 2}
