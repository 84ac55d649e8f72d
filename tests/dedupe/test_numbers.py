"""Every number that decides is in an id and in the manifest; the others decide nothing."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from crawler.grouping.run import group
from crawler.store import Store, open_store
from crawler.types import Article, Moment, Precision
from dedupe import CopyScheme, EventScheme, StoryScheme, seed_id
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
NO_PART = {
    "__init__",
    "errors",
    "evaluate",
    "event_scheme",
    "schemes",
    "scheme_names",
    "testing",
    "types",
}
DECIDING = [
    *(path for path in sorted(ROOT.glob("dedupe/**/*.py")) if path.stem not in NO_PART),
    *(
        ROOT / "crawler" / f"{name}.py"
        for name in (
            "grouping/kept_groupings", "grouping/run", "grouping/comparer", "grouping/boilerplate",
            "grouping/linker",
            "grouping/embedding_models", "grouping/common_words", "store/findings/copies",
            "store/findings/copy_groups",
            "store/findings/boilerplate_counts", "store/findings/key_index",
            "store/findings/story_links", "store/findings/story_rebuild",
            "store/findings/embeddings", "store/findings/numbered_stories",
            "grouping/event_linker", "store/findings/event_links", "store/findings/event_vectors",
            "store/findings/numbered_events",
        )
    ),
]  # fmt: skip
# Offsets, halves, pairs, empty: the grammar of a formula.
PLAIN = {0, 1, 2}

# Sizes of caches, blocks and transactions, and counts of what is shown: with these in their place
# `test_numbers_outside_a_scheme_decide_nothing` finds the same copies and stories.
DECIDES_NOTHING: dict[str, dict[str, Any]] = {
    "crawler.grouping.comparer": {"CACHED": 3, "SAVE_EVERY": 1, "LITTLE": 2.0},
    "crawler.grouping.boilerplate": {
        "FIRST_LINES": 1, "LAST_LINES": 1, "LONGEST_LINE": 9, "FORGET_EVERY": 1,
    },
    "crawler.grouping.linker": {"TRANSACTION": 1, "SHARE": 1},
    "crawler.grouping.event_linker": {"BATCH": 7},
    "crawler.store.findings.boilerplate_counts": {"MAX_LINES": 1},
    "crawler.store.findings.key_index": {"MERGE_AT": 1},
    "dedupe.copies.find": {"_first_places": "uncached"},
    "dedupe.stories.score_to_link": {"_BLOCK": 3, "_ABOVE": 5.0},
    "dedupe.copies.minhash": {"_BLOCK": 3, "_permutations": "uncached"},
    "dedupe.stories.details": {"_detail_terms": "uncached"},
    "dedupe.stories.templates": {"numbers_by_place": "uncached"},
    "dedupe.stories.score_to_explain": {"_PIECE": 64},
    "dedupe.stories.terms": {"_KEPT": 3, "_position_weights": "uncached"},
    "dedupe.stories.term_matrix": {"_row": "uncached"},
    "dedupe.copies.words": {"_KEPT": 3, "_cut_again": "uncached"},
    "dedupe.events.places": {"_names_begun": "uncached"},
    "dedupe.events.skeletons": {"skeleton": "uncached"},
    "dedupe.events.profile": {"_figure": "uncached"},
}  # fmt: skip

# All others are of the recipe: factors of hashes, what counts as a word, bytes of a number, seconds
# of a day. Does this fail, the same texts give other groups under an id that is already in stores:
# raise `recipe` of its scheme (the digest is then another, and so are the ids), and write
# the new digest here.
RECIPE = {
    "copies": {1: "8f76bf55ee1c", 2: "79db5a48988c"},
    "stories": {1: "953d9763e7c6", 2: "534633ebaa5b", 3: "534633ebaa5b", 4: "534633ebaa5b"},
    "events": {1: "4e3dbcdcd775"},
}
SCHEMES: dict[str, CopyScheme | StoryScheme | EventScheme] = {
    "copies": CopyScheme(),
    "stories": StoryScheme(),
    "events": EventScheme(),
}
HAN_VARIANTS = ROOT / "dedupe/copies/han_variants.txt"
WORDS_ALONE = {"_ALIKE", "_TATWEEL", "_UNSPACED", "WORD", "_TOKEN", "UNSPACED_CHAR"}
WORDS_ALONE |= {"_NOUNS_ARE_CAPITAL", "_BEFORE_NAMES", "_TAGS"}
WORDS_ALONE |= {"_SOUNDS", "_SPELLED", "_CLASSES", "_SILENT", "_NO_PLACES"}
ROOMS = {
    "stories": {
        "common_words", "linker", "story_links", "story_rebuild", "embeddings", "numbered_stories",
        "embedding_models",
    },
    "copies": {
        "comparer", "copies", "copy_groups", "boilerplate_counts", "key_index", "boilerplate",
    },
    "events": {"event_linker", "event_links", "event_vectors", "numbered_events"},
}  # fmt: skip
"""What the modules of crawler/ decide about that decide about one thing."""


def found(path: Path) -> Iterator[tuple[str, str]]:
    """Names of a module's constants and functions that hold numbers, each with these."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [part.id for t in targets for part in ast.walk(t) if isinstance(part, ast.Name)]
            for name in names:
                if name in WORDS_ALONE:
                    texts = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
                    yield name, " ".join(ascii(part.value) for part in texts)
                else:
                    yield from within(node, name, plain=set())
        elif isinstance(node, ast.FunctionDef):
            yield from within(node, node.name)
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                yield from within(part, f"{node.name}.{getattr(part, 'name', '')}")


def within(node: ast.AST, name: str, plain: Collection[int] = PLAIN) -> Iterator[tuple[str, str]]:
    held = list(numbers(node, plain))
    if held:
        yield name, " ".join(held)


def numbers(node: ast.AST, plain: Collection[int]) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and type(part.value) in {int, float}:
            if part.value not in plain:
                yield repr(part.value)
        elif isinstance(part, ast.Constant) and "SELECT" in str(part.value):
            yield from (
                n for n in re.findall(r"(?<![\w:?])\d+", str(part.value)) if int(n) not in PLAIN
            )


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def kinds(path: Path) -> set[str]:
    """What a module decides about: copies, stories, events or all of them."""
    if path == ROOT / "dedupe" / "vectors.py":
        return {"stories", "events"}
    room = path.parent.name if path.is_relative_to(ROOT / "dedupe") else path.stem
    return {kind for kind, modules in ROOMS.items() if room in {kind, *modules}} or set(ROOMS)


def test_numbers_are_in_the_scheme_or_the_recipe() -> None:
    recipe: dict[str, list[str]] = {kind: [] for kind in SCHEMES}
    recipe["copies"].append(blake2b(HAN_VARIANTS.read_bytes(), digest_size=6).hexdigest())
    nothing = {(where, name) for where, names in DECIDES_NOTHING.items() for name in names}
    for path in DECIDING:
        for name, code in found(path):
            if (module(path), name) in nothing:
                nothing.discard((module(path), name))
                continue
            for kind in kinds(path):
                recipe[kind].append(f"{name} = {code}")
    assert not nothing, "these are gone, so take them off the list"
    for kind, scheme in SCHEMES.items():
        text = "\n".join(sorted(recipe[kind]))
        digest = blake2b(text.encode(), digest_size=6).hexdigest()
        assert digest == RECIPE[kind].get(scheme.recipe), f"is {digest} by now:\n{text}"


@pytest.mark.parametrize(
    "scheme",
    [CopyScheme(), StoryScheme(embedding_model="mini"), EventScheme(embedding_model="mini")],
    ids=["copies", "stories", "events"],
)
def test_numbers_are_in_the_id_to_their_last_digit(
    scheme: CopyScheme | StoryScheme | EventScheme,
) -> None:
    ids = {scheme.id}
    changed: dict[type, Callable[[Any], Any]] = {
        int: lambda n: 2 * n, float: lambda n: n + 1e-9, str: lambda s: f"{s}x"
    }  # fmt: skip
    for field in fields(scheme):
        value = getattr(scheme, field.name)
        if field.name == "recipe":
            other = replace(scheme)
            object.__setattr__(other, "recipe", value + 1)
        else:
            other = replace(scheme, **{field.name: changed[type(value)](value)})
        ids.add(other.id)
    assert len(ids) == 1 + len(fields(scheme))


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_numbers_of_a_scheme_are_read(scheme: CopyScheme | StoryScheme | EventScheme) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in DECIDING)
    read = set(re.findall(r"scheme\.(\w+)", code))
    assert {field.name for field in fields(scheme)} - read <= {"recipe"}


TOLD = "the mayor of Almaty said on Wednesday that fuel prices doubled and the office burned {}"


def told(store: Store) -> None:
    """Copies, a template, boilerplate, revisions, and a few stories."""
    with store.batch():
        store.copies.set_scheme(CopyScheme().id, seed=7, seed_id=seed_id(7))
        for n in range(90):
            event = n % 12
            words = " ".join(f"word{event * 40 + (k * (1 + n % 3)) % 45}" for k in range(90))
            ending = "\nFollow us on every channel\nAll rights reserved" * (n % 2)
            day = Moment(
                at=f"2022-01-{5 + n % 9:02d}T10:00:00Z", precision=Precision.SECOND,
                source="feed", raw="",
            )  # fmt: skip
            article = Article(
                url=f"https://o{n % 5}.org/{n % 80}", outlet="", published=day,
                language="de" if event % 2 else "en",
                title=f"Event {event} of word{event}",
                text=f"{TOLD.format(event)}\n{words}{ending}",
            )  # fmt: skip
            outlet = store.outlets.ensure(f"o{n % 5}.org")
            store.articles.save(article, outlet=outlet, run=1, now=NOW)


def outcome() -> tuple[list[Any], list[Any]]:
    store = open_store(":memory:")
    with store.batch():
        store.runs.open("test", now=NOW, pid=1)
    told(store)
    scheme, stories = CopyScheme(batch_size=40), StoryScheme(step_size=20)
    group(store, run=1, now=NOW, rebuild=True, scheme=scheme, story_scheme=stories)
    edges = [store.copies.edges([n]) for n in range(1, 81)]
    placed = list(store.queries.articles.all_placed())
    told_in = store.event_links.profiles({row.story for row in placed if row.story is not None})
    store.close()
    return placed, [edges, {story: profile.event for story, profile in told_in.items()}]


def test_numbers_outside_a_scheme_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = outcome()
    for where, values in DECIDES_NOTHING.items():
        code = importlib.import_module(where)
        for name, value in values.items():
            now = getattr(code, name)
            other = partial(now.__wrapped__) if value == "uncached" else value
            monkeypatch.setattr(code, name, other)
    assert outcome() == usual
    placed, (edges, events) = usual
    assert 5 < len({row.copy_group for row in placed}) < 80
    assert 1 < len({row.story for row in placed}) < 80
    assert any(edges)
    assert len(set(events.values())) > 1


def test_numbers_are_in_the_manifest(store: Store) -> None:
    told(store)
    group(store, run=1, now=NOW, rebuild=True)
    entry = store.groupings.last()
    assert entry is not None
    assert entry.settings.keys() == SCHEMES.keys()
    for kind, scheme in SCHEMES.items():
        written = json.loads(json.dumps({f.name: getattr(scheme, f.name) for f in fields(scheme)}))
        assert entry.settings[kind] == written
    assert {"justext", "unicode", "numpy"} <= entry.versions.keys()
