"""What went wrong with a watch, for the report of a run."""

from __future__ import annotations

from typing import NamedTuple


class Trouble(NamedTuple):
    """Why a watch could not look, or its messages were not sent."""

    watch: str
    why: str
    """a sentence without its subject"""
    again: bool
    """whether messages of it waited before, for want of an answer"""
