"""10,000 broken pages through the parser processes of a crawl.

Claim: each ends as an article or as a rejection with a name; none hangs, and no parser dies.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from concurrent.futures import Future

from bench.corpora.mutants import mutants
from bench.corpora.pages import AT, labelled
from crawler.errors import ExtractError
from crawler.parsing.workers.pool import Workers
from crawler.parsing.workers.tasks import read_page
from crawler.types import Article, Fetched, Listing, Outlet, Page, Rejected

COUNT = 10_000
OUTLET = Outlet(slug="o", name="O")


def main() -> None:
    pages = [page.html for name in ("aeb", "fundus", "l3s_gn1") for page in labelled(name)]
    if not pages:
        print("skipped: no saved pages beside the checkout")
        return
    workers = Workers(os.cpu_count() or 1)
    waiting: deque[Future[Article | Rejected]] = deque()
    outcomes: Counter[str] = Counter()
    url = "https://example.org/a"
    listed = Page(id=1, url=url, outlet="o", attempts=0, listing=Listing(url=url, title="t"))
    for body in mutants(pages, COUNT, seed=5):
        fetched = Fetched(
            page=listed, url=url, status=200, content_type="text/html", body=body, at=AT
        )
        waiting.append(workers.submit(read_page, fetched, OUTLET))
        while len(waiting) > 8:
            outcomes[outcome(waiting.popleft())] += 1
    outcomes.update(map(outcome, waiting))
    workers.close()
    for name, count in outcomes.most_common():
        print(f"{count:6} {name}")
    bad = sum(count for name, count in outcomes.items() if name.startswith("parser-"))
    print(f"{sum(outcomes.values())} pages; {bad} hit a limit of the parser (goal 0)")


def outcome(done: Future[Article | Rejected]) -> str:
    try:
        found = done.result()
    except ExtractError as error:
        return error.reason + (f": {error.detail}" if error.reason == "parser-error" else "")
    return "article" if isinstance(found, Article) else found.reason


if __name__ == "__main__":
    main()
