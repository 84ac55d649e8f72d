"""What bytes say, whatever their document or its server claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.decode import decode
from crawler.parsing.page.extract import examine
from crawler.types import Fetched, Listing, Outlet, Page

RUSSIAN = "Паром снова ходит через реку, сообщил мэр города в среду."
GERMAN = "Die Fähren fahren für drei Wochen über den Fluß, erklärte der Bürgermeister."


def html(text: str, encoding: str, *, label: str = "", language: str = "") -> bytes:
    head = f"<html{f' lang={language!r}' if language else ''}><head>"
    meta = f"<meta charset='{label}'>" if label else ""
    return f"{head}{meta}<title>".encode() + text.encode(encoding) + b"</title></head>"


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        (RUSSIAN, "cp1251", "ru"),
        (RUSSIAN, "koi8-r", "ru"),
        (RUSSIAN, "iso8859-5", "ru"),
        (RUSSIAN, "cp866", "ru"),
        ("Пором знову ходить через річку, її бачили", "cp1251", "uk"),
        ("Vapurlar yeniden nehri geçiyor, dedi başkanı çarşamba günü", "iso8859-9", "tr"),
        ("Prom znów pływa po rzece, mówi śląski burmistrz, źle", "cp1250", "pl-PL"),
        ("Prom znów pływa po rzece, mówi śląski burmistrz, źle", "iso8859-2", "pl"),
        ("Přívoz znovu jezdí přes řeku, řekl šťastný starosta", "iso8859-2", "cs"),
        ("Keltas vėl plaukia per upę, sakė meras šį žodį", "cp1257", "lt"),
        ("Το φέρι περνά ξανά το ποτάμι, είπε ο δήμαρχος", "cp1253", "el"),
        ("המעבורת חוצה שוב את הנהר", "cp1255", "he"),
        ("العبارة تعبر النهر مرة أخرى بعد ثلاثة أسابيع", "cp1256", "ar"),
        ("เรือเฟอร์รี่ข้ามแม่น้ำอีกครั้ง", "cp874", "th"),
        ("渡し船が再び川を渡る①", "cp932", "ja"),
        ("渡し船が再び川を渡る①", "euc_jis_2004", "ja"),
        ("渡轮再次过河，市长说", "gb18030", "zh-CN"),
        ("나룻배가 다시 강을 건넌다 뷁", "cp949", "ko"),
        (GERMAN, "cp1252", "de"),
    ],
)
@pytest.mark.parametrize("label", ["", "utf-8", "iso-8859-1", "utf-16", "nonsense"])
def test_the_language_decides_where_the_label_cannot_be_true(
    text: str, encoding: str, language: str, label: str
) -> None:
    assert text in decode(html(text, encoding, label=label, language=language)).text


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("港が再開した①～", "cp932", "Shift_JIS"),
        ("港が再開した①", "cp932", "x-sjis"),
        ("港が再開した①", "euc_jis_2004", "EUC-JP"),
        ("나룻배가 뷁", "cp949", "EUC-KR"),
        ("나룻배가 뷁", "cp949", "ks_c_5601-1987"),
        ("나룻배가 뷁", "cp949", "windows-949"),
        ("朱镕基说，渡轮再次过河", "gb18030", "gb2312"),
        ("渡輪再次過河碁", "big5hkscs", "Big5"),
        ("It’s “€5”", "cp1252", "ISO-8859-1"),
        ("başkanı çarşamba “günü”", "cp1254", "ISO-8859-9"),
        ("渡し船が再び", "iso2022_jp", "ISO-2022-JP"),
        ("나룻배가", "iso2022_kr", "ISO-2022-KR"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp1251", "win-1251"),
        (RUSSIAN, "cp1251", "cp-1251"),
    ],
)
def test_a_label_means_what_browsers_mean_by_it(text: str, encoding: str, label: str) -> None:
    assert text in decode(html(text, encoding, label=label)).text
    served = decode(html(text, encoding), f"text/html; charset={label}")
    assert text in served.text


@pytest.mark.parametrize(
    "stray", [b"\xe9", b"\xc3", b"\xe2\x80", b"\x92", b"\xff\xfe\xfd"], ids=repr
)
@pytest.mark.parametrize("label", ["utf-8", "", "iso-8859-1"])
def test_a_stray_byte_costs_itself_alone(stray: bytes, label: str) -> None:
    found = decode(html(f"{GERMAN} – “ja”", "utf-8", label=label) + stray + b"</html>")
    assert GERMAN in found.text
    assert (found.encoding, found.replaced > 0) == ("utf-8", True)


def test_a_stray_byte_costs_no_page_in_another_encoding() -> None:
    text = "渡し船が再び川を渡ると市長は水曜日に述べた。" * 5
    assert text in decode(html(text, "cp932", label="Shift_JIS") + b"\xfd\xff").text


@pytest.mark.parametrize("label", ["windows-1251", "koi8-r", "gb2312", "iso-8859-5"])
def test_valid_utf8_is_utf8(label: str) -> None:
    found = decode(html(RUSSIAN, "utf-8", label=label), f"text/html; charset={label}")
    assert (found.encoding, RUSSIAN in found.text) == ("utf-8", True)


def test_russian_that_names_another_russian_encoding_is_read() -> None:
    for encoding, label in (("koi8-r", "windows-1251"), ("cp1251", "koi8-r")):
        found = decode(html(RUSSIAN, encoding, label=label, language="ru"))
        assert RUSSIAN in found.text, (encoding, label)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("label", ["", "utf-8", "windows-1251"])
def test_wide_encodings_are_read_with_and_without_a_mark(encoding: str, label: str) -> None:
    page = f"<html><head><meta charset='{label}'></head><body><p>{RUSSIAN}</p></body></html>"
    assert RUSSIAN in decode(page.encode(encoding)).text


def test_a_mark_of_utf8_before_another_encoding_is_no_proof() -> None:
    body = b"\xef\xbb\xbf" + html(RUSSIAN, "cp1251", label="windows-1251")
    assert RUSSIAN in decode(body).text


def test_a_page_without_any_hint_is_read_by_its_words() -> None:
    polish = "Prom znów pływa po rzece, powiedział w środę burmistrz miasta. " * 8
    assert polish in decode(html(polish, "iso8859-2")).text
    assert RUSSIAN in decode(html(RUSSIAN, "koi8-r")).text


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "idna", "hex", "rot13", "cp037"])
def test_labels_that_would_make_markup_of_text_are_ignored(label: str) -> None:
    body = html("caf\xe9 +ADw-script \\u003cscript", "latin-1", label=label)
    assert decode(body).text == body.decode("latin-1")


def test_what_was_decided_is_said() -> None:
    words = f"<p>{RUSSIAN * 8}</p><p>{RUSSIAN * 4}</p>"
    body = html("Паром", "cp1251", language="ru") + words.encode("cp1251")
    page = Page(id=0, url="https://g.example/1", outlet="", attempts=0,
                listing=Listing(url="https://g.example/1"))  # fmt: skip
    fetched = Fetched(page=page, url=page.url, status=200, content_type="text/html",
                      body=body, at="2026-11-01T00:00:00Z")  # fmt: skip
    assert examine(fetched, Outlet(slug="", name=""))[0] == (
        "encoding", "cp1251", "its language, ru",
    )  # fmt: skip


@given(st.binary(max_size=600), st.sampled_from(["", "text/html; charset=big5", "x; charset=hz"]))
def test_no_bytes_raise(body: bytes, content_type: str) -> None:
    for before in (b"", b"<html lang=pl><meta charset=shift_jis>", b"\x1b$B", b"<html lang=ru>"):
        found = decode(before + body, content_type)
        assert found.encoding
        assert found.source
