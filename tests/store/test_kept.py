from __future__ import annotations

from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.errors import NoSuchDatabase
from crawler.store.file.kept_pages import KeptPages
from crawler.store.file.kept_warc import KeptWarc
from crawler.types import Fetched, Listing, Page
from tests.conftest import NOW

PAGE = Page(
    id=7, url="https://g.org/a", outlet="g", attempts=0, listing=Listing(url="https://g.org/a")
)


def answer(body: bytes) -> Fetched:
    return Fetched(
        page=PAGE,
        url="https://g.org/a?final",
        status=200,
        content_type="text/html",
        body=body,
        at=NOW,
        headers={"content-type": "text/html", "content-encoding": "gzip"},
    )


def test_kept_pages_give_back_what_was_saved_last(tmp_path: Path) -> None:
    kept = KeptPages(tmp_path / "news.db", make=True)
    kept.save(answer(b"first"), extraction=3)
    kept.save(answer(b"second"), extraction=3)
    kept.mark_read([PAGE.id], extraction=4)
    kept.close()
    again = KeptPages(tmp_path / "news.db", make=False)
    (found,) = again
    assert len(again) == 1
    assert found.fetched(PAGE) == answer(b"second")
    assert found.extraction == 4
    again.close()


def test_kept_pages_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchDatabase, match=r"news\.pages\.db"):
        KeptPages(tmp_path / "news.db", make=False)


# warcio leaves its buffers to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_kept_warc_has_the_page_as_it_was_unpacked(tmp_path: Path) -> None:
    for body in (b"first", b"second"):  # a run that goes on appends to its archive
        warc = KeptWarc(tmp_path / "news.db", run=12)
        warc.save(answer(body))
        warc.close()
    with (tmp_path / "news-12.warc.gz").open("rb") as file:
        records = [
            (record.rec_type, record.http_headers, record.content_stream().read())
            for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "response"]
    assert [body for _, _, body in records[1:]] == [b"first", b"second"]
    assert records[1][1].get_header("content-encoding") is None
