"""Loads what every parser process needs, once, in the process that all of them are forked from.

The language model alone is 75 MB: loaded before the fork, its pages of memory are shared.
"""

from __future__ import annotations

import gc
import sys
from types import TracebackType

import py3langid
from trafilatura import external

from crawler.parsing.blocks.model import model
from crawler.parsing.dates import moment
from crawler.parsing.listing import feed_head, feeds, front_page, sections, sitemaps  # noqa: F401
from crawler.parsing.page import extract  # noqa: F401
from crawler.parsing.page.agencies import listed_names
from crawler.parsing.page.phrases import is_phrase
from crawler.parsing.urls import registered_domain


def _keep_quiet(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A process that starts while its crawl ends finds pipes and semaphores gone: no news."""
    if not issubclass(kind, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _keep_quiet
py3langid.classify("a text")
external.jt_stoplist_init()
listed_names()
is_phrase("a line")
model()
moment("5 unknown 2022", source="text")
registered_domain("https://example.org/")
# The collector would write into each object's header, and so copy what is shared.
gc.collect()
gc.freeze()
