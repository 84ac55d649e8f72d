"""Watches: what people want to be notified of, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.types.article_filter import ArticleFilter


class WatchedEvent(StrEnum):
    """What a watch reports."""

    NEW_STORY = "new-story"
    """a story passes for the first time, none of whose articles was there when it was added"""
    GROWS = "grows"
    """the outlets of a story reach a number, then twice as many, and so on"""
    COPIED = "copied"
    """another outlet carries the text of an article that passes"""
    HEADLINE_CHANGED = "headline-changed"
    """an outlet changes the headline of an article that passes"""
    OUTLET_SILENT = "outlet-silent"
    """an outlet brings nothing for three times its usual interval"""


class Way(StrEnum):
    """How a watch sends its messages."""

    FEED = "feed"
    """on the desk alone, as every watch does"""
    FILE = "file"
    STDOUT = "stdout"
    WEBHOOK = "webhook"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a watch sends its messages, and to where."""

    way: Way
    target: str | None = None
    """path of a file, address of a webhook or of mail; `${NAME}` is an environment variable"""
    secret_from: str | None = None
    """environment variable with the secret that signs messages to a webhook"""
    private: bool = False
    """whether the webhook may be on this machine or in a private network"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch, as it was added."""

    id: int
    name: str
    uid: str
    """UUID of which the keys of its events are made"""
    event: WatchedEvent
    wanted: ArticleFilter
    delivery: Delivery
    added_at: str
    first_article: int
    """highest number of an article when it was added"""
    last_article: int
    """articles up to this number have been looked at"""
    looked_at: str
