"""What each version of the schema brought."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from crawler.store.findings.agency_evidence import count_all
from crawler.store.findings.copy_groups import time_groups
from crawler.store.findings.numbered_stories import figures_of_all


class Step(NamedTuple):
    """What a version of the schema brought. Add at the end; never change a released one."""

    name: str
    objects: Sequence[str] = ()
    """new tables, views, indexes and triggers; a test compares them with `tests/golden/schemas`"""
    columns: Mapping[str, str] = {}
    """new columns as `table.column`, with the SQL of their value in rows that are there already;
    empty: their default"""
    renamed: Mapping[str, str] = {}
    """tables and columns (`table.column`) with new names, by their former ones"""
    values: Mapping[str, Mapping[str, str]] = {}
    """new words in columns (`table.column`), by the former ones"""
    dropped: Sequence[str] = ()
    """indexes that it no longer has"""
    then: Callable[[sqlite3.Connection], None] | None = None
    """computes what SQL of one column cannot"""


def time_all_groups(connection: sqlite3.Connection) -> None:
    """Give every copy group the median of its articles' times."""
    time_groups(connection, "IS NOT NULL")


STEPS = (
    Step("m001_the_house"),
    Step(
        "m002_copies",
        objects=("common_shingles", "furniture", "recent_keys"),
        columns={"copies.numbers_changed": "", "copies.numbers_same": ""},
    ),
    Step(
        "m003_revisions",
        columns={
            "copies.revision_a": "(SELECT revision FROM articles WHERE id = copies.a)",
            "copies.revision_b": "(SELECT revision FROM articles WHERE id = copies.b)",
        },
    ),
    Step("m004_stories", objects=("backgrounds", "learned_groups", "story_terms")),
    Step(
        "m005_stories",
        objects=(
            "copy_groups_step",
            "copy_groups_steps",
            "groupings",
            "override_articles",
            "overrides",
            "partitions",
            "story_life",
        ),
        columns={"copy_groups.step": "", "stories.central": "", "stories.languages": ""},
        then=figures_of_all,
    ),
    Step(
        "m006_extraction",
        objects=("article_texts", "credits", "credits_agency", "outlet_lines"),
        columns={
            "articles.extraction": "",
            "articles.published_doubt": "",
            "articles.tags": "",
            "revisions.ours": "",
        },
    ),
    Step(
        "m007_discovery",
        objects=("archives", "fetches_gap", "pages_rejected", "pages_revisit", "robots"),
        columns={
            "articles.reserved": "",
            "articles.text_from": "",
            "fetches.gap_seconds": "",
            "pages.etag": "",
            "pages.last_modified": "",
            "pages.revisit_at": "",
            "pages.text": "",
            "sources.content_hash": "",
            "sources.due_at": "",
            "sources.hub": "",
            "sources.moved_to": "",
            "sources.rate": "",
            "sources.same_as": "",
        },
    ),
    Step(
        "m008_desk",
        objects=(
            "agency_share",
            "articles_published",
            "articles_when",
            "copy_pairs",
            "revisions_replaced",
            "stories_last",
        ),
    ),
    Step("m009_voice", objects=("meanings",), columns={"schemes.voice": ""}),
    Step(
        "m010_counts",
        objects=("articles_added", "articles_moved", "articles_removed"),
        columns={
            "outlets.articles": "(SELECT count(*) FROM articles a WHERE a.outlet = outlets.id)"
        },
    ),
    Step(
        "m011_placed",
        objects=(
            "copy_groups_placed",
            "memberships_added",
            "memberships_moved",
            "memberships_story",
        ),
        columns={
            "memberships.story": "(SELECT story FROM copy_groups WHERE id = memberships.copy_group)"
        },
    ),
    Step("m012_limits", objects=("outlet_usage", "articles_doubted")),
    Step(
        "m013_names",
        objects=("embeddings", "outlet_boilerplate"),
        columns={"schemes.embedding_model": ""},
        renamed={
            "furniture": "outlet_boilerplate",
            "meanings": "embeddings",
            "schemes.voice": "schemes.embedding_model",
        },
        values={"story_log.event": {"born": "created"}},
    ),
    Step("m014_kinds", columns={"articles.kind": ""}),
    Step(
        "m015_events",
        objects=(
            "embedding_centres",
            "event_buckets",
            "event_buckets_story",
            "event_log",
            "event_log_event",
            "event_marks",
            "event_marks_rare",
            "event_marks_story",
            "event_overview",
            "event_vectors",
            "events",
            "stories_event",
            "stories_eventless",
        ),
        columns={"stories.event": "", "stories.event_looked_at": ""},
    ),
    Step(
        "m016_places",
        objects=("copy_groups_place", "copy_groups_waiting"),
        columns={
            "copy_groups.language": "",
            "copy_groups.language_source": "",
            "copy_groups.place": "",
            "story_terms.place": "",
            "memberships.far": "",
        },
        renamed={
            "copy_groups.step": "copy_groups.place",
            "story_terms.copy_group": "story_terms.place",
        },
        dropped=("copy_groups_step", "copy_groups_steps"),
        then=time_all_groups,
    ),
    Step("m017_twins", objects=("agency_twins",)),
    Step("m018_kept_events", columns={"partitions.event": ""}),
    Step("m019_settings", objects=("settings",)),
    Step(
        "m020_parts",
        objects=(
            "article_parts",
            "part_terms",
            "parts_added",
            "parts_changed",
            "parts_removed",
            "unspaced_articles",
        ),
    ),
    Step("m021_topics", objects=("topics",)),
    Step("m022_stars", objects=("star_network", "star_pairs")),
    Step(
        "m023_watches",
        objects=("watches", "watch_events", "watch_events_waiting", "watch_events_watch"),
    ),
    Step(
        "m024_counts",
        objects=(
            "agency_copy",
            "agency_recount",
            "articles_dated",
            "copies_added",
            "copies_changed",
            "copies_removed",
            "credits_added",
            "credits_changed",
            "credits_removed",
            "memberships_removed",
            "outlet_days",
            "outlets_hired",
        ),
        then=count_all,
    ),
)

VERSION = len(STEPS)
"""Version of the schema; a file has it as `user_version`, so readers need no sqlite-utils."""
