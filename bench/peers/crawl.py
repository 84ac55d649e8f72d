"""What `bench/whole_crawl.py` runs in an environment of each peer: addresses in, a count out."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# bench/peers/extraction.py has the same environment for newspaper4k, so its packages are equal.
NEEDS = {
    "newspaper4k": ["newspaper4k[nlp,ja,zh,th,hi]==0.9.6", "lxml_html_clean"],
    "news-please": ["news-please==1.6.16", "lxml_html_clean"],
}
connect, look_up = socket.socket.connect, socket.getaddrinfo


def connect_here(self: socket.socket, address: Any) -> None:
    """A bench contacts nobody but this machine."""
    if isinstance(address, tuple) and not str(address[0]).startswith("127."):
        raise OSError(f"a bench contacts nobody: {address}")
    connect(self, address)


def look_up_here(host: Any, *args: Any, **kwargs: Any) -> Any:
    """Nor does it ask for the addresses of others."""
    if not str(host).startswith("127."):
        raise socket.gaierror(f"a bench contacts nobody: {host}")
    return look_up(host, *args, **kwargs)


def newspaper(url: str) -> bool:
    from newspaper import Article

    article = Article(url, fetch_images=False)
    article.download()
    article.parse()
    return bool(article.text)


def news_please(url: str) -> bool:
    from newsplease import NewsPlease

    return bool(getattr(NewsPlease.from_url(url), "maintext", None))


def main() -> None:
    socket.socket.connect = connect_here  # type: ignore[assignment,method-assign]
    socket.getaddrinfo = look_up_here
    read: Callable[[str], bool] = {"newspaper4k": newspaper, "news-please": news_please}[
        sys.argv[1]
    ]
    good = 0
    for url in Path(sys.argv[2]).read_text().split():
        try:
            good += read(url)
        except Exception as error:  # noqa: BLE001 - a peer's failure is a page it does not read
            print(f"{url}: {error}", file=sys.stderr)
    print(good)


if __name__ == "__main__":
    main()
