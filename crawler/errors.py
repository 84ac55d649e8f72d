"""What can go wrong, as one tree. Each error carries its subject and its remedy.

NewsloomError
├── UsageError        the person asked for something that cannot be done       (exit 2)
│   ├── OutletError       a description of an outlet is wrong
│   ├── NoSuchDatabase    a reading command was pointed at nothing
│   ├── NotAStore         the file is not a Newsloom store, or of another version
│   ├── SchemaRefused     a file cannot be brought to today's schema as it is
│   ├── SchemeChanged     the file was grouped with other numbers
│   └── EmbeddingModelMissing      its embedding model is not on this machine
├── Offline           nobody could be reached                                  (exit 4)
├── StoreBusy         another run holds the store                              (exit 75)
├── StoreError        SQLite could not do its work: disk full, file damaged    (exit 1)
│   ├── ValueRefused      it could, but would not take a value
│   └── TookTooLong       a question was broken off, as its asker wished
└── ExtractError      a page is not an article; `reason` is the rejection's name
"""

from __future__ import annotations

EXIT_CODES = {
    0: "done, or nothing new",
    1: "a mistake of Newsloom's, or the disk is full or broken; what was saved stays saved",
    2: "the command was called wrongly, or a file or an outlet is not there",
    3: "some sources failed, or some lines were left out; all else is saved. "
    "`health --max-age`: an outlet gave no answer for so long",
    4: "every source failed, or this machine is offline: nothing was counted against anybody",
    75: "another run holds the store; nothing was done",
    130: "interrupted; what was saved stays saved",
}
"""What a command's exit code says."""


class NewsloomError(Exception):
    """Root of the errors that Newsloom raises on purpose."""

    exit_code = 1


class UsageError(NewsloomError):
    """The request cannot be carried out as it was made."""

    exit_code = 2


class OutletError(UsageError):
    """A description of an outlet is wrong."""


class NoSuchDatabase(UsageError):
    """There is no file to read."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"no such database: {path}. `newsloom crawl`, `import` or `demo --keep FILE` makes "
            "one; `newsloom --db FILE` names another."
        )


class NotAStore(UsageError):
    """The file is not a store that this version can use."""


class SchemaRefused(UsageError):
    """A file cannot be brought to today's schema as it is."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(
            f"{path}: nothing was changed, because {why}. After that, run `newsloom --db {path} db "
            "migrate`."
        )


class SchemeChanged(UsageError):
    """Findings of two schemes cannot stand beside each other."""

    def __init__(self, path: object, known: str, asked: str) -> None:
        super().__init__(
            f"{path}: its copies were found with scheme {known}, this Newsloom uses {asked}. "
            "`newsloom group --rebuild` finds them anew; articles and story numbers stay."
        )


class EmbeddingModelMissing(UsageError):
    """The embedding model that speaks for a file's stories cannot be loaded."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"embedding model {name}: {why}. "
            "`newsloom group --embedding-model none` links stories without one."
        )


class Offline(NewsloomError):
    """Nobody could be reached, and it is this machine's fault."""

    exit_code = 4


class StoreBusy(NewsloomError):
    """Another run holds the store."""

    exit_code = 75


class StoreError(NewsloomError):
    """SQLite could not do its work."""


class ValueRefused(StoreError):
    """SQLite would not take a value; others in the same batch may be fine."""


class TookTooLong(StoreError):
    """A question took longer than its asker would wait."""


NO_STAND_IN = frozenset(
    {"http-404", "http-410", "http-451", "front-page", "amp-twin", "twin", "unstorable"}
)
"""Rejections for which the text of a page in a feed does not stand for it: the outlet took the page
away, or another page gave the article."""


class ExtractError(NewsloomError):
    """A page is not an article."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[ExtractError], tuple[str, str]]:
        # It crosses from a worker process to the crawl.
        return type(self), (self.reason, self.detail)
