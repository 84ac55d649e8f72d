"""Addresses: one canonical form for each page, so that a page is known again."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

from crawler.errors import UsageError
from crawler.parsing.paths import without_dots
from crawler.types import limits

if TYPE_CHECKING:
    from tldextract import TLDExtract

_HOSTS_OF_MANY = frozenset(
    {
        "feedburner.com",
        "google.com",
        "rss.app",
        "substack.com",
        "wordpress.com",
        "blogspot.com",
        "t.me",
        "youtube.com",
    }
)
_PORTS = {"http": 80, "https": 443}
_AMP = frozenset({"amp", "amp=", "amp=1", "amp=true", "amp=yes", "outputtype=amp", "output=amp"})
# What those who measure campaigns add, and nobody else uses.
_TRACKING = re.compile(
    r"(?:utm|mtm|matomo|piwik|hsa|itm|vero|oly)[_-][\w.-]+|pk_(?:campaign|kwd|source|medium)"
    r"|_?_hs[a-z]+|[dgt]clid|ys?clid|fbclid|msclkid|twclid|ttclid|wbraid|gbraid|li_fat_id|igsh(?:id)?"
    r"|mc_[ce]id|mkt_tok|_g[al]|gclsrc|xtor|spm|_openstat|(?:ic|cmp|nc|oc|s_c)id|ito|smid|smtyp"
    r"|ref_(?:src|url)|guc(?:counter|e_\w+)|wt[._]z?mc(?:_\w+)?|fb_(?:action_ids|source|ref)"
    r"|at_(?:medium|campaign|custom\d|link_\w+|ptr_name|format|bbc_team)|__twitter_impression"
    r"|ns_(?:campaign|mchannel|source|linkname|fee)|_branch_\w+",
    re.IGNORECASE,
)
# Elsewhere these name the article: ?ref=901. Where the value is a way to the outlet, they do not.
_PERHAPS = re.compile(
    r"aff(?:iliate)?|campaign|channel|cid|cmp|eid|feature|from|medium|partner|ref(?:err?er)?"
    r"|sh?are(?:d|_?from)?|source|sr_share|src|traffic_source|via",
    re.IGNORECASE,
)
# ?source=rss----d12c403d4976--food
_FEEDS = frozenset({"rss", "atom", "feed"})
_WORD = re.compile(r"[^\W_]+")
_WAYS = frozenset(
    _WORD.findall("""
    ads alert alerts amp android app apple apps article atom banner bing bluesky browser btn
    button com duckduckgo dzen email facebook fb feed feedburner feedly flipboard front
    frontpage google googlenews home homepage index instagram ios link linkedin mail main
    mastodon media messenger mobile msn net news newsletter org page partner pinterest pocket
    public push reddit rss rss2 rssfeed search share sharing site sitemap smartnews sms social
    tag telegram threads tiktok top twitter tw viber vk wa web website whatsapp widget www x xing
    xml yahoo yandex youtube
    """)
)
_SESSION = re.compile(
    r"(?:phpsessid|jsessionid|session_?id|sid)=[0-9a-f]{16,}[\w.!-]*", re.IGNORECASE
)
_SESSION_IN_PATH = re.compile(r";jsessionid=[0-9a-f]{16,}[\w.!-]*", re.IGNORECASE)
# What browsers drop as well, and what no eye sees around an address.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_AROUND = re.compile(rf"^[\s\x80-\x9f{_UNSEEN}]+|[\s\x80-\x9f{_UNSEEN}]+$")
# An address before which another was put: https://https://example.org/a.
_DOUBLED = re.compile(r"^https?:[^?#/]*/{0,2}[^?#/:]*(?=https?://)", re.IGNORECASE)
# A site's address before an address of it: https://example.org/https://example.org/a.
_SITE_TWICE = re.compile(r"^https?://([^/?#]+)/+(?=https?://\1(?:[/?#]|$))", re.IGNORECASE)
# A colon or a slash too few, or a slash too many, before a name with a full stop.
_SLIP = re.compile(r"^(https?)(?::/|//|:/{3,})(?=[^/?#:\s]+\.[^/?#\s])", re.IGNORECASE)
MAX_SLIPS = 10
"""Of one address; what still changes then is none."""
_FULL = re.compile(r"https?://[^/?#]", re.IGNORECASE)
# A feed that was escaped twice, or more often.
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x26);)+", re.IGNORECASE)
_GOOGLE_NEWS = "news.google.com"
_GOOGLE_NEWS_LINK = re.compile(
    r"\s*https?://news\.google\.com/(?:__i/)?(?:rss/)?(?:rd/)?(?:articles|read)/", re.IGNORECASE
)
GOOGLE_NEWS = (
    "Google News links to itself, not to the articles; take the feeds of the outlets themselves, "
    "which `newsloom outlets add` finds from their front pages"
)
"""What is wrong with the links of Google News, and what to do."""
_NO_HOST = re.compile(r"[\s\"<>\\^`{|}%]")
_WALLS = {
    "consent-wall": re.compile(
        r"^([^/]+\.)?consent\.|/(consent|privacy-gate|cookie-?wall)(/|\.\w+)?$"
    ),
    "login-wall": re.compile(
        r"^(log-?in|sign-?in|auth|sso|accounts?)\."
        r"|/(log-?in|sign-?in|anmelden|connexion|signup|register|paywall)(/|\.\w+)?$"
    ),
}
_BEFORE_QUERY = re.compile(r"[^?#]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical(url: str, base: str | None = None) -> str:
    """The address as it was given, without fragment and tracking parameters. Idempotent.

    Else only what RFC 3986 holds for equal is written alike: the case of scheme, host and escapes,
    the default port, dot segments, what need not be escaped; and what must be escaped is. Raises
    UsageError when it is not an http or https address of a host, or a link of Google News.
    """
    try:
        joined = _joined(url, base)
        _require_web(joined)
        joined = _normal(joined)
        _require_web(joined)
        _require_ascii(joined)
    except (ValueError, UnicodeError) as error:
        raise UsageError(f"not a web address: {url[:200]!r}") from error
    if len(joined) > limits.URL:
        raise UsageError(f"address longer than {limits.URL} characters: {url[:80]!r}...")
    if is_google_news_link(joined):
        raise UsageError(f"{joined[:200]}: {GOOGLE_NEWS}")
    return joined


def refuse_login(url: str) -> None:
    """Raise UsageError when an address holds a user name or password, without repeating them.

    An address stands in the store, in logs and in exports; a password must stand in none of them.
    """
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise UsageError(
            f"the address on {parts.hostname} holds a user name or password; Newsloom does not log "
            "in, so write it without them"
        )


def refuse_google_news(url: str) -> None:
    """Raise UsageError when a source is one of Google News, whatever it lists."""
    if urlsplit(url).hostname == _GOOGLE_NEWS:
        raise UsageError(f"{url[:200]}: {GOOGLE_NEWS}")


def is_google_news_link(url: str) -> bool:
    """Whether an address is a link of Google News: only its script knows which article is meant."""
    return _GOOGLE_NEWS in url and _GOOGLE_NEWS_LINK.match(url) is not None


def earlier_form(url: str) -> str:
    """A canonical address as versions of Newsloom before wrote it, with another escaping.

    A page that an older store knows under it is not to be fetched again.
    """
    parts = urlsplit(url)
    path = quote(re.sub("/+", "/", parts.path), safe="/%!=:,-")
    found: str = canonicalize_url(urlunsplit(parts._replace(path=path)))
    return found


def addresses(links: Iterable[str | None], base: str) -> tuple[str, ...]:
    """Canonical addresses of links, each once, in order; what is no web address is left out."""
    found: dict[str, None] = {}
    for link in links:
        with suppress(UsageError):
            found.setdefault(canonical(link or "", base))
    return tuple(found)


def host(url: str) -> str:
    """Host name of an address, without `www.`; empty when there is none."""
    name = urlsplit(url).hostname or ""
    return name.removeprefix("www.") or name


def registered_domain(url: str) -> str:
    """The part of the host that somebody registered: bbc.co.uk for news.bbc.co.uk."""
    name = urlsplit(url).hostname or ""
    found: str = _suffixes()(name).top_domain_under_public_suffix
    return found or _under_unknown_suffix(name)


def _under_unknown_suffix(name: str) -> str:
    """Of a domain on no list the last two labels: publicsuffix.org's prevailing rule is `*`."""
    labels = name.split(".")
    is_address = ":" in name or labels[-1].isdigit()
    return name if is_address else ".".join(labels[-2:])


def publisher_of(url: str) -> str:
    """Whose an address is: a registered domain; on hosts of many publishers each path is one."""
    domain = registered_domain(url)
    return f"{host(url)}{urlsplit(url).path}" if domain in _HOSTS_OF_MANY else domain


@functools.lru_cache(maxsize=100_000)
def slot(url: str) -> str:
    """Whose turn a request to this address takes: the registered domain, in all its hosts.

    Of services where many publish (blogspot.com, wordpress.com) each publisher has one.
    """
    name = urlsplit(url).hostname or ""
    found: str = _suffixes()(name, include_psl_private_domains=True).top_domain_under_public_suffix
    return found or _under_unknown_suffix(name)


def wall_at(url: str) -> str | None:
    """Which page instead of an article an address is: `consent-wall` or `login-wall`."""
    parts = urlsplit(url)
    place = f"{parts.netloc}{parts.path}".lower()
    return next((wall for wall, pattern in _WALLS.items() if pattern.search(place)), None)


def secret_domain(url: str) -> str:
    """To which hosts a secret for this address may go: its registered domain, in all its hosts.

    Of services where many publish it is the host alone.
    """
    name = urlsplit(url).hostname or ""
    return name if registered_domain(url) in _HOSTS_OF_MANY else slot(url)


def is_front_page(url: str) -> bool:
    """Whether an address points at a host's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _joined(url: str, base: str | None) -> str:
    """An address as a browser reads it, against the address of its document."""
    text = _AMPERSAND.sub("&", _AROUND.sub("", _CONTROL.sub("", url)))
    text = _BEFORE_QUERY.sub(lambda found: found[0].replace("\\", "/"), text, count=1)
    text = _without_slips(text)
    if not base or _FULL.match(text):
        return text
    link = f"//{text}" if _begins_with_host(text, base) else text
    # To urljoin a semicolon is more than a character, and one at the end is nothing.
    joined = urljoin(base.replace(";", "\x7f"), link.replace(";", "\x7f")).replace("\x7f", ";")
    return _without_slips(joined)


def _without_slips(text: str) -> str:
    """Without what hands and programs put before an address; ValueError where it has no end."""
    for _ in range(MAX_SLIPS):
        text, before = _SITE_TWICE.sub("", _SLIP.sub(r"\1://", _DOUBLED.sub("", text))), text
        if text == before:
            return text
    raise ValueError(text)


def _begins_with_host(text: str, base: str) -> bool:
    """Whether a link is its document's host and a path: an address without its scheme."""
    name, slash, _ = text.partition("/")
    own = urlsplit(base).netloc.lower()
    return (
        bool(slash)
        and "." in name
        and name.lower().removeprefix("www.") == own.removeprefix("www.")
    )


def _normal(url: str) -> str:
    parts = urlsplit(safe_url_string(url))
    scheme, port = parts.scheme.lower(), parts.port
    host = parts.netloc.lower().rpartition("@")[2]
    if host.rpartition(":")[2] in ("", str(port)) and port in (None, _PORTS[scheme]):
        host = host.rpartition(":")[0]
    # First without what goes: a percent sign in it says nothing of the rest.
    path = _SESSION_IN_PATH.sub("", _escaped_alike(without_dots(parts.path)))
    query = _kept(_escaped_alike(_kept(parts.query)))
    return urlunsplit((scheme, host, without_dots(path) or "/", query, ""))


def _escaped_alike(part: str) -> str:
    """With capitals in escapes, and without those that say nothing (RFC 3986, 6.2.2)."""
    if "%" not in part:
        return part
    # Beside a lone percent sign, what is unescaped may become another escape.
    plain = frozenset() if _STRAY.search(part) else _UNRESERVED
    return _ESCAPE.sub(
        lambda found: c if (c := chr(int(found[1], 16))) in plain else found[0].upper(), part
    )


def _kept(query: str) -> str:
    return "&".join(filter(_is_kept, query.split("&")))


def _is_kept(field: str) -> bool:
    """Whether a parameter may tell one page from another."""
    if field.lower() in _AMP or _SESSION.fullmatch(field):
        return False
    name, _, value = field.partition("=")
    if not _PERHAPS.fullmatch(name):
        return not _TRACKING.fullmatch(name)
    words = _WORD.findall(value.lower())
    return not words or not (words[0] in _FEEDS or _WAYS.issuperset(words))


def _require_web(url: str) -> None:
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or _NO_HOST.search(parts.hostname)
    ):
        raise ValueError(url)
    _ = parts.port  # raises ValueError when it is not a number


def _require_ascii(url: str) -> None:
    """Refuse a host that cannot be written as DNS has it: no name server knows of it."""
    if not url.isascii():
        raise ValueError(url)


@functools.cache
def _suffixes() -> TLDExtract:
    # Here, because it loads an HTTP client, which takes longer than all else in this file.
    import tldextract

    # The list that comes with the package; never one from the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
