"""How long each part of an article may be, in characters; no honest page or line comes near.

What is longer does not reach the store: a line of an import is left out and named, a page is
rejected as `too-large`, and a headline, section or tag of a page or feed is cut.
"""

URL = 2_000
"""No browser of the time took longer ones, and they fill indexes."""
LINE = 1_000
"""Of anything that stands on one line: a title, a section, the name of an author."""
AUTHORS = 10_000
"""All authors of an article together."""
OUTLET = 253
"""The name by which an import knows an outlet: as long as a host name may be."""
LANGUAGE = 35
"""A BCP 47 tag (RFC 5646, 4.4.1)."""
TIME = 100
"""A time as its source writes it."""
TEXT = 1_000_000
"""A novel."""
JSON_LINE = 16 * TEXT
"""A line of an import: a text whose characters are all escaped takes twelve times its length."""
PASSAGE = 500
"""Of a passage that is kept with each pair of copies: its beginning."""
