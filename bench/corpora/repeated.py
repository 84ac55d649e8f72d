"""A block of a store repeated, each time later and with numbers of its own, in plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from crawler.store.findings.agency_evidence import count_all

SPREAD = 3_600_000_000_000_001
"""Between the keys of two blocks, which are halved: 1,000 blocks fill the 64 bits."""
HASH_SIZE = 64 << 20
"""Bytes of words that full-text search collects before it writes them; its own default is 1 MiB."""

ARTICLE, STORY, EVENT, TIME, DAY, URL, HASH = (
    "{name} + :article",
    "{name} + :story",
    "{name} + :event",
    "strftime('%Y-%m-%dT%H:%M:%SZ', {name}, :days)",
    "{name} + :day",
    "substr({name}, 1, instr({name}, '.example/') + 8) || (id + :article)",
    "{name} || '-' || :block",
)
SHIFTED = {
    "pages": {"id": ARTICLE, "url": URL, "settled_at": TIME},
    "articles": {
        "id": ARTICLE, "page": ARTICLE, "url": URL, "published_at": TIME, "published_raw": TIME,
        "first_seen_at": TIME, "previous_poll_at": TIME, "text_hash": HASH,
    },
    "sightings": {"page": ARTICLE, "seen_at": TIME, "previous_poll_at": TIME},
    "revisions": {"article": ARTICLE, "fetched_at": TIME, "replaced_at": TIME, "text_hash": HASH},
    "credits": {"article": ARTICLE},
    "signatures": {"article": ARTICLE, "text_hash": HASH},
    "copies": {"a": ARTICLE, "b": ARTICLE},
    "events": {"id": EVENT},
    "stories": {
        "id": STORY, "first_at": TIME, "last_at": TIME, "central": ARTICLE, "event": EVENT,
        "event_looked_at": TIME,
    },
    "copy_groups": {
        "id": ARTICLE, "story": STORY, "at": TIME, "linked_at": TIME, "place": ARTICLE,
    },
    "memberships": {"article": ARTICLE, "copy_group": ARTICLE, "story": STORY},
    "learned_groups": {"copy_group": ARTICLE},
    "story_terms": {"day": DAY, "place": ARTICLE},
    "event_marks": {"day": DAY, "story": STORY},
    "fetches": {"id": "NULL", "at": TIME},
}  # fmt: skip
"""What is another in each block; a number refers to the rows of its own block."""
KEYS = f"key / 2 + block * {SPREAD}"


def repeat(db: sqlite3.Connection, articles: int, blocks: int, *, days: int) -> None:
    """Have a store of one block, of these `articles` and `days`, hold this many blocks."""
    stories, events = (
        db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
        for table in ("stories", "events")
    )
    db.execute("PRAGMA cache_size = -200000")
    db.execute("CREATE TEMP TABLE block_keys AS SELECT * FROM recent_keys")
    db.execute("DELETE FROM recent_keys")
    with _without_triggers(db):
        for table, shifted in SHIFTED.items():
            _repeat_table(db, table, shifted, articles, blocks, days, stories, events)
    db.execute("UPDATE outlets SET articles = articles * ?", (blocks,))
    db.execute(
        f"""
        INSERT INTO keys WITH RECURSIVE blocks (block) AS (
          SELECT 0 UNION ALL SELECT block + 1 FROM blocks WHERE block + 1 < ?)
        SELECT {KEYS} AS key, article + block * ? FROM blocks CROSS JOIN block_keys
        ORDER BY 1, 2
        """,
        (blocks, articles),
    )
    db.execute("DROP TABLE block_keys")
    count_all(db)
    if blocks > 1:
        _index_words(db, articles, blocks)
    db.commit()


def _repeat_table(
    db: sqlite3.Connection, table: str, shifted: dict[str, str],
    articles: int, blocks: int, days: int, stories: int, events: int,
) -> None:  # fmt: skip
    names = [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    columns = ", ".join(shifted.get(name, "{name}").format(name=name) for name in names)
    db.execute(f"CREATE TEMP TABLE block AS SELECT * FROM main.{table}")
    for block in range(1, blocks):
        db.execute(
            f"INSERT INTO main.{table} SELECT {columns} FROM block",
            {
                "article": block * articles, "story": block * stories, "event": block * events,
                "days": f"+{block * days} days", "day": block * days, "block": block,
            },
        )  # fmt: skip
        db.commit()
    db.execute("DROP TABLE temp.block")


def _index_words(db: sqlite3.Connection, articles: int, blocks: int) -> None:
    """Full-text search of all blocks but the first, whose texts triggers have indexed."""
    set_option = "INSERT INTO articles_fts (articles_fts, rank) VALUES (?, ?)"
    db.execute(set_option, ("hashsize", HASH_SIZE))
    for block in range(1, blocks):
        db.execute(
            "INSERT INTO articles_fts (rowid, title, text) SELECT id, title, text FROM articles"
            " WHERE id > ? AND id <= ?",
            (block * articles, (block + 1) * articles),
        )
        db.commit()
    db.execute(set_option, ("hashsize", 1 << 20))


@contextmanager
def _without_triggers(db: sqlite3.Connection) -> Iterator[None]:
    """They would do one by one what is done for all at once, or what rows of a block say already."""
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        db.execute(sql)
