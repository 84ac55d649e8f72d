"""The archives that a command names: paths, addresses, patterns of them, and lists in files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawler.errors import UsageError
from crawler.ingest.warc import is_warc


def archive_names(given: Iterable[str]) -> list[str]:
    """Paths and addresses of archives, each once, in the order in which they are read.

    A name that does not end as that of an archive is of a text file with one archive, or pattern,
    a line. Raises UsageError for a file that is not there, and a pattern that finds nothing.
    """
    found: dict[str, None] = {}
    for name in given:
        lines = [name] if is_warc(Path(name)) else _listed(name)
        for line in lines:
            found.update(dict.fromkeys(_expanded(line)))
    if not found:
        raise UsageError("the list names no archive; write one path or address a line")
    return list(found)


def _listed(name: str) -> list[str]:
    try:
        lines = Path(name).read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{name}: is neither named as an archive (.warc, .warc.gz) nor a list of archives that "
            f"can be read ({error})"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _expanded(name: str) -> list[str]:
    """The archives of a pattern in the order of their names; another name stands for itself."""
    if "*" not in name:
        if "://" not in name and not Path(name).is_file():
            raise UsageError(f"{name}: there is no such file")
        return [name if "://" in name else str(Path(name).absolute())]
    from fsspec.core import url_to_fs

    system, path = url_to_fs(name)
    names = [system.unstrip_protocol(one) for one in sorted(system.glob(path))]
    if not names:
        raise UsageError(f"{name}: no archive has such a name")
    return [one.removeprefix("file://") for one in names]
