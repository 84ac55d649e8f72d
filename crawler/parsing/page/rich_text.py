"""Markup of a text that is kept as JSON: HTML in strings, lists of blocks, trees of nodes.

Editors keep a text in many forms: Gutenberg, Portable Text, Arc, ProseMirror, Slate, Draft.js.
They have in common that a text stands in strings under such names as `text`, `html` and
`content`, a paragraph in each, or in pieces where a paragraph has children.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from crawler.parsing.page.state_values import JsonObject

MAX_DEPTH = 60
"""Levels of nesting that are looked into."""
NAMED = 4
"""How many times as long a text is worth that stands under the name of a text."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TEXTS = frozenset(
    {"article", "blocks", "body", "children", "components", "contenido", "content", "contents",
     "contenu", "conteudo", "copy", "corpo", "corps", "cuerpo", "data", "document", "elements",
     "fields", "fragment", "html", "inhalt", "insert", "items", "markdown", "markup", "model",
     "modules", "nodes", "ops", "paragraph", "paragraphs", "parts", "raw", "rendered", "richtext",
     "root", "sections", "story", "tekst", "testo", "text", "texte", "texto", "texts", "value"}
)  # fmt: skip
"""Last words of the names that a text, or a list of its parts, stands under."""
_OTHERS = frozenset(
    {"abstract", "ad", "ads", "advert", "advertisement", "alt", "audio", "author", "authors",
     "bio", "breadcrumb", "breadcrumbs", "byline", "caption", "captions", "categories", "category",
     "comment", "comments", "config", "consent", "contributor", "contributors", "cookie",
     "copyright", "credit", "credits", "dek", "description", "disclaimer", "embed", "excerpt",
     "footer", "gallery", "i18n", "image", "images", "interstitial", "keyword", "keywords",
     "latest", "legal", "locale", "media", "menu", "messages", "meta", "metadata", "more", "most",
     "nav", "navigation", "newsletter", "next", "photo", "photos", "picture", "pictures",
     "popular", "previous", "promo", "promos", "promotion", "recirculation", "recommend",
     "recommendations", "recommended", "related", "replies", "reply", "seo", "settings", "share",
     "sidebar", "social", "sponsor", "standfirst", "subheadline", "subscribe", "subtitle",
     "summary", "tag", "tags", "taxonomy", "teaser", "teasers", "topic", "topics", "translations",
     "trending", "video", "videos"}
)  # fmt: skip
"""Words in the names and types of what is not the text, or is another's."""
_TYPES = ("type", "_type", "nodeType", "__typename", "tagName", "blockType", "kind")
_PARAGRAPHS = frozenset(
    {"paragraph", "heading", "header", "subheading", "quote", "blockquote", "item"}
)
_PARAGRAPH_TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "block"})
_ADDRESSES = frozenset({"url", "uri", "link", "href", "permalink", "canonical", "slug"})
_TIMES = frozenset({"date", "published", "created", "updated"})
_AUTHORS = frozenset({"author", "authors", "byline", "user", "username", "nickname", "commenter"})
HEADLINES = ("headline", "headlines", "title", "name", "heading", "hed")
"""Names that a headline stands under."""
_BLOCK_TAG = re.compile(
    r"<(?:p|br|div|h[1-6]|ul|ol|li|blockquote|section|article)\b", re.IGNORECASE
)
_ESCAPED_TAG = re.compile(r"&(?:amp;)?lt;/?(?:p|br|div|h[1-6]|a|b|i|em|strong)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][\w-]{0,20}(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\w{1,8}|[a-zA-Z]\w{1,30});")
_ADDRESS = re.compile(r"\s*(?:https?:/)?/\S*\s*")


@lru_cache(maxsize=4_000)
def words_of_name(name: str) -> tuple[str, ...]:
    """The words of a name, small: `bodyHtml`, `body_html`."""
    return tuple(word.lower() for word in _WORDS.findall(name[:80]))


@dataclass(slots=True, kw_only=True)
class RichText:
    """Reads the text of one article out of JSON."""

    is_own: Callable[[JsonObject], bool]
    """whether an object is about that article by its headline or address"""
    references: Mapping[str, JsonObject]
    """objects by the names that others refer to them by"""
    seen: set[int] = field(default_factory=set)

    def paragraphs(self, value: object, name: str = "", depth: int = 0) -> list[str]:
        """The markup of each paragraph of a text that stands under a name."""
        if isinstance(value, str):
            return list(_markup(value, is_text=_is_text(name)))
        if depth > MAX_DEPTH or id(value) in self.seen:
            return []
        if isinstance(value, list):
            self.seen.add(id(value))
            parts = (one for one in value if not self._is_entry(one, name))
            return [found for one in parts for found in self.paragraphs(one, name, depth + 1)]
        if isinstance(value, dict):
            self.seen.add(id(value))
            return self._of_object(value, name, depth)
        return []

    def _of_object(self, value: JsonObject, name: str, depth: int) -> list[str]:
        referred = _referred(value, self.references)
        if referred is not None:
            return self.paragraphs(referred, name, depth + 1)
        return self.of_fields(value, depth) if _OTHERS.isdisjoint(_type_words(value)) else []

    def of_fields(self, value: JsonObject, depth: int = 0) -> list[str]:
        """The text in one field of an object: the longest, one under the name of a text first."""
        best: list[str] = []
        worth = (0, 0)
        for key, inner in value.items():
            if not _OTHERS.isdisjoint(words_of_name(key)):
                continue
            if _is_run(value, key, inner):
                found = [f"<p>{''.join(_pieces(inner, depth))}</p>"]
            else:
                found = self.paragraphs(inner, key, depth + 1)
            size = sum(len(one) - len("<p></p>") for one in found)
            # Of equals the one in fewer pieces: a paragraph may stand beside its fragments.
            found_worth = (size * (NAMED if _is_text(key) else 1), -len(found))
            if found_worth > worth:
                best, worth = found, found_worth
        return best

    def _is_entry(self, part: object, name: str) -> bool:
        """Whether a part of a list is another article, or what a reader wrote."""
        if not isinstance(part, dict):
            return False
        # What it says of itself may stand one level below: `{"node": {"title": ...}}`.
        levels = [part, *(inner for inner in part.values() if isinstance(inner, dict))]
        if any(map(self.is_own, levels)):
            return False
        return any(_is_signed(level, in_text=_is_text(name)) for level in levels)


def _is_signed(value: JsonObject, *, in_text: bool) -> bool:
    """Whether an object has what a block of a text has not: an author, an address of its own."""
    words = {word for key, inner in value.items() if inner for word in words_of_name(key)}
    if any(map(value.get, ("headline", "headlines", "title"))):
        return not in_text or not words.isdisjoint(_ADDRESSES | _TIMES | _AUTHORS)
    return not words.isdisjoint(_AUTHORS)


def _is_text(name: str) -> bool:
    words = words_of_name(name)
    return bool(words) and words[-1] in _TEXTS


def _types(value: JsonObject) -> Iterator[str]:
    """What an object says that it is; Gutenberg calls that its name, `core/paragraph`."""
    stated = (*(value.get(key) for key in _TYPES), value.get("name"))
    for number, one in enumerate(stated):
        if isinstance(one, str) and (number < len(_TYPES) or "/" in one):
            yield one


def _type_words(value: JsonObject) -> set[str]:
    return {word for one in _types(value) for word in words_of_name(one)}


def _is_paragraph(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return not (
        _PARAGRAPHS.isdisjoint(_type_words(value)) and _PARAGRAPH_TAGS.isdisjoint(_types(value))
    )


def _is_run(holder: JsonObject, key: str, inner: object) -> bool:
    """Whether a list has the pieces of one paragraph, as against paragraphs."""
    if not isinstance(inner, list) or not _is_text(key) or any(map(_is_paragraph, inner)):
        return False
    if _is_paragraph(holder):
        return all(isinstance(piece, dict) for piece in inner)
    return key == "children" and any(
        isinstance(piece, dict) and isinstance(piece.get("text"), str) for piece in inner
    )


def _pieces(value: object, depth: int) -> Iterator[str]:
    """The markup of a paragraph's pieces, which stand in each other."""
    if isinstance(value, str):
        yield _inline(value)
    elif depth > MAX_DEPTH:
        return
    elif isinstance(value, list):
        for piece in value:
            yield from _pieces(piece, depth + 1)
    elif isinstance(value, dict):
        found = ("".join(_pieces(value[key], depth + 1)) for key in value if _is_text(key))
        yield max(found, key=len, default="")


def _referred(value: JsonObject, references: Mapping[str, JsonObject]) -> JsonObject | None:
    """The object that another stands for: `{"__ref": "Article:7"}`, `{"type": "id", "id": ...}`."""
    name = value.get("__ref") or (value.get("id") if value.get("type") == "id" else None)
    return references.get(name) if isinstance(name, str) else None


def _markup(text: str, *, is_text: bool) -> Iterator[str]:
    """The markup of a string's paragraphs; none where it seems to be no text."""
    if _ESCAPED_TAG.search(text) and not _BLOCK_TAG.search(text):
        text = html.unescape(html.unescape(text))
    if _BLOCK_TAG.search(text):
        yield f"<div>{text}</div>"
    elif is_text and not _ADDRESS.fullmatch(text):
        yield from (f"<p>{_inline(line)}</p>" for line in text.splitlines() if line.strip())


def _inline(text: str) -> str:
    """A line as markup: as it is where it has tags or entities."""
    return text if _TAG.search(text) or _ENTITY.search(text) else html.escape(text, quote=False)


def headlines(node: JsonObject) -> Iterator[str]:
    """What may be an object's headline, also `{"title": {"rendered": ...}}`."""
    for key in HEADLINES:
        value = node.get(key)
        inner: Iterable[object] = value.values() if isinstance(value, dict) else (value,)
        yield from (one for one in inner if isinstance(one, str))
