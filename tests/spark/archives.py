"""WARC files: the pages of the town on both of its days, as other machines would have kept them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.demo.houses import HOUSES
from crawler.demo.town import Town


class Capture(NamedTuple):
    """A page as it was captured."""

    url: str
    at: str
    body: bytes
    kind: str = "text/html"
    status: int = 200


def write_archive(file: Path, captures: list[Capture]) -> Path:
    """Write an archive."""
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for one in captures:
            http = StatusAndHeaders(
                f"{one.status} X", [("Content-Type", one.kind)], protocol="HTTP/1.1"
            )
            writer.write_record(
                writer.create_warc_record(
                    one.url, "response", payload=BytesIO(one.body), http_headers=http,
                    warc_headers_dict={"WARC-Date": one.at},
                )
            )  # fmt: skip
    return file


def town_archives(folder: Path, files: int) -> list[Path]:
    """Archives of the town; what its outlets correct on the second day is captured twice."""
    captures = [capture for day in (1, 2) for capture in _of_day(day)]
    return [write_archive(folder / f"town-{n}.warc.gz", captures[n::files]) for n in range(files)]


def _of_day(day: int) -> list[Capture]:
    found = []
    with Town(day=day, latency=False) as town:
        # Hosts of one registered domain each, as outlets have them.
        here = f".localhost:{town.port}".encode()
        for outlet, prints in town._days[day].items():
            house = HOUSES[outlet]
            town._met.add(outlet)
            for print_ in prints:
                answer = town.answer(house.host, print_.path, {})
                url = f"https://{house.host.removesuffix('.localhost')}.example{print_.path}"
                body = answer.body.replace(here, b".example").replace(b"http://", b"https://")
                at = f"2022-01-{14 + day}T12:00:00Z"
                found.append(Capture(url, at, body, answer.kind, answer.status))
    return found
