"""trafilatura's XPaths, compiled again so that they find the same elements in less time.

For `.//*[...]` libxml2 collects all nodes, texts too, and looks through the children of each; for
`descendant::*[...]` it looks at each element once. And lxml makes of every attribute that a regular
expression looks at a string that knows its element, where it is not told that nobody asks.
"""

from __future__ import annotations

from importlib import import_module

from lxml import etree
from trafilatura import xpaths

_NAMESPACES = {"re": xpaths.REGEXP_NS}


def quicken() -> None:
    """Put quick paths into trafilatura, in the place of those that each page is searched with."""
    for paths in (
        xpaths.BODY_XPATH,
        xpaths.RAW_TREE_PRUNE_XPATH,
        xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
        xpaths.OVERALL_DISCARD_XPATH,
    ):
        paths[:] = map(quick, paths)
    baseline = import_module("trafilatura.baseline")  # trafilatura.baseline is a function
    baseline.BASIC_CLEAN_XPATH = quick(baseline.BASIC_CLEAN_XPATH)  # type: ignore[attr-defined]


def quick(path: etree.XPath) -> etree.XPath:
    """A path that finds the same elements.

    `.//p[1]` is the first of each parent and `descendant::p[1]` the first of all: where
    trafilatura has a position, it takes the first of what is found.
    """
    steps = path.path.replace(".//", "descendant::")
    return etree.XPath(steps, namespaces=_NAMESPACES, smart_strings=False)
