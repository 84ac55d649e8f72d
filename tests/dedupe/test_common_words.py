from __future__ import annotations

import pytest

from crawler.grouping.common_words import _LISTS, common_words


@pytest.mark.parametrize("language", _LISTS)
def test_every_language_that_is_named_has_its_words(language: str) -> None:
    found = common_words(language)
    assert len(found) >= 100
    assert all(found)


def test_the_most_frequent_come_first() -> None:
    assert common_words("en")[:3] == ("the", "of", "and")
    assert common_words("de")[:3] == ("der", "und", "die")


@pytest.mark.parametrize("language", ["zh", "und", "", "../../etc/passwd", "tlh"])
def test_other_languages_have_none(language: str) -> None:
    assert common_words(language) == ()
