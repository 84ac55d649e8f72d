"""Pages that scripts make: `render = true`, by the system's Chromium."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.fetching.renderer import missing_browser
from tests.conftest import ask, newsloom
from tests.crawl.site import WORDS, Reply, Site, feed, item, page

# What a site of today sends: nothing but the address of its program.
SHELL = (
    "<html lang=en><head><title>Gazette</title><link rel=stylesheet href=/style.css></head><body>"
    "<div id=app></div><img src=/logo.png><script src=/app.js></script></body></html>"
)
PROGRAM = """
(async () => {
  const found = await (await fetch('/api' + location.pathname + '.json')).json();
  const paragraphs = found.text.map(text => `<p>${text}</p>`).join('');
  document.title = found.title;
  document.getElementById('app').innerHTML =
    `<article><h1>${found.title}</h1>${paragraphs}<img src=/photo.jpg></article>`;
})();
"""


@pytest.fixture(scope="module")
def chromium() -> None:
    if missing := missing_browser():
        pytest.skip(missing)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as served:
        yield served


def publish(site: Site, *paths: str) -> None:
    """Stories that a script brings, and a feed of them."""
    site["/rss"] = feed(*(item(site.url(path), f"Story {path}") for path in paths))
    site["/app.js"] = Reply(PROGRAM, kind="text/javascript")
    for path in paths:
        site[path] = Reply(SHELL)
        told = {"title": f"The bridge of {path} is closed", "text": [WORDS, WORDS[::-1]]}
        site[f"/api{path}.json"] = Reply(json.dumps(told), kind="application/json")


def crawl(
    site: Site, folder: Path, *more: str, libraries: Path | None = None, **keys: object
) -> str:
    outlets = site.describe(folder / "outlets", "gazette", **({"feeds": ["/rss"]} | keys))
    done = newsloom(
        "--db", folder / "g.db", "crawl", "--only", "--outlets", outlets, "--no-group", "--now",
        *(more or ["--allow-private"]), libraries=libraries,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def patched(folder: Path, *lines: str) -> Path:
    """A folder of libraries that changes Newsloom as it starts."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("\n".join(lines))
    return folder


def outcomes(folder: Path) -> list[tuple[object, ...]]:
    return ask(folder / "g.db", "SELECT state, reason FROM pages ORDER BY url")


def test_scripts_bring_the_text_and_nothing_else_is_asked(
    site: Site, tmp_path: Path, chromium: None
) -> None:
    publish(site, "/s1", "/s2", "/s3", "/s4")
    # Its JSON-LD has the text.
    title = "The ferries cross the river until spring"
    state = {"@type": "NewsArticle", "headline": title, "articleBody": WORDS * 3}
    data = f"<script type=application/ld+json>{json.dumps(state)}</script>"
    site["/s3"] = Reply(SHELL.replace("Gazette", title).replace("<div", f"{data}<div"))
    site["/robots.txt"] = Reply("User-agent: *\nDisallow: /api/s4\n", kind="text/plain")
    crawl(site, tmp_path, render=True)
    assert outcomes(tmp_path) == [("article", None)] * 3 + [("rejected", "no-text")]
    found = ask(tmp_path / "g.db", "SELECT title, text FROM articles ORDER BY url")
    assert [name for name, _ in found] == [
        "The bridge of /s1 is closed", "The bridge of /s2 is closed", title,
    ]  # fmt: skip
    assert all(WORDS.strip()[:60] in text for _, text in found)
    assert len({headers["user-agent"] for _, headers in site.asked}) == 1
    # Each page once, the program once for all; no picture and no style, nothing for the third page
    # and nothing that robots.txt forbids.
    assert sorted(site.paths()) == [
        "/api/s1.json", "/api/s2.json", "/app.js", "/rss", "/s1", "/s2", "/s3", "/s4",
    ]  # fmt: skip


HOSTILE = """
const there = 'http://127.0.0.2:PORT';
const attempt = action => { try { action(); } catch (error) {} };
alert('a'); confirm('b'); prompt('c');
attempt(() => fetch(there + '/fetch').catch(() => 0));
attempt(() => fetch(there + '/post', {method: 'POST', body: 'x', mode: 'no-cors'}).catch(() => 0));
attempt(() => navigator.sendBeacon(there + '/beacon', 'x'));
attempt(() => new WebSocket('ws://127.0.0.2:PORT/socket'));
attempt(() => new EventSource(there + '/events'));
attempt(() => window.open(there + '/popup'));
attempt(() => { new Image().src = there + '/image'; });
attempt(() => navigator.serviceWorker.register('/worker.js').catch(() => 0));
const elements = [['iframe', 'src'], ['script', 'src'], ['object', 'data'], ['a', 'href']];
for (const [name, key] of elements) {
  const made = document.createElement(name);
  made[key] = there + '/' + name;
  if (name === 'a') made.download = 'file';
  document.body.append(made);
  if (name === 'a') made.click();
}
setTimeout(() => { location.href = there + '/away'; }, 50);
"""


@pytest.mark.parametrize("public", [False, True])
def test_no_page_reaches_a_private_address(
    public: bool, site: Site, tmp_path: Path, chromium: None
) -> None:
    """A server that must never be asked; where its address counts as public it is: the control."""
    hits: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(f"{self.command} {self.path}")
            self.send_response(204)
            self.end_headers()

        do_POST = do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.2", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    publish(site, "/s1")
    site["/app.js"] = Reply(
        PROGRAM + HOSTILE.replace("PORT", str(server.server_port)), kind="text/javascript"
    )
    home = f"http://127.0.0.1:{site.url('').rpartition(':')[2]}"
    site["/rss"] = feed(item(f"{home}/s1"))
    # To this crawl, the site's address is one of the internet, and the canary's is not.
    addresses = {"127.0.0.1", *(["127.0.0.2"] if public else [])}
    libraries = patched(
        tmp_path / "libraries",
        "import crawler.fetching.resolver as one",
        "import crawler.fetching.middlewares.web_only as other",
        f"one.is_public = other.is_public = {addresses!r}.__contains__",
    )
    crawl(
        site, tmp_path, "--limit", "9", libraries=libraries, feeds=[f"{home}/rss"], render=True,
        render_domains=["127.0.0.2"],
    )  # fmt: skip
    server.shutdown()
    server.server_close()
    assert outcomes(tmp_path) == [("article", None)]
    assert sorted(set(hits)) == (["GET /fetch", "GET /robots.txt", "GET /script"] if public else [])


def test_endless_scripts_cost_their_page_alone(site: Site, tmp_path: Path, chromium: None) -> None:
    publish(site, "/s1", "/s2")
    site["/s1"] = Reply(SHELL.replace("<script src=/app.js>", "<script>for (;;) {}"))
    libraries = patched(
        tmp_path / "libraries", "import crawler.fetching.renderer as r", "r.SECONDS = 6.0"
    )
    crawl(site, tmp_path, libraries=libraries, render=True)
    assert outcomes(tmp_path) == [("pending", "render-timeout"), ("article", None)]


def test_a_missing_browser_is_said_and_stops_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, "/s1", "/s2")
    site["/s2"] = page("A bridge is closed")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = crawl(site, tmp_path, render=True)
    assert "gazette: `render` has no effect: rendering needs Chromium" in said
    assert "apt install chromium" in said
    assert outcomes(tmp_path) == [("pending", "no-browser"), ("article", None)]


def test_check_says_that_a_page_is_empty_without_scripts(site: Site, tmp_path: Path) -> None:
    publish(site, "/s1")
    outlets = site.describe(tmp_path, feeds=["/rss"])
    done = newsloom(
        "outlets", "check", "gazette", "--outlets", outlets, "--only", "--allow-private"
    )
    assert "rejected: no-text" in done.stdout
    assert "write `render = true` into the description" in done.stdout
