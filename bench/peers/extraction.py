"""What `bench/extraction.py` runs in an environment of each peer: decoded pages in, texts out."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from typing import NamedTuple

Found = dict[str, object]


class Peer(NamedTuple):
    """What pip installs of it, and how it reads a page and its address."""

    needs: list[str]
    read: Callable[[str, str | None], Found]


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


def goose(html: str, _url: str | None) -> Found:
    from goose3 import Goose

    with Goose({"enable_image_fetching": False}) as reader:
        return {"text": reader.extract(raw_html=html).cleaned_text}


def resiliparse(html: str, _url: str | None) -> Found:
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(
        html, main_content=True, preserve_formatting=True, alt_texts=False, comments=False
    )
    return {"text": text}


def boilerpy(html: str, _url: str | None) -> Found:
    from boilerpy3.extractors import ArticleExtractor

    return {"text": ArticleExtractor(raise_on_failure=False).get_content(html)}


def just_text(html: str, _url: str | None) -> Found:
    from justext import get_stoplist, get_stoplists, justext

    common = frozenset().union(*map(get_stoplist, get_stoplists()))
    paragraphs = justext(html, common)
    return {"text": "\n".join(one.text for one in paragraphs if not one.is_boilerplate)}


PEERS = {
    "readability-lxml": Peer(["readability-lxml==0.9", "lxml_html_clean"], readability),
    "newspaper4k": Peer(["newspaper4k[nlp,ja,zh,th,hi]==0.9.6", "lxml_html_clean"], newspaper),
    "goose3": Peer(["goose3==3.1.22"], goose),
    "resiliparse": Peer(["resiliparse==2.0.1"], resiliparse),
    "boilerpy3": Peer(["boilerpy3==1.0.7"], boilerpy),
    "justext": Peer(["justext==3.0.2", "lxml_html_clean"], just_text),
}


def no_network(*_: object) -> None:
    raise OSError("a bench contacts nobody")


def main() -> None:
    socket.socket.connect = no_network  # type: ignore[method-assign]
    socket.getaddrinfo = no_network  # type: ignore[assignment]
    read = PEERS[sys.argv[1]].read
    found: list[Found] = []
    for html, url in json.load(sys.stdin):
        try:
            found.append(read(html, url))
        except Exception as error:  # noqa: BLE001 - a peer that trips over a page has no text of it
            found.append({"failed": repr(error)})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
