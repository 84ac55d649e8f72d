"""Real pages through our extraction, trafilatura's, readability-lxml's and newspaper4k's.

Claims: bodies above trafilatura's defaults on all four sets and on every language; headline, day,
instant and authors ahead of each peer; no more CPU a page than `bare_extraction` with metadata;
a worker below 200 MB. Peers are installed into environments under .venv-bench, once.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction
from trafilatura.utils import decode_file

from bench.corpora.pages import (
    Labelled,
    article_or_error,
    four_gram_f1,
    labelled,
    names_f1,
    segments_f1,
)
from bench.peers import extraction as peers
from bench.peers.environments import python_of
from bench.peers.extraction import NEEDS
from crawler.parsing.dates import moment
from crawler.parsing.workers.pool import Workers
from crawler.types import Article

SETS = ("aeb", "fundus", "l3s_gn1", "trafilatura_eval")
REPEATS = 5
Found = Mapping[str, Any]


def ours(page: Labelled) -> Found:
    article = article_or_error(page)
    if not isinstance(article, Article):
        return {}
    published = article.published.at if article.published else None
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "published": published,
        "language": article.language,
    }


def default(page: Labelled) -> Found:
    document = bare_extraction(page.html, url=page.url, include_comments=False, with_metadata=True)
    if document is None:
        return {}
    return {
        "text": document.text,
        "title": document.title,
        "authors": [name.strip() for name in (document.author or "").split(";") if name.strip()],
        "published": document.date,
    }


def peer(name: str, pages: Sequence[Labelled]) -> list[Found]:
    """What a peer finds, in its own environment."""
    done = subprocess.run(
        [python_of(name, NEEDS[name]), peers.__file__, name],
        input=json.dumps([(decode_file(page.html), page.url) for page in pages]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Found] = json.loads(done.stdout.splitlines()[-1])
    return found


def body(pages: Sequence[Labelled], found: Sequence[Found]) -> float:
    texts = [str(one.get("text") or "") for one in found]
    if pages[0].name == "trafilatura_eval":
        return segments_f1(zip(texts, (page.truth for page in pages), strict=True))
    return statistics.fmean(
        four_gram_f1(text, page.truth["text"] or "")
        for text, page in zip(texts, pages, strict=True)
    )


def at(raw: str) -> str:
    found = moment(raw, source="bench")
    return found.at if found else ""


def metadata(pages: Sequence[Labelled], found: Sequence[Found]) -> str:
    """Headline, day, instant, authors and language against the publishers' own."""
    pairs = [(one, page.truth) for one, page in zip(found, pages, strict=True)]
    dated = [
        (at(str(one.get("published") or "")), at(truth["published"]))
        for one, truth in pairs
        if truth["published"]
    ]
    day = statistics.fmean(mine[:10] == true[:10] for mine, true in dated)
    instant = statistics.fmean(mine == true for mine, true in dated)
    title = statistics.fmean(one.get("title") == truth["title"] for one, truth in pairs)
    authors = names_f1((one.get("authors") or (), truth["author"] or ()) for one, truth in pairs)
    return f"title {title:.3f}  day {day:.3f}  instant {instant:.3f}  authors F1 {authors:.3f}"


def seconds(read: Callable[[Labelled], Found], pages: Sequence[Labelled]) -> float:
    began = time.process_time()
    for page in pages:
        read(page)
    return time.process_time() - began


def memory(pages: Sequence[Labelled]) -> tuple[float, float]:
    """Peak RSS in MB of a parser process that reads them, and what of it is its own at the end.

    The rest, the language model above all, is shared by all parser processes.
    """
    workers = Workers(2)
    for page in pages:
        workers.submit(ours, page).exception()
    peak, own = workers.submit(memory_now).result()
    workers.close()
    return peak, own


def memory_now() -> tuple[float, float]:
    # Not getrusage: that begins with the peak of the process it was forked from.
    lines = (Path("/proc/self/status"), Path("/proc/self/smaps_rollup"))
    fields = (line.partition(":") for file in lines for line in file.read_text().splitlines())
    found = {name: value.split() for name, _, value in fields}
    own = int(found["Private_Dirty"][0]) + int(found["Private_Clean"][0])
    return int(found["VmHWM"][0]) / 1024, own / 1024


Pages = Mapping[str, Sequence[Labelled]]
"""by set"""


def find_all(sets: Pages) -> dict[str, dict[str, list[Found]]]:
    """What each system finds on each page, by system and set."""
    return {
        "ours": {name: [ours(page) for page in pages] for name, pages in sets.items()},
        "trafilatura default": {
            name: [default(page) for page in pages] for name, pages in sets.items()
        },
        **{name: {s: peer(name, pages) for s, pages in sets.items()} for name in NEEDS},
    }


def behind(pages: Sequence[Labelled], mine: Sequence[Found], theirs: Sequence[Found]) -> str:
    """The languages whose bodies are better in `theirs`."""
    by_language: dict[str, list[tuple[float, float]]] = {}
    for page, one, two in zip(pages, mine, theirs, strict=True):
        scores = body([page], [one]), body([page], [two])
        by_language.setdefault(page.truth["lang"] or "none", []).append(scores)
    worse = [
        language
        for language, pairs in by_language.items()
        if sum(one for one, _ in pairs) < sum(two for _, two in pairs)
    ]
    return f"{', '.join(worse) or 'none'} of {len(by_language)}"


def cpu(pages: Sequence[Labelled]) -> tuple[float, float]:
    """Milliseconds a page, ours and those of bare_extraction with metadata; medians."""
    mine, theirs = [], []
    for _ in range(REPEATS):
        theirs.append(seconds(default, pages))
        mine.append(seconds(ours, pages))
    each = 1000 / len(pages)
    return each * statistics.median(mine), each * statistics.median(theirs)


def main() -> None:
    sets = {name: labelled(name) for name in SETS}
    if not all(sets.values()):
        print("skipped: no saved pages beside the checkout")
        return
    systems = find_all(sets)
    print("body F1, word 4-grams; of trafilatura_eval, segments (goals: +.012 +.006 +.025 +.004)")
    for name, found in systems.items():
        scores = "  ".join(f"{s} {body(pages, found[s]):.4f}" for s, pages in sets.items())
        print(f"  {name:20} {scores}")
    mine, theirs = (systems[name]["fundus"] for name in ("ours", "trafilatura default"))
    print(f"languages of fundus behind the default: {behind(sets['fundus'], mine, theirs)}")
    print("fundus (goals: title .83, day .988, instant .93, authors .87)")
    for name, found in systems.items():
        print(f"  {name:20} {metadata(sets['fundus'], found['fundus'])}")
    one, two = cpu([page for name in ("aeb", "fundus", "l3s_gn1") for page in sets[name]])
    print(
        f"CPU a page {one:.1f} ms, bare_extraction with metadata {two:.1f} ms: "
        f"{one / two:.2f} x (goal 1.0 x)"
    )
    peak, own = memory([page for pages in sets.values() for page in pages])
    print(
        f"peak RSS of a parser process {peak:.0f} MB (limit 200 MB), of which {own:.0f} MB are "
        "its own and not shared with the others"
    )


if __name__ == "__main__":
    main()
