"""What a watch says of an event: a sentence, the story, articles with their addresses and times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID, uuid5

from crawler.output.visible import clock, counted, length, visible
from crawler.store import Store
from crawler.store.queries.watched import ChangedHeadline, Print, SilentOutlet
from crawler.types import Watch

ARTICLES = 20
"""Articles that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStory:
    """A story, as a message names it."""

    story: int
    title: str
    outlets: int
    articles: int
    languages: tuple[str, ...]
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArticle:
    """An article, as a message names it."""

    article: int
    outlet: str
    title: str
    url: str
    at: str
    """published, or first seen where that is unknown"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent; in JSON, what is None or empty is left out."""

    key: str
    """idempotency key: an event that is sent again has the same"""
    watch: str
    event: str
    at: str
    """when it was noticed"""
    text: str
    """one sentence"""
    outlet: str | None = None
    """that fell silent, or changed a headline"""
    before: str | None = None
    """headline"""
    after: str | None = None
    """headline"""
    copied: NamedArticle | None = None
    """article whose text others carry"""
    story: NamedStory | None = None
    articles: tuple[NamedArticle, ...] = ()
    """the first of the story, the copies, or the one whose headline changed"""
    more: int = 0
    """articles that are not named"""

    def as_json(self) -> str:
        """One line."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, (), 0)}
        return visible(json.dumps(given, ensure_ascii=False))

    def as_text(self) -> str:
        """For a mail."""
        lines = [self.text, ""]
        if self.copied is not None:
            lines += [*_lines(self.copied), "copied by:"]
        for article in self.articles:
            lines += _lines(article)
        if self.more:
            lines.append(f"and {counted(self.more, 'article')} more")
        if self.story is not None:
            lines += ["", f"newsloom story {self.story.story}"]
        return visible("\n".join([*lines, "", f"-- \nwatch {self.watch}, event {self.key}\n"]))


def read_message(text: str) -> Message:
    """A message from its JSON."""
    given = json.loads(text)
    story = given.pop("story", None)
    copied = given.pop("copied", None)
    articles = tuple(NamedArticle(**one) for one in given.pop("articles", ()))
    return Message(
        **given,
        story=None
        if story is None
        else NamedStory(**story | {"languages": tuple(story["languages"])}),
        copied=None if copied is None else NamedArticle(**copied),
        articles=articles,
    )


def key_of(watch: Watch, *subject: object) -> str:
    """The key of an event: the same subject of the same watch has the same."""
    return str(uuid5(UUID(watch.uid), " ".join(map(str, subject))))


def story_message(
    store: Store, watch: Watch, story: int, text: str, *, key: str, at: str
) -> Message:
    """Of a story: `text` has places for its title, and for outlets as a number with its noun."""
    named, articles = _named_story(store, story), _articles_of(store, story)
    assert named is not None  # a living one
    return Message(
        key=key,
        watch=watch.name,
        event=watch.event,
        at=at,
        text=text.format(title=named.title, outlets=counted(named.outlets, "outlet")),
        story=named,
        articles=articles[:ARTICLES],
        more=max(len(articles) - ARTICLES, 0),
    )


def copies_message(
    store: Store, watch: Watch, original: Print, copies: Sequence[Print], *, key: str, at: str
) -> Message:
    """Of a text that others carry."""
    outlets = list(dict.fromkeys(one.outlet for one in copies))
    who = f"{outlets[0]} carries" if len(outlets) == 1 else f"{len(outlets)} outlets carry"
    return Message(
        key=key,
        watch=watch.name,
        event=watch.event,
        at=at,
        text=f"{who} the text of {original.outlet}: {original.title}",
        copied=_article(original),
        story=_named_story(store, original.story),
        articles=tuple(map(_article, copies[:ARTICLES])),
        more=max(len(copies) - ARTICLES, 0),
    )


def headline_message(
    store: Store, watch: Watch, changed: ChangedHeadline, *, key: str, at: str
) -> Message:
    """Of a headline that was changed."""
    return Message(
        key=key,
        watch=watch.name,
        event=watch.event,
        at=at,
        text=f"{changed.outlet} changed its headline from “{changed.before}” to “{changed.after}”",
        outlet=changed.outlet,
        before=changed.before,
        after=changed.after,
        story=_named_story(store, changed.story),
        articles=(
            NamedArticle(
                article=changed.article, outlet=changed.outlet, title=changed.after,
                url=changed.url, at=changed.seen_at,
            ),
        ),
    )  # fmt: skip


def silence_message(watch: Watch, silent: SilentOutlet, *, key: str, at: str) -> Message:
    """Of an outlet that fell silent."""
    usual = length(silent.usual_hours)
    return Message(
        key=key,
        watch=watch.name,
        event=watch.event,
        at=at,
        text=f"{silent.name} has brought nothing new since {clock(silent.last_new_at)} UTC; its "
        f"usual interval is {usual}",
        outlet=silent.outlet,
    )


def _named_story(store: Store, story: int | None) -> NamedStory | None:
    found = None if story is None else store.queries.stories.get(story)
    if found is None:
        return None
    return NamedStory(
        story=found.story, title=found.title, outlets=found.outlets, articles=found.articles,
        languages=found.languages, first_at=found.first_at, last_at=found.last_at,
    )  # fmt: skip


def _articles_of(store: Store, story: int) -> tuple[NamedArticle, ...]:
    return tuple(
        NamedArticle(
            article=row.article, outlet=row.outlet, title=row.title, url=row.url, at=row.at
        )
        for row in store.queries.stories.articles(story)
    )


def _article(one: Print) -> NamedArticle:
    return NamedArticle(
        article=one.article, outlet=one.outlet, title=one.title, url=one.url, at=one.at
    )


def _lines(article: NamedArticle) -> list[str]:
    return [f"{article.outlet}, {clock(article.at)} UTC: {article.title}", f"  {article.url}"]
