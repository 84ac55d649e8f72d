"""Pages kept as a WARC file beside the store, for other tools and for `newsloom import`."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.release import __version__
from crawler.types import Fetched

_CODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class KeptWarc:
    """The archive of one run: `news-12.warc.gz` for the twelfth run of `news.db`."""

    def __init__(self, store: Path, *, run: int) -> None:
        self.path = store.with_name(f"{store.name.removesuffix('.db')}-{run}.warc.gz")
        self._stream = self.path.open("ab")
        self._writer = WARCWriter(self._stream, gzip=True)
        if not self._stream.tell():
            self._write(
                self._writer.create_warcinfo_record(
                    self.path.name,
                    {"software": f"Newsloom/{__version__}", "format": "WARC File Format 1.1"},
                )
            )

    def save(self, fetched: Fetched) -> None:
        """Write a page. OSError says what the file system refused."""
        # The body is kept unpacked, so headers must not call it packed.
        headers = [(name, v) for name, v in fetched.headers.items() if name not in _CODED]
        headers.append(("content-length", str(len(fetched.body))))
        self._write(
            self._writer.create_warc_record(
                fetched.url,
                "response",
                payload=BytesIO(fetched.body),
                http_headers=StatusAndHeaders(f"{fetched.status} OK", headers, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": fetched.at},
            )
        )

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _write(self, record: object) -> None:
        self._writer.write_record(record)
        self._stream.flush()
