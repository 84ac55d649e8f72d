"""Newsloom: many outlets' articles, their copies and their stories, in one SQLite file.

For programs: `from crawler import open_store`; docs/reference/library.md has all that is public.
"""

from __future__ import annotations

from crawler.release import __version__

TYPE_CHECKING = False  # type checkers know the name; `typing` itself takes milliseconds
if TYPE_CHECKING:
    from crawler.library import StoreReader, open_store

__all__ = ["StoreReader", "__version__", "open_store"]


def __getattr__(name: str) -> object:
    """What is public beside the version, imported when it is asked for: commands start at once."""
    if name in __all__:
        from crawler import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
