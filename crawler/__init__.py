"""Newsloom: many outlets' articles, their copies and their stories, in one SQLite file."""

__version__ = "0.1.0"
