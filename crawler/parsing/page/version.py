"""The version of extraction, by itself: who keeps pages need not load the parsers to know it."""

EXTRACTION = 6
"""Version of what `extract` makes of a page; raised when the same bytes give something better."""
