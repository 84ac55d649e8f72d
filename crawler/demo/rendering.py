"""How the town's outlets look to a crawler: their listings and pages, as bytes of markup."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from crawler.demo.houses import House, Listed
from crawler.demo.prints import Print

CORRECTED_AT = "2022-01-20T09:00:00Z"
"""When the outlets of the town make their corrections."""


def listing_document(house: House, prints: Sequence[Print], base: str) -> tuple[bytes, str]:
    """Body and content type of an outlet's feed or sitemap."""
    entries = [(_listed_address(house, n, p, base), p) for n, p in enumerate(prints)]
    match house.listed:
        case Listed.RSS:
            body, kind = _rss(house, entries, base), "application/rss+xml"
        case Listed.ATOM:
            body, kind = _atom(house, entries, base), "application/atom+xml"
        case Listed.RDF:
            body, kind = _rdf(house, entries, base), "application/rdf+xml"
        case Listed.JSON:
            return _json(house, entries, base).encode(), "application/feed+json"
        case Listed.NEWS_SITEMAP:
            body, kind = news_sitemap(house, entries), "application/xml"
        case Listed.SITEMAP_INDEX:
            return gzip.compress(_sitemap_index(base).encode(), mtime=0), "application/gzip"
    return body.encode(house.charset, errors="xmlcharrefreplace"), kind


def news_sitemap(house: House, entries: Sequence[tuple[str, Print]]) -> str:
    """A Google News sitemap."""
    urls = "".join(
        f"<url><loc>{escape(url)}</loc>{_lastmod(p)}"
        f"<news:news><news:publication><news:name>{escape(house.name)}</news:name>"
        f"<news:language>{house.language}</news:language></news:publication>"
        f"<news:publication_date>{p.at}</news:publication_date>"
        f"<news:title>{escape(p.title)}</news:title></news:news></url>"
        for url, p in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def monthly_sitemap(prints: Sequence[Print], base: str) -> bytes:
    """A plain sitemap, gzipped."""
    urls = "".join(
        f"<url><loc>{base}{p.path}</loc><lastmod>{_changed_at(p)}</lastmod></url>" for p in prints
    )
    return gzip.compress(
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode(),
        mtime=0,
    )


def article_page(
    house: House, print_: Print, others: Sequence[Print], base: str, *, amp: bool
) -> bytes:
    """An article's page."""
    shown = print_.paragraphs[:3] if house.paywall else print_.paragraphs
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in shown)
    byline = f"By {print_.byline}" if print_.byline else house.name
    html = f"""<!DOCTYPE html>
<html lang="{house.language if house.language != "en" else print_.language}"{" amp" if amp else ""}>
<head>
<meta charset="{house.charset}">
<title>{escape(print_.title)} | {escape(house.name)}</title>
<link rel="canonical" href="{base}{print_.path}">
<meta property="og:type" content="article">
<meta property="og:site_name" content="{escape(house.name)}">
<meta property="og:title" content="{escape(print_.title)}">
{_statements(house, print_, base)}
</head>
<body>
{_CONSENT if house.consent else ""}
<header><a href="{base}/">{escape(house.name)}</a>
<nav><ul>{_navigation(base)}</ul></nav></header>
<main><article>
<h1>{escape(print_.title)}</h1>
<div class="byline">{escape(byline)}
<time datetime="{print_.at}" itemprop="datePublished">{print_.at[:10]}</time></div>
{paragraphs}
{_figure(print_, base)}
{_PAYWALL if house.paywall else ""}
</article>
{_related(others, base) if house.consent else ""}
{_COMMENTS if house.comments else ""}
</main>
<footer><p>© 2022 {escape(house.name)}. All rights reserved.</p></footer>
</body></html>"""
    return html.encode(house.charset, errors="xmlcharrefreplace")


def _figure(print_: Print, base: str) -> str:
    """A picture, whose caption stands a second time as a paragraph."""
    if not print_.caption:
        return ""
    caption = escape(print_.caption)
    return (
        f'<figure><img src="{base}/picture.jpg" alt=""><figcaption>{caption}'
        f"</figcaption></figure><p>{caption}</p>"
    )


def _navigation(base: str) -> str:
    return "".join(f'<li><a href="{base}/{name}">{name}</a></li>' for name in _SECTIONS)


def front_page(house: House, prints: Sequence[Print], base: str) -> bytes:
    """An outlet's front page, for people who look at the town in a browser."""
    items = "".join(f'<li><a href="{base}{p.path}">{escape(p.title)}</a></li>' for p in prints)
    html = (
        f'<!DOCTYPE html><html lang="{house.language}"><head><meta charset="utf-8">'
        f"<title>{escape(house.name)}</title>"
        f'<link rel="alternate" type="application/rss+xml" href="{base}{house.listing_path}">'
        f"</head><body><h1>{escape(house.name)}</h1><ul>{items}</ul></body></html>"
    )
    return html.encode()


FILM = b"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Film: the ferry</title>
</head><body><h1>Film: the ferry</h1><video src="ferry.mp4"></video><p>0:42</p></body></html>"""

_SECTIONS = ("world", "business", "sport", "culture")
_CONSENT = """<div class="cookie-consent" role="dialog"><p>We and our 812 partners value your
privacy. We use cookies to store and access personal data such as browsing data for purposes like
serving and personalising content and advertising.</p><button>Accept all</button></div>"""
_PAYWALL = """<div class="paywall"><p>Subscribe to read on.</p></div>"""
_COMMENTS = """<div class="comments"><h3>Comments</h3><p>Post a Comment</p></div>"""


def _statements(house: House, print_: Print, base: str) -> str:
    """What the page says of itself: in JSON-LD, in meta elements, or only in the text."""
    if house.language == "de":
        return ""
    if house.listed in (Listed.ATOM, Listed.RDF):
        author = f'<meta name="author" content="{escape(print_.byline)}">' if print_.byline else ""
        return (
            f'<meta property="article:published_time" content="{print_.at}">'
            f'<meta property="article:modified_time" content="{_changed_at(print_)}">{author}'
        )
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": print_.title,
        "datePublished": print_.at,
        "dateModified": _changed_at(print_),
        "isAccessibleForFree": not house.paywall,
        "mainEntityOfPage": base + print_.path,
        "publisher": {"@type": "Organization", "name": house.name},
        "author": [
            {"@type": "Person", "name": name}
            for name in (print_.byline or house.name).split(" and ")
        ],
    }
    text = json.dumps(node, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _related(others: Sequence[Print], base: str) -> str:
    links = "".join(f'<li><a href="{base}{p.path}">{escape(p.title)}</a></li>' for p in others[:4])
    return (
        f'<aside class="related"><h2>Related articles</h2><ul>{links}</ul></aside>'
        '<div class="newsletter"><p>Sign up for our newsletter</p></div>'
    )


def _listed_address(house: House, number: int, print_: Print, base: str) -> str:
    if house.amp and number % 3 == 0:
        return f"{base}/amp{print_.path}"
    if house.moved_feed:
        return f"{base}/?p={number + 100}"
    return base + print_.path


def _changed_at(print_: Print) -> str:
    return CORRECTED_AT if print_.corrected else print_.at


def _lastmod(print_: Print) -> str:
    return f"<lastmod>{CORRECTED_AT}</lastmod>" if print_.corrected else ""


def _rss(house: House, entries: Sequence[tuple[str, Print]], base: str) -> str:
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>{escape(url)}</link>"
        f'<guid isPermaLink="false">{house.slug}{p.path}</guid>'
        f"<pubDate>{format_datetime(datetime.fromisoformat(p.at), usegmt=True)}</pubDate>"
        f"<description>{escape(p.paragraphs[0])}</description></item>"
        for url, p in reversed(entries)
    )
    return (
        f'<?xml version="1.0" encoding="{house.charset}"?><rss version="2.0"><channel>'
        f"<title>{escape(house.name)}</title><link>{base}/</link>{items}</channel></rss>"
    )


def _atom(house: House, entries: Sequence[tuple[str, Print]], base: str) -> str:
    items = "".join(
        f'<entry><title>{escape(p.title)}</title><link href="{escape(url)}"/>'
        f"<id>{escape(url)}</id><published>{p.at}</published><updated>{_changed_at(p)}</updated>"
        f"<summary>{escape(p.paragraphs[0])}</summary></entry>"
        for url, p in reversed(entries)
    )
    return (
        f'<?xml version="1.0" encoding="{house.charset}"?>'
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(house.name)}</title>'
        f"<id>{base}/</id><updated>{CORRECTED_AT}</updated>{items}</feed>"
    )


def _rdf(house: House, entries: Sequence[tuple[str, Print]], base: str) -> str:
    items = "".join(
        f'<item rdf:about="{escape(url)}"><title>{escape(p.title)}</title>'
        f"<link>{escape(url)}</link><dc:date>{p.at}</dc:date></item>"
        for url, p in reversed(entries)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/"><title>{escape(house.name)}</title></channel>'
        f"{items}</rdf:RDF>"
    )


def _json(house: House, entries: Sequence[tuple[str, Print]], base: str) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": house.name,
            "home_page_url": base,
            "items": [
                {
                    "id": url,
                    "url": url,
                    "title": p.title,
                    "date_published": p.at,
                    "date_modified": _changed_at(p),
                    "content_text": p.paragraphs[0],
                }
                for url, p in reversed(entries)
            ],
        },
        ensure_ascii=False,
    )


def _sitemap_index(base: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{base}/sitemap-news.xml</loc></sitemap>"
        f"<sitemap><loc>{base}/sitemap-2022-01.xml.gz</loc></sitemap></sitemapindex>"
    )
