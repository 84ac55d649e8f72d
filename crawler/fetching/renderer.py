"""Pages whose text only their scripts bring, shown by the system's Chromium (extra `browser`).

Chromium has no network. What the server sent is its page, and whatever its scripts ask for goes
through the crawl's own downloader: robots.txt, the pace of the host, the guard of private addresses
and the limits of size and time are those of every request. scrapy-playwright would let the browser
ask by itself, past all of them, in place of Scrapy's download handler for everybody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy import Request, signals
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.errors import ExtractError, NewsloomError, UsageError
from crawler.fetching.meta import Meta
from crawler.interrupts import blocked
from crawler.parsing.urls import registered_domain, slot
from crawler.types import Fetched, Outlet

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright, Route

SECONDS = 30.0
"""For one page, its requests and their pauses included."""
CLOSING = 5.0
"""Seconds for a browser to end; one that does not is killed with its driver."""
QUIET = 0.5
"""Seconds without a request or a change of its text, after which a page is complete."""
REQUESTS = 60
"""That one page may make; a reader's browser makes a few."""
MAX_BYTES = 8 * 1024 * 1024
"""Of a page as shown, and of one answer to its scripts."""
PAGES = 100
"""After which the browser is started afresh, so that its memory stays bounded."""
KEPT = 32 * 1024 * 1024
"""Bytes of scripts that are kept for the next pages, which mostly have the same ones."""
WORTHWHILE = frozenset({"no-text", "empty", "section-page"})
"""Reasons of rejection that a page may owe to scripts that did not run."""
PASSING = frozenset({"no-browser", "render-failed", "render-timeout"})
"""Reasons of rejection that say nothing of the page: it is tried again later."""
_NEEDED = frozenset({"script", "xhr", "fetch"})
"""Kinds of requests that text may depend on: no pictures, fonts, styles, media, frames, beacons."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PASSED_ON = ("content-type", "access-control-allow-origin", "access-control-allow-credentials")
# The proxy is nobody: what a page asks for in other ways than by HTTP (WebSocket, WebRTC, looking
# up names beforehand) comes to nothing.
_OPTIONS = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--dns-prefetch-disable",
)


class _Answer(NamedTuple):
    """What a script gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Page:
    """A page that is being shown."""

    fetched: Fetched
    outlet: Outlet
    asked: int = 0
    """requests so far"""
    shown: bool = False
    """whether the browser has been given what the server sent"""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Renderer:
    """One browser for a crawl, started for the first page that needs it."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._pages = 0
        self._scripts: OrderedDict[str, _Answer] = OrderedDict()
        crawler.signals.connect(self._check, signal=signals.spider_opened)
        crawler.signals.connect(self.close, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Renderer:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Any) -> Renderer:
        """The renderer of a crawl."""
        renderer = crawler.get_extension(cls)
        if renderer is None:
            raise NewsloomError("rendering needs the extension crawler.fetching.renderer.Renderer")
        return renderer  # type: ignore[no-any-return]

    async def render(self, fetched: Fetched, outlet: Outlet) -> Fetched:
        """The page as its scripts make it; ExtractError where they come to no end or to too much.

        One page is shown at a time.
        """
        async with self._turn:
            try:
                browser = await self._ready()
                async with asyncio.timeout(SECONDS):
                    html = await self._show(browser, _Page(fetched, outlet))
            except TimeoutError:
                await self.close()  # a script that runs for ever would hold the whole browser
                raise ExtractError(
                    "render-timeout", f"its scripts came to no end in {SECONDS:.0f} s"
                ) from None
            except (_browser_error(), OSError) as error:  # OSError: its driver does not start
                await self.close()
                raise ExtractError("render-failed", str(error).splitlines()[0][:300]) from error
        body = html.encode("utf-8", "replace")
        if len(body) > MAX_BYTES:
            raise ExtractError("too-large", f"{len(body)} bytes after its scripts ran")
        return replace(fetched, body=body, content_type="text/html; charset=utf-8")

    async def close(self) -> None:
        """End the browser."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        self._pages = 0
        for end in (browser and browser.close, playwright and playwright.stop):
            if end:
                with suppress(_browser_error(), TimeoutError):
                    await asyncio.wait_for(end(), CLOSING)

    def _check(self, spider: Any) -> None:
        """Say what is missing, before an outlet that needs it is crawled."""
        names = [slug for slug, outlet in spider.outlets.items() if outlet.render]
        if names and (missing := missing_browser()):
            spider.logger.warning("%s: `render` has no effect: %s", ", ".join(names), missing)
        elif names and os.geteuid() == 0:
            spider.logger.warning(
                "%s: Chromium has no sandbox for root; run this crawl as another user",
                ", ".join(names),
            )

    async def _show(self, browser: Browser, page: _Page) -> str:
        context = await browser.new_context(
            user_agent=self._crawler.settings["USER_AGENT"],
            accept_downloads=False,
            service_workers="block",
            locale=page.outlet.language or "en",
        )
        try:
            tab = await context.new_page()
            # Not before: this one is meant. Dialogs are dismissed by Playwright itself.
            context.on("page", lambda other: other.close())
            await context.route("**/*", lambda route: self._answer(route, page))
            await tab.goto(page.fetched.url, wait_until="commit")
            await self._wait_for_text(tab, page)
            return await tab.content()
        finally:
            for task in page.tasks:
                task.cancel()
            with suppress(TimeoutError):
                await asyncio.wait_for(context.close(), CLOSING)

    async def _wait_for_text(self, tab: Any, page: _Page) -> None:
        """Until nothing has been asked for, and the text is the same, for a while."""
        before: object = None
        while True:
            size, is_loading = await tab.evaluate(
                "[document.body?.innerText.length, document.readyState == 'loading']"
            )
            state = (size, page.asked)
            if state == before and not page.tasks and not is_loading:
                return
            before = state
            await asyncio.sleep(QUIET)

    async def _ready(self) -> Browser:
        """The browser; another one after PAGES pages."""
        self._pages += 1
        if self._browser is not None and self._pages <= PAGES:
            return self._browser
        await self.close()
        if missing := missing_browser():
            raise ExtractError("no-browser", missing)
        from playwright.async_api import async_playwright

        with blocked():  # Ctrl-C is for the crawl, which ends the browser
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=_browser_path(),
                args=list(_OPTIONS),
                # Chromium has none for root.
                chromium_sandbox=os.geteuid() != 0,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        self._pages = 1
        return self._browser

    async def _answer(self, route: Route, page: _Page) -> None:
        request = route.request
        if request.is_navigation_request() and not page.shown:
            page.shown = True
            await route.fulfill(
                status=200, body=page.fetched.body,
                headers={"content-type": page.fetched.content_type or "text/html"},
            )  # fmt: skip
            return
        if not _may_ask(request, page) or page.asked >= REQUESTS:
            # Not "blocked": a page that goes elsewhere would be replaced by a page saying so.
            await route.abort("aborted")
            return
        page.asked += 1
        task = asyncio.current_task()
        assert task is not None
        page.tasks.add(task)
        try:
            answer = await self._download(request.url, request.headers, request.resource_type)
            if answer is None:
                await route.abort("failed")
                return
            await route.fulfill(
                status=answer.status, headers=dict(answer.headers), body=answer.body
            )
        finally:
            page.tasks.discard(task)

    async def _download(self, url: str, headers: Mapping[str, str], kind: str) -> _Answer | None:
        """What a server answers to a page's request, by way of the crawl; None: nothing."""
        if (kept := self._scripts.get(url)) is not None:
            self._scripts.move_to_end(url)
            return kept
        carried: Meta = {"download_slot": slot(url), "download_maxsize": MAX_BYTES}
        wanted = {n: headers[n] for n in ("accept", "origin") if n in headers}
        request = Request(
            url, headers=wanted, callback=NO_CALLBACK, meta=dict(carried), dont_filter=True
        )
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001 - whatever it is, the script gets no answer
            return None
        passed = {
            name: (response.headers.get(name) or b"").decode("latin-1")
            for name in _PASSED_ON
            if name in response.headers
        }
        answer = _Answer(response.status, passed, response.body)
        if kind == "script" and response.status == 200:
            self._keep(url, answer)
        return answer

    def _keep(self, url: str, answer: _Answer) -> None:
        self._scripts[url] = answer
        while sum(len(one.body) for one in self._scripts.values()) > KEPT:
            self._scripts.popitem(last=False)


def _may_ask(request: Any, page: _Page) -> bool:
    """Whether a page's request may bring its text: from its own domain, or one it is said to need.

    Nothing is sent anywhere, so only GET.
    """
    if request.method != "GET" or request.resource_type not in _NEEDED:
        return False
    domain = registered_domain(request.url)
    return domain in {registered_domain(page.fetched.url), *page.outlet.render_domains}


def missing_browser() -> str | None:
    """What is not installed, and how to install it; None: nothing is missing."""
    import importlib.util

    if importlib.util.find_spec("playwright") is None:
        return (
            "rendering needs Playwright (extra `browser`); run `pipx inject newsloom playwright`, "
            "or `pip install playwright` where Newsloom is installed"
        )
    if _browser_path() is None:
        return "rendering needs Chromium; on Debian or Ubuntu: apt install chromium"
    return None


def _browser_path() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _browser_error() -> type[Exception]:
    """What Playwright raises; UsageError, which nothing here raises, where it is not installed."""
    import sys

    # Loaded with the first page, and not for those who show none.
    loaded = sys.modules.get("playwright.async_api")
    return loaded.Error if loaded else UsageError
