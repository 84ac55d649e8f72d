"""Watches and their outbox, as facts: what people asked for, and what was reported."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import uuid4

from crawler.errors import NotInStore, UsageError
from crawler.output.suggestions import unknown_name
from crawler.output.visible import one_line
from crawler.store.facts.topics import NAME
from crawler.types import ArticleFilter, Delivery, Watch, WatchedEvent, Way


class Noticed(NamedTuple):
    """An event that a watch reports."""

    key: str
    """idempotency key: the same event has the same"""
    message: str
    """JSON object"""


class OutboxEvent(NamedTuple):
    """An event of the outbox, or one that was sent."""

    id: int
    key: str
    at: str
    message: str
    state: str
    attempts: int
    next_at: str | None
    settled_at: str | None
    trouble: str | None


class WatchFigures(NamedTuple):
    """What has become of the events of a watch."""

    events: int
    waiting: int
    given_up: int
    last_at: str | None
    trouble: str | None
    """why sending failed the last time, while events wait or after one was given up"""


class Unsent(NamedTuple):
    """Events of a watch that could not be sent."""

    waiting: int
    given_up: int
    waits_for: str | None
    """why those that were tried wait; None: none was tried"""
    trouble: str | None
    """the same, or why others were given up; None: nothing went wrong"""


class Watches:
    """The `watches` and `watch_events` of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(
        self, name: str, event: WatchedEvent, wanted: ArticleFilter, delivery: Delivery, *, now: str
    ) -> None:
        """Add a watch, which reports nothing that is there now.

        Raises UsageError for a name that is taken, or is no name.
        """
        if not NAME.fullmatch(name):
            raise UsageError(
                f"{one_line(name)!r} cannot name a watch; use up to 60 letters, digits, - and _"
            )
        added = self._connection.execute(
            """
            INSERT INTO watches (name, uid, event, filter, way, target, secret_from, private,
              added_at, first_article, last_article, looked_at)
            SELECT :name, :uid, :event, :filter, :way, :target, :secret_from, :private,
              :now, article, article, :now
            FROM (SELECT coalesce(max(id), 0) AS article FROM articles)
            WHERE true ON CONFLICT DO NOTHING
            """,
            {
                "name": name,
                "uid": str(uuid4()),
                "event": event,
                "filter": json.dumps(wanted.given, ensure_ascii=False),
                "way": delivery.way,
                "target": delivery.target,
                "secret_from": delivery.secret_from,
                "private": delivery.private,
                "now": now,
            },
        ).rowcount
        if not added:
            raise UsageError(
                f"there is a watch {name} already; choose another name, or remove it with "
                f"`newsloom watch remove {name}`"
            )

    def remove(self, name: str) -> None:
        """Forget a watch and its events, sent or not. Raises NotInStore."""
        watch = self.get(name)
        self._connection.execute("DELETE FROM watch_events WHERE watch = ?", (watch.id,))
        self._connection.execute("DELETE FROM watches WHERE id = ?", (watch.id,))

    def get(self, name: str) -> Watch:
        """One watch. Raises NotInStore, with names that are like it."""
        for watch in self._read("WHERE name = ?", (name,)):
            return watch
        raise NotInStore(unknown_name("watch", name, [watch.name for watch in self.all()]))

    def all(self) -> list[Watch]:
        """Every watch, by name."""
        return self._read("ORDER BY name", ())

    def looked(self, watch: Watch, noticed: Sequence[Noticed], *, run: int, now: str) -> int:
        """Put what a watch noticed into the outbox; how many events it did not have before."""
        settled = watch.delivery.way is Way.FEED
        return sum(
            self._connection.execute(
                """
                INSERT INTO watch_events (watch, key, run, at, message, state, settled_at)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
                """,
                (
                    watch.id,
                    one.key,
                    run,
                    now,
                    one.message,
                    "sent" if settled else "waiting",
                    now if settled else None,
                ),
            ).rowcount
            for one in noticed
        )

    def move_on(self, watch: Watch, *, article: int, now: str) -> None:
        """Note up to where a watch has looked."""
        self._connection.execute(
            "UPDATE watches SET last_article = max(last_article, ?), looked_at = ? WHERE id = ?",
            (article, now, watch.id),
        )

    def due(self, watch: Watch, *, now: str, latest: str) -> list[OutboxEvent]:
        """Events that are to be sent now, in their order.

        None waits until after `latest`: a clock that was ahead wrote that.
        """
        return self._events(
            """
            watch = :watch AND state = 'waiting'
              AND (next_at IS NULL OR next_at <= :now OR next_at > :latest)
              AND NOT EXISTS (SELECT 1 FROM watches
                WHERE id = :watch AND quiet_until > :now AND quiet_until <= :latest)
            ORDER BY id
            """,
            {"watch": watch.id, "now": now, "latest": latest},
        )

    def sent(self, event: int, *, now: str) -> None:
        """Note that an event was sent."""
        self._connection.execute(
            "UPDATE watch_events SET state = 'sent', settled_at = ?, next_at = NULL,"
            " trouble = NULL WHERE id = ?",
            (now, event),
        )

    def failed(self, event: int, trouble: str, *, next_at: str | None, tried: bool) -> None:
        """Note why an event could not be sent, and when to try again; None: in the next run."""
        self._connection.execute(
            "UPDATE watch_events SET attempts = attempts + ?, trouble = ?, next_at = ?"
            " WHERE id = ?",
            (tried, trouble, next_at, event),
        )

    def put_off(self, watch: Watch, *, until: str) -> None:
        """Send nothing of a watch before this time."""
        self._connection.execute(
            "UPDATE watches SET quiet_until = ? WHERE id = ?", (until, watch.id)
        )

    def give_up(self, event: int, trouble: str, *, now: str) -> None:
        """Note that an event is not tried again."""
        self._connection.execute(
            "UPDATE watch_events SET state = 'given-up', attempts = attempts + 1, trouble = ?,"
            " next_at = NULL, settled_at = ? WHERE id = ?",
            (trouble, now, event),
        )

    def figures(self, watch: Watch) -> WatchFigures:
        """What has become of a watch's events."""
        row = self._connection.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE state = 'waiting'),
              count(*) FILTER (WHERE state = 'given-up'), max(at),
              (SELECT trouble FROM watch_events
                WHERE watch = :watch AND trouble IS NOT NULL ORDER BY id DESC LIMIT 1)
            FROM watch_events WHERE watch = :watch
            """,
            {"watch": watch.id},
        ).fetchone()
        return WatchFigures(*row)

    def unsent(self, watch: Watch, *, since: str) -> Unsent:
        """Events that could not be sent; of those given up the ones since a time."""
        row = self._connection.execute(
            """
            SELECT count(*) FILTER (WHERE state = 'waiting'),
              count(*) FILTER (WHERE state = 'given-up'),
              max(trouble) FILTER (WHERE state = 'waiting'),
              max(trouble) FILTER (WHERE state = 'given-up')
            FROM watch_events
            WHERE watch = ? AND (state = 'waiting' OR state = 'given-up' AND settled_at >= ?)
            """,
            (watch.id, since),
        ).fetchone()
        return Unsent(row[0], row[1], row[2], row[2] or row[3])

    def events(self, watch: Watch, *, limit: int) -> list[OutboxEvent]:
        """The last events of a watch, the newest first."""
        return self._events(
            "watch = :watch ORDER BY id DESC LIMIT :limit", {"watch": watch.id, "limit": limit}
        )

    def _events(self, which: str, values: Mapping[str, object]) -> list[OutboxEvent]:
        columns = ", ".join(OutboxEvent._fields)
        rows = self._connection.execute(f"SELECT {columns} FROM watch_events WHERE {which}", values)
        return [OutboxEvent(*row) for row in rows]

    def _read(self, which: str, values: tuple[str, ...]) -> list[Watch]:
        rows = self._connection.execute(f"SELECT * FROM watches {which}", values)
        return [
            Watch(
                id=row["id"],
                name=row["name"],
                uid=row["uid"],
                event=WatchedEvent(row["event"]),
                wanted=ArticleFilter.of(json.loads(row["filter"])),
                delivery=Delivery(
                    way=Way(row["way"]),
                    target=row["target"],
                    secret_from=row["secret_from"],
                    private=bool(row["private"]),
                ),
                added_at=row["added_at"],
                first_article=row["first_article"],
                last_article=row["last_article"],
                looked_at=row["looked_at"],
            )
            for row in rows
        ]
