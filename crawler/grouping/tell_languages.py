"""A language for every text: a bare headline has none, and meets only texts of its language."""

from __future__ import annotations

from crawler.parsing.languages import language_of
from crawler.store import Store


def tell_languages(store: Store) -> None:
    """Give each copy group that waits for the story linker a language, as far as one can be told.

    It is what its articles state; else that of its outlet, as described or as most of its articles
    have it; else what the outlet's headlines together are written in; else that of most of the
    file, or what the file's headlines are written in.
    """
    languages = store.story_languages
    languages.take_from_articles()
    left: list[int] = []
    for outlet, groups in languages.unknown().items():
        if found := languages.of_outlet(outlet):
            languages.tell(groups, found, "outlet")
        elif found := _written_in(languages.headlines(outlet)):
            languages.tell(groups, found, "headlines")
        else:
            left += groups
    if left and (found := languages.of_file() or _written_in(languages.headlines())):
        languages.tell(left, found, "file")


def _written_in(headlines: list[str]) -> str | None:
    return language_of(". ".join(headlines), stated=None)
