"""What `bench/extraction.py` runs in an environment of each peer: decoded pages in, texts out."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable

NEEDS = {
    "readability-lxml": ["readability-lxml==0.8.4.1", "lxml_html_clean"],
    "newspaper4k": ["newspaper4k==0.9.5", "lxml_html_clean"],
}
Found = dict[str, object]


def readability(html: str, _url: str | None) -> Found:
    import lxml.html
    from readability import Document

    document = Document(html)
    tree = lxml.html.fromstring(document.summary())
    for element in tree.iter("p", "br", "div", "li", "tr", "td", "h1", "h2", "h3"):
        element.tail = "\n" + (element.tail or "")
    return {"text": tree.text_content(), "title": document.short_title()}


def newspaper(html: str, url: str | None) -> Found:
    from newspaper import Article

    article = Article(url or "https://example.org/a", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    published = article.publish_date
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "published": published.isoformat() if published else None,
    }


def no_network(*_: object) -> None:
    raise OSError("a bench contacts nobody")


def main() -> None:
    socket.socket.connect = no_network  # type: ignore[method-assign]
    socket.getaddrinfo = no_network  # type: ignore[assignment]
    read: Callable[[str, str | None], Found] = {
        "readability-lxml": readability,
        "newspaper4k": newspaper,
    }[sys.argv[1]]
    pages = json.load(sys.stdin)
    found: list[Found] = []
    for html, url in pages:
        try:
            found.append(read(html, url))
        except Exception as error:  # noqa: BLE001 - a peer that trips over a page has no text of it
            found.append({"failed": repr(error)})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
