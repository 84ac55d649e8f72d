"""What finds the article on a page: ours, trafilatura in all its modes, and peers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial

from trafilatura import bare_extraction
from trafilatura.utils import decode_file

from bench.corpora.pages import Labelled, article_or_error
from bench.peers import extraction
from bench.peers.environments import NotInstalledError, python_of
from crawler.types import Article, Moment

PATIENCE = 1_800
"""seconds for a peer to read a set"""

MODES = {
    "trafilatura": {"with_metadata": True},
    "trafilatura fast": {"fast": True},
    "trafilatura favor_precision": {"favor_precision": True},
    "trafilatura favor_recall": {"favor_recall": True},
}
"""Metadata are equal in all modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a system finds on a page."""

    text: str | None = None
    title: str | None = None
    authors: Sequence[str] = ()
    published: str | None = None
    """local time with its offset, as far as the page states them"""
    failed: str | None = None
    """why a peer broke off"""


Reader = Callable[[Labelled], Found]


class LeftOutError(Exception):
    """A peer is not compared; the reason says why."""


def ours(page: Labelled) -> Found:
    article = article_or_error(page)
    if not isinstance(article, Article):
        return Found()
    return Found(
        text=article.text,
        title=article.title,
        authors=article.authors,
        published=local(article.published) if article.published else None,
    )


def local(moment: Moment) -> str:
    at = datetime.fromisoformat(moment.at)
    return at.astimezone(timezone(timedelta(minutes=moment.offset or 0))).isoformat()


def trafilatura(mode: str, page: Labelled) -> Found:
    found = bare_extraction(page.html, url=page.url, include_comments=False, **MODES[mode])
    if found is None:
        return Found()
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return Found(text=found.text, title=found.title, authors=authors, published=found.date)


HERE: dict[str, Reader] = {"ours": ours, **{mode: partial(trafilatura, mode) for mode in MODES}}
"""systems that run in this process"""


def peer(name: str, pages: Sequence[Labelled]) -> list[Found]:
    """What a peer finds, in its own environment."""
    try:
        done = subprocess.run(
            [python_of(name, extraction.PEERS[name].needs), extraction.__file__, name],
            input=json.dumps([(decode_file(page.html), page.url) for page in pages]),
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
    except NotInstalledError as error:
        raise LeftOutError(f"it cannot be installed ({error})") from error
    except subprocess.SubprocessError as error:
        raise LeftOutError(f"it does not end well on {pages[0].name} ({error})") from error
    return [Found(**found) for found in json.loads(done.stdout.splitlines()[-1])]
