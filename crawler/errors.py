"""What can go wrong, as one tree. The message of each error names its subject and its remedy.

NewsloomError
├── UsageError        a command asks for something that cannot be done         (exit 2)
│   ├── OutletError       a description of an outlet is wrong
│   ├── WordsError        a search that cannot be understood; it shows the place
│   ├── NotInStore        a filter names what the store does not have
│   ├── NoSuchDatabase    the store to read does not exist
│   ├── NotAStore         the file is not a Newsloom store, or has another version
│   ├── StoreInaccessible the file cannot be opened, or not be written to
│   ├── SchemaRefused     a file cannot be migrated as it is
│   ├── SchemeChanged     the file was grouped with other settings
│   └── EmbeddingModelMissing  it is not on this machine
├── Offline           this machine could reach no host                         (exit 4)
├── StoreBusy         another run holds the store                              (exit 75)
├── StoreError        SQLite could not do its work: disk full, file damaged    (exit 1)
│   ├── ValueRefused      SQLite cannot store a value
│   └── TookTooLong       a query ran into the time limit of its caller
└── ExtractError      a page is not an article; `reason` is the rejection's name
"""

from __future__ import annotations

import unicodedata

EXIT_CODES = {
    0: "done, or nothing new",
    1: "a bug in Newsloom, or a full or broken disk; what was saved stays saved",
    2: "a usage error: a wrong option, or a file or an outlet that does not exist or may not be "
    "read or written",
    3: "some sources failed, or some lines were left out; everything else is saved. "
    "`health --max-age`: an outlet gave no good answer within that time. "
    "`watch test`: the message could not be delivered",
    4: "every source failed, or this machine is offline, which counts against no outlet",
    75: "another run holds the store; nothing was done",
    130: "interrupted; what was saved stays saved",
}
"""The meaning of a command's exit code."""


class NewsloomError(Exception):
    """Root of the errors that Newsloom raises on purpose."""

    exit_code = 1


class UsageError(NewsloomError):
    """A command asks for something that cannot be done."""

    exit_code = 2


class OutletError(UsageError):
    """A description of an outlet is wrong."""


class NotInStore(UsageError):
    """A filter names an outlet, a country or a story that the store does not have."""


class WordsError(UsageError):
    """A search cannot be understood: what is wrong and what to do, then the place of it."""

    def __init__(self, sentence: str, words: str, at: int) -> None:
        start = max(0, at - _AROUND)
        before, after = _printable(words[start:at]), _printable(words[at : at + _AROUND])
        cut = "…" if start else ""
        # Two columns for a Chinese character, none for a mark above a letter.
        columns = sum(
            0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
            for c in cut + before
        )
        super().__init__(f"{sentence}\n  {cut}{before}{after}\n  {' ' * columns}^")
        self.at = at


_AROUND = 60
"""Characters of a search that are shown before and after a mistake."""


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


class NoSuchDatabase(UsageError):
    """There is no file to read."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"no such database: {path}; `newsloom crawl`, `import` or `demo --keep FILE` makes "
            "one, `newsloom --db FILE` names another"
        )


class NotAStore(UsageError):
    """The file is not a store that this version can use."""


class StoreInaccessible(UsageError):
    """The system lets nobody open the file, or write to it."""


class SchemaRefused(UsageError):
    """A file cannot be migrated as it is."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(
            f"{path}: nothing was changed, because {why}; then run `newsloom --db {path} db "
            "migrate`"
        )


class SchemeChanged(UsageError):
    """One file cannot have findings of two schemes."""

    def __init__(self, path: object, known: str, asked: str) -> None:
        super().__init__(
            f"{path}: its copies were found with scheme {known}, but this Newsloom uses {asked}; "
            "`newsloom group --rebuild` finds them again, articles and story numbers stay"
        )


class EmbeddingModelMissing(UsageError):
    """The embedding model that speaks for a file's stories cannot be loaded."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"embedding model {name}: {why}. "
            "`newsloom group --embedding-model none` links stories without one."
        )


class Offline(NewsloomError):
    """This machine could reach no host."""

    exit_code = 4


class StoreBusy(NewsloomError):
    """Another run holds the store."""

    exit_code = 75


class StoreError(NewsloomError):
    """SQLite could not do its work."""


class ValueRefused(StoreError):
    """SQLite cannot store a value; the others of its batch may be fine."""


class TookTooLong(StoreError):
    """A query took longer than its caller allows."""


NO_STAND_IN = frozenset(
    {"http-404", "http-410", "http-451", "front-page", "amp-twin", "twin", "unstorable"}
)
"""Rejections after which the text in a feed does not replace that of the page: the outlet removed
the page, or another page gave the article."""


class ExtractError(NewsloomError):
    """A page is not an article."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[ExtractError], tuple[str, str]]:
        # It crosses from a worker process to the crawl.
        return type(self), (self.reason, self.detail)
