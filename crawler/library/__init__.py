"""The front door for programs: what scripts and assistants ask of a store, which is only read.

`reader` asks, `conditions` has the one filter as keyword arguments; `row_list` and `reports` are
what comes back.
"""

from __future__ import annotations

from crawler.library.conditions import Conditions
from crawler.library.reader import StoreReader, open_store
from crawler.library.reports import ArticleReport, Citation, Explanation, StoryReport
from crawler.library.row_list import Rows

__all__ = [
    "ArticleReport",
    "Citation",
    "Conditions",
    "Explanation",
    "Rows",
    "StoreReader",
    "StoryReport",
    "open_store",
]
