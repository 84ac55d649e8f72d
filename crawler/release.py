"""The version of Newsloom. `crawler` itself offers an upper floor, so floors below ask here."""

__version__ = "0.2.0"
