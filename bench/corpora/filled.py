"""A store filled as months of crawling would fill it, without the crawling and the grouping.

Findings are written as grouping writes them, so that views, pages, exports and the next grouping
have to read what they would read of a real file: texts of 4.7 kB, a third of the articles copies,
stories of one to hundreds of articles, an agency behind a fifth of them, one article in fifty
rewritten; signatures, keys, boilerplate, sightings, and events of stories in two languages.

A large store is a BLOCK that is repeated later and later, with numbers, addresses and keys of its
own: a million articles take minutes.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.grouping.event_linker import EVENTS, EventLinker
from crawler.grouping.linker import STORIES, Backgrounds
from crawler.store import Store, open_store
from crawler.store.findings.boilerplate_counts import Count
from crawler.types import Article, Moment, Precision
from dedupe import (
    CommonShingles,
    CopyScheme,
    Document,
    OutletBoilerplate,
    keyed,
    learn_backgrounds,
    seed_id,
    shingled_text,
    top_terms,
)

from .repeated import repeat

BLOCK = 20_000
"""Articles that are made one by one; a larger store repeats them."""
OUTLETS = 120
LANGUAGES = ("en", "en", "en", "de", "fr", "es", "ru", "zh")
AGENCIES = ("Reuters", "AP", "AFP")
PER_DAY = 1500
STEP = 500
"""Copy groups learned at a time."""
SEED = 7
"""Of signatures; a real file has a secret one."""
COPIES = CopyScheme()
_START = datetime(2022, 1, 1, tzinfo=UTC)
_PARTS = ("ka", "lo", "mi", "ru", "ten", "sor", "val", "nat", "dir", "pol", "mek", "shan", "tor")
_WORDS = ["".join(parts) for n in (1, 2, 3, 4) for parts in itertools.product(_PARTS, repeat=n)]
# Zipf's law, as words are in any language.
_WEIGHTS = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(_WORDS))))


def filled(path: Path, articles: int, *, seed: int = 7) -> Path:
    """A store of this many articles at `path`; made once, found again the next time.

    Raises ValueError for more than a BLOCK that is not a whole number of them.
    """
    if path.exists():
        return path
    if articles > BLOCK and articles % BLOCK:
        raise ValueError(f"{articles:,} articles are no whole number of blocks of {BLOCK:,}")
    made = path.with_suffix(".part")
    made.unlink(missing_ok=True)
    store = open_store(made)
    with store.batch():
        store.runs.open("crawl", now=_at(0), pid=1)
        store.runs.close(1, now=_at(3600), outcome="done", summary={})
    store.close()
    connection = sqlite3.connect(made)
    connection.execute("PRAGMA synchronous = OFF")
    block = min(articles, BLOCK)
    _fill(connection, block, random.Random(seed))  # noqa: S311 - a corpus, not a secret
    connection.commit()
    _learn(made, dict(connection.execute("SELECT id, articles FROM copy_groups ORDER BY id")))
    repeat(connection, block, articles // block, days=_days(block))
    _begin_manifest(made)
    connection.execute("PRAGMA optimize")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    made.rename(path)
    return path


def add_articles(path: Path, articles: int, *, seed: int) -> None:
    """New articles after all others of a store, which is made if need be; they wait for grouping.

    Three in ten carry the text of another of them, without its last paragraph.
    """
    chance = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    store = open_store(path)
    with sqlite3.connect(path) as db:
        (last,) = db.execute(
            "SELECT coalesce(max(published_at), ?) FROM articles", (_at(0),)
        ).fetchone()
    db.close()
    begun = (datetime.fromisoformat(last) - _START).total_seconds()
    text = _text(chance)
    with store.batch():
        run = store.runs.open("bench", now=last, pid=1)
        for n in range(articles):
            copied = chance.random() < 0.3
            text = text.rpartition("\n")[0] or text if copied else _text(chance)
            outlet = chance.randint(1, OUTLETS)
            at = _at(begun + 86400 * n / PER_DAY)
            store.articles.save(
                Article(
                    url=f"https://outlet-{outlet}.example/new/{seed}-{n}", outlet=f"outlet-{outlet}",
                    title=_headline(chance), text=text, language=_language(outlet),
                    published=Moment(at=at, precision=Precision.SECOND, source="jsonld", raw=at),
                ),
                outlet=store.outlets.ensure(f"outlet-{outlet}"), run=run, now=at,
            )  # fmt: skip
        store.runs.close(run, now=last, outcome="done", summary={})
    store.close()


def _fill(db: sqlite3.Connection, articles: int, chance: random.Random) -> None:
    db.executemany(
        "INSERT INTO outlets (id, slug, name, home, country, language, agency)"
        " VALUES (?, ?, ?, ?, 'GB', ?, ?)",
        ((n, f"outlet-{n}", f"Outlet {n}", f"https://outlet-{n}.example", _language(n), n <= 3)
         for n in range(1, OUTLETS + 1)),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO sources (id, outlet, url, kind, polled_at, failures)"
        " VALUES (?, ?, ?, 'feed', ?, ?)",
        ((n, n, f"https://outlet-{n}.example/feed", _at(0), n % 40 == 0)
         for n in range(1, OUTLETS + 1)),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO fetches (run, source, url, at, status, outcome, listed, offered)"
        " VALUES (1, ?, 'u', ?, 200, ?, 20, 3)",
        ((source, _at(86400 * day + 3600 * hour), chance.choice(("read", "unchanged", "unchanged")))
         for day in range(_days(articles)) for hour in range(0, 24, 2) for source in range(1, OUTLETS + 1)),
    )  # fmt: skip
    article = 0
    for story, size in enumerate(_sizes(articles, chance), 1):
        db.execute("INSERT INTO stories (id, title) VALUES (?, ?)", (story, _headline(chance)))
        begun = 86400 * (article / PER_DAY)
        left = size
        while left:
            group = min(left, chance.choice((1, 1, 1, 2, 3, 8)))
            _group(db, article + 1, group, story, begun, chance)
            article += group
            left -= group
    db.execute(
        """
        UPDATE stories SET (articles, outlets, copy_groups, first_at, last_at, languages, central) = (
          SELECT count(*), count(DISTINCT a.outlet), count(DISTINCT g.id), min(a.published_at),
            max(a.published_at), json_group_array(DISTINCT a.language), min(a.id)
          FROM copy_groups g JOIN memberships m ON m.copy_group = g.id
          JOIN articles a ON a.id = m.article WHERE g.story = stories.id)
        """
    )


def _learn(file: Path, sizes: dict[int, int]) -> None:
    """Give the file what grouping keeps of its articles, its copy groups and its stories."""
    store, groups = open_store(file), list(sizes)
    with store.batch():
        store.copies.set_scheme(COPIES.id, seed=SEED, seed_id=seed_id(SEED))
        store.story_links.set_scheme(STORIES.id)
        _learn_copies(store, sizes)
    for start in range(0, len(groups), 20 * STEP):
        backgrounds = Backgrounds(store, STORIES)
        with store.batch():
            for first in range(start, min(start + 20 * STEP, len(groups)), STEP):
                nodes = store.story_links.nodes(groups[first : first + STEP])
                learn_backgrounds(nodes, STORIES, backgrounds)
                store.story_links.set_learned(node.id for node in nodes)
                store.story_links.index(top_terms(nodes, STORIES, backgrounds))
            backgrounds.save()
    EventLinker(store, EVENTS, run=1, now=_at(0)).work(lambda _done, _total: None)
    store.close()


def _learn_copies(store: Store, sizes: dict[int, int]) -> None:
    """Signatures, keys and boilerplate; the articles of a group have one text."""
    common, outlets = CommonShingles(COPIES), dict[int, OutletBoilerplate]()
    for group, size in sizes.items():
        shingled = shingled_text(store.copies.article(group).text, COPIES)
        common.count(shingled.every, copy=False)
        for number in range(group, group + size):
            article = store.copies.article(number)
            document = keyed(Document(id=number, shingled=shingled), COPIES, seed=SEED)
            store.copies.save_signature(
                document, text_hash=article.text_hash, scheme=COPIES.id, seed_id=seed_id(SEED)
            )
            store.key_index.add(number, document.keys, max_per_key=COPIES.max_per_key)
            boilerplate = outlets.setdefault(article.outlet, OutletBoilerplate(COPIES))
            boilerplate.count(shingled.every, copy=False)
    store.boilerplate.save_common(Count(common.documents, common.pack()))
    for outlet, boilerplate in outlets.items():
        store.boilerplate.save_of_outlet(outlet, Count(boilerplate.texts, boilerplate.pack()))


def _begin_manifest(file: Path) -> None:
    """Have the next grouping add to what was grouped, as every grouping but the first does."""
    store = open_store(file)
    with store.batch():
        store.groupings.begin(
            run=1, now=_at(0), compare_all=False, relinked=False, settings={}, versions={}
        )
    store.close()


def _group(
    db: sqlite3.Connection, first: int, size: int, story: int, begun: float, chance: random.Random
) -> None:
    """Articles that carry one text, in outlets of one language."""
    outlets = chance.sample(range(1, OUTLETS + 1), size)
    text = _text(chance)
    wire = chance.random() < 0.2
    at = begun + chance.expovariate(1 / 20000)
    rows, pages = [], []
    for n, outlet in enumerate(outlets):
        number, when = first + n, _at(at + 1800 * n)
        url = f"https://outlet-{outlet}.example/{number}"
        pages.append((number, outlet, url, when))
        rows.append((number, number, outlet, url, _headline(chance), text, len(text.split()),
                     _language(outlet), when, "second", "jsonld", when, _at(at + 1800 * n + 600),
                     _at(at + 1800 * n - 3000), f"{number:x}"))  # fmt: skip
    db.executemany(
        "INSERT INTO pages (id, outlet, url, state, settled_at) VALUES (?, ?, ?, 'article', ?)",
        pages,
    )
    db.executemany(
        "INSERT INTO articles (id, page, outlet, url, title, text, words, language, published_at,"
        " published_precision, published_source, published_raw, first_seen_at, previous_poll_at,"
        " text_hash, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        rows,
    )
    db.executemany(
        "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, '', 1)",
        ((row[0], row[2], row[12], row[13], row[4]) for row in rows),
    )
    _add_copy_group(db, first, size, story, rows[0][8], _language(outlets[0]))
    if wire:
        agency = chance.choice(AGENCIES)
        db.executemany(
            "INSERT INTO credits VALUES (?, ?, ?, 'evidence', 0.9)",
            ((n, agency, chance.choice(("byline", "copy"))) for n in range(first, first + size)),
        )
    if chance.random() < 0.02:
        db.execute(
            "INSERT INTO revisions (article, revision, title, text, words, authors, fetched_at,"
            " replaced_at, text_hash, run) VALUES (?, 0, ?, ?, 500, '[]', ?, ?, 'x', 1)",
            (first, _headline(chance), text, rows[0][8], _at(at + 7200)),
        )
        db.execute("UPDATE articles SET revision = 1 WHERE id = ?", (first,))


def _add_copy_group(
    db: sqlite3.Connection, first: int, size: int, story: int, at: str, language: str
) -> None:
    """The copy group of `size` articles from number `first` on, and its edges."""
    db.execute(
        "INSERT INTO copy_groups (id, story, articles, min_jaccard, at, linked_at, place,"
        " language, language_source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'article')",
        (first, story, size, 0.8 if size > 1 else None, at, at, first, language),
    )
    numbers = range(first, first + size)
    db.executemany(
        "INSERT INTO memberships (article, copy_group) VALUES (?, ?)", ((n, first) for n in numbers)
    )
    db.executemany(
        "INSERT INTO copies VALUES (?, ?, 'same', 0.8, 0.9, 0.9, 300, 5, 0, 'a passage', 0, 0, 1,"
        " 'bench')",
        ((first, n) for n in numbers[1:]),
    )


def _sizes(articles: int, chance: random.Random) -> Iterator[int]:
    while articles:
        size = min(articles, 400, int(chance.paretovariate(1.1)))
        yield size
        articles -= size


def _text(chance: random.Random) -> str:
    """600 words in ten paragraphs; one in thirty is a name."""
    return "\n".join(
        " ".join(
            word.capitalize() if n % 30 == 12 else word
            for n, word in enumerate(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=60))
        )
        for _ in range(10)
    )


def _headline(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=8)).capitalize()


def _language(outlet: int) -> str:
    return LANGUAGES[outlet % len(LANGUAGES)]


def _days(articles: int) -> int:
    return articles // PER_DAY + 1


def _at(seconds: float) -> str:
    return (_START + timedelta(seconds=int(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")
