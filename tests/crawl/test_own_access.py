"""A reader's own access: to whom it is sent, where it is never found, and when it has expired."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy import Request

from crawler.errors import UsageError
from crawler.fetching.middlewares.send_access import SendAccess
from crawler.fetching.own_access import own_access
from crawler.types import Outlet, Source, SourceKind
from tests.conftest import newsloom
from tests.crawl.site import Reply, Site, feed, item, page
from tests.crawl.test_polling import ask, crawl

SECRET = "s3cr3t-of-the-reader"  # noqa: S105
RENEWED = "s3cr3t-renewed"
ACCESS = {"headers_from": "GAZETTE_HEADERS", "cookies_from": "GAZETTE_COOKIES"}


@pytest.fixture(autouse=True)
def access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZETTE_HEADERS", f"Authorization: Bearer {SECRET}\nX-Reader: {SECRET}")
    monkeypatch.setenv("GAZETTE_COOKIES", f"session={SECRET}; theme=dark")


def sent(site: Site) -> dict[str, tuple[str | None, str | None]]:
    """Authorization and Cookie, by path, as they were last sent."""
    return {path: (got.get("authorization"), got.get("cookie")) for path, got in site.asked}


def redirect(to: str, cookie: str | None = None) -> Reply:
    headers = {"Location": to} | ({"Set-Cookie": cookie} if cookie else {})
    return Reply(status=302, headers=headers)


def article(number: int) -> Reply:
    return page(f"Bridge {number} is closed", head=f"<!-- {number} -->")


FULL = (f"Bearer {SECRET}", f"session={SECRET}; theme=dark")


def test_access_is_sent_to_its_outlet_alone_and_kept_nowhere(tmp_path: Path) -> None:
    def bounce(headers: Mapping[str, str]) -> Reply:
        if "seen=1" in headers.get("cookie", ""):
            return article(3)
        return redirect("/c", f"seen=1; Path=/\nSet-Cookie: session={RENEWED}; Path=/")

    with Site() as site, Site() as other:
        paths = ("/a", "/away", "/c", "/other-outlet")
        site["/feed.xml"] = feed(
            *(item(site.url(path), title=path) for path in paths),
            item(site.url("/d", host="www.gazette"), title="/d"),
            item(other.url("/listed", host="agency"), title="/listed"),
        )
        site["/a"] = Reply(article(1).body, headers={"Set-Cookie": f"session={RENEWED}; Path=/"})
        site["/away"] = redirect(other.url("/there", host="agency"))
        site["/c"], site["/d"] = bounce, article(4)
        site["/other-outlet"] = article(5)
        other["/there"] = redirect(site.url("/back"))
        site["/back"] = article(6)
        other["/listed"] = article(7)
        folder = tmp_path / "outlets"
        site.describe(folder, feeds=["/feed.xml"], home=site.url("/"), **ACCESS)
        done = crawl(tmp_path, "--keep-pages", "--keep-warc")
        assert ask(tmp_path, "SELECT count(*) FROM articles") == [(6,)], done.stderr
        got = sent(site)
        assert {got[path] for path in ("/feed.xml", "/a", "/d", "/back", "/away")} == {FULL}
        assert got["/c"] == (FULL[0], f"theme=dark; seen=1; session={RENEWED}")
        assert got["/robots.txt"] == (None, None)
        assert set(sent(other).values()) == {(None, None)}
        assert not any(SECRET in str(headers) for _, headers in other.asked)
        kept = [done.stdout.encode(), done.stderr.encode()]
        for file in tmp_path.iterdir():
            if file.is_file():
                read = gzip.open if file.suffix == ".gz" else Path.open
                with read(file, "rb") as stream:
                    kept.append(stream.read())
        assert len(kept) > 3
        assert not any(secret.encode() in text for text in kept for secret in (SECRET, RENEWED))


def certificate(folder: Path, name: str) -> Path:
    """A certificate of its own for names under .localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_access_is_not_sent_in_clear_nor_to_a_server_without_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, other = (certificate(tmp_path, f"{name}.localhost") for name in ("gazette", "ledger"))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with (
        Site(certificate=trusted) as site,
        Site(certificate=other) as impostor,
        Site() as clear,
    ):
        site["/feed.xml"] = feed(item(site.url("/a")), item(site.url("/down"), title="B"))
        site["/a"], site["/down"] = article(1), redirect(clear.url("/clear"))
        clear["/clear"] = article(2)
        impostor["/feed.xml"] = feed()
        folder = site.describe(
            tmp_path / "outlets", feeds=["/feed.xml"], home=site.url("/"), **ACCESS
        )
        home = impostor.url("/", host="ledger")
        impostor.describe(folder, "ledger", feeds=[f"{home}feed.xml"], home=home, **ACCESS)
        done = crawl(tmp_path)
        assert sent(site)["/a"] == FULL
        assert set(sent(clear).values()) == {(None, None)}
        assert impostor.asked == []
        assert "ledger: robots-unreachable" in done.stderr
        assert "certificate verify failed" in done.stderr
        assert ask(tmp_path, "SELECT count(*) FROM articles") == [(2,)]


def test_access_that_is_missing_stops_its_outlet_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GAZETTE_COOKIES")
    with Site() as site:
        site["/feed.xml"] = feed(item(site.url("/a")))
        site["/ledger.xml"] = feed(item(site.url("/b", host="ledger")))
        site["/a"], site["/b"] = article(1), article(2)
        folder = site.describe(
            tmp_path / "outlets", feeds=["/feed.xml"], home=site.url("/"), **ACCESS
        )
        site.describe(folder, "ledger", feeds=[site.url("/ledger.xml", host="ledger")])
        done = crawl(tmp_path)
        assert done.returncode == 3
        assert (
            "gazette: no-access (the environment variable GAZETTE_COOKIES, which holds your "
            "access, is not set; set it where the crawl is started" in done.stderr
        )
        assert site.paths() == ["/ledger.xml", "/b"]
        health = newsloom("--db", tmp_path / "t.db", "health")
        assert "gazette: the environment variable with your own access is missing" in health.stdout
        monkeypatch.setenv("GAZETTE_COOKIES", f"session={SECRET}")
        assert crawl(tmp_path).returncode == 0
        assert site.paths() == ["/feed.xml", "/a"]


def test_access_that_has_expired_is_said_and_its_pages_wait(tmp_path: Path) -> None:
    with Site() as site:
        paths = ("/forbidden", "/asks", "/elsewhere", "/gone")
        site["/feed.xml"] = feed(*(item(site.url(path), title=path) for path in paths))
        site["/old.xml"] = Reply("no", status=401)
        site["/section"] = redirect("/login")
        site["/forbidden"] = Reply("no", status=403)
        site["/asks"] = redirect("/login?next=/asks")
        site["/login?next=/asks"] = site["/login"] = page("Log in")
        site["/elsewhere"] = redirect(site.url("/oauth", host="accounts.gazette"))
        site["/robots.txt"] = lambda headers: Reply(
            "User-agent: *\nDisallow: /oauth\n" if "accounts" in headers["host"] else "",
            kind="text/plain",
        )
        site.describe(
            tmp_path / "outlets", feeds=["/feed.xml", "/old.xml"], pages=["/section"],
            home=site.url("/"), **ACCESS,
        )  # fmt: skip
        done = crawl(tmp_path)
        assert ask(tmp_path, "SELECT state, reason FROM pages ORDER BY id") == [
            *[("pending", "access-expired")] * 3, ("rejected", "http-404"),
        ]  # fmt: skip
        renew = (
            "though your access was sent; it may have expired: renew GAZETTE_HEADERS and "
            "GAZETTE_COOKIES, then run `newsloom crawl --now`"
        )
        assert f"gazette: access-expired (answers http-401, {renew})" in done.stderr
        assert f"gazette: access-expired (leads to a login, {renew})" in done.stderr
        health = newsloom("--db", tmp_path / "t.db", "health").stdout
        assert f"gazette: 1 page waits: answers http-403, {renew}" in health
        assert f"gazette: 2 pages wait: leads to a login, {renew}" in health
        assert SECRET not in done.stderr + health
        site["/forbidden"] = article(1)
        site.paths()
        crawl(tmp_path)
        assert "/forbidden" not in site.paths()
        crawl(tmp_path, "--now")
        assert ask(tmp_path, "SELECT state FROM pages ORDER BY id")[0] == ("article",)


OUTLET = Outlet(
    slug="gazette", name="G", home="https://www.gazette.example/", headers_from="H",
    cookies_from="C",
)  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "cookies", "said"),
    [
        ("X: 1", None, "C, which holds your access, is not set"),
        ("", "a=1", "H, which holds your access, is empty"),
        (SECRET, "a=1", "H does not hold headers; write one a line"),
        (f"X: {SECRET}\x00", "a=1", "H does not hold headers"),
        (f"X: {SECRET}→", "a=1", "H does not hold headers"),
        (f"Cookie: {SECRET}", "a=1", "the header Cookie, which is not access; cookies go into"),
        ("Host: example.org", "a=1", "the header Host, which is not access; leave it out"),
        ("X: 1", SECRET, "C does not hold cookies; write them as your browser"),
        ("X: 1", f"a={SECRET}\r\nX: 1", "C does not hold cookies"),
        ("X: 1", ";;", "C does not hold cookies"),
    ],
)
def test_malformed_access_is_named_and_not_shown(
    headers: str, cookies: str | None, said: str
) -> None:
    given = {"H": headers} | ({} if cookies is None else {"C": cookies})
    with pytest.raises(UsageError) as caught:
        own_access(OUTLET, given)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("home", "url", "is_for"),
    [
        ("https://www.gazette.example/", "https://gazette.example/a", True),
        ("https://www.gazette.example/", "https://feeds.gazette.example:8443/a", True),
        ("https://www.gazette.example/", "http://www.gazette.example/a", False),
        ("https://www.gazette.example/", "https://gazette.example.evil.example/a", False),
        ("https://www.gazette.example/", "https://evilgazette.example/a", False),
        ("https://gazette.co.uk/", "https://evil.co.uk/a", False),
        ("https://gazette.blogspot.com/", "https://other.blogspot.com/a", False),
        ("https://gazette.substack.com/", "https://other.substack.com/a", False),
        ("https://gazette.substack.com/", "https://gazette.substack.com/a", True),
        ("http://127.0.0.2:8000/", "http://127.0.0.2:9000/a", True),
        ("http://127.0.0.2:8000/", "http://127.0.0.3:8000/a", False),
    ],
)
def test_access_belongs_to_one_registered_domain(home: str, url: str, is_for: bool) -> None:
    outlet = Outlet(slug="gazette", name="G", home=home, cookies_from="C")
    found = own_access(outlet, {"C": f"a={SECRET}"})
    assert found.is_for(url) is is_for
    assert SECRET not in repr(found)


def test_a_proxy_that_could_read_access_does_not_get_it() -> None:
    sender = SendAccess(SimpleNamespace(signals=SimpleNamespace(connect=lambda *_, **__: None)))
    outlet = Outlet(slug="g", name="G", home="http://g.localhost/", cookies_from="GAZETTE_COOKIES")
    sender._look(SimpleNamespace(outlets={"g": outlet}))  # type: ignore[arg-type]
    source = Source(url="http://g.localhost/feed", kind=SourceKind.FEED, outlet="g")
    sent = []
    for url, proxy in (("http", None), ("http", "http://p"), ("https", "http://p")):
        carried: dict[str, object] = {"source": source} | ({"proxy": proxy} if proxy else {})
        request = Request(f"{url}://g.localhost/feed", meta=carried)
        sender.process_request(request)
        sent.append("Cookie" in request.headers)
        sender.process_exception(request, OSError())
        assert "Cookie" not in request.headers
    assert sent == [True, False, True]
