"""Default windows: whom one misdated page, or one outlet, must not move."""

from __future__ import annotations

from crawler.store import Store
from tests.conftest import NOW

Told = dict[str, list[str | None]]
"""Times of articles by outlet; a time that begins with ? is doubted."""


def fill(store: Store, told: Told) -> None:
    connection = store._connection
    number = 0
    for slug, times in told.items():
        connection.execute("INSERT INTO outlets (slug, name) VALUES (?, ?)", (slug, slug))
        for at in times:
            number += 1
            connection.execute(
                "INSERT INTO articles (outlet, url, title, text, words, first_seen_at, text_hash,"
                " run, published_at, published_doubt) SELECT max(id), ?, 'T', '', 0, ?, 'h', 1,"
                " ?, ? FROM outlets",
                (
                    f"https://{slug}.example/{number}",
                    NOW,
                    at and at.lstrip("?"),
                    "far back" if at and at.startswith("?") else None,
                ),
            )


def newest(store: Store, told: Told) -> str | None:
    fill(store, told)
    return store.queries.front.newest(NOW)


def on(*days: int, month: str = "2022-01") -> list[str | None]:
    return [f"{month}-{day:02d}T12:00:00Z" for day in days]


STUDY: Told = {f"paper-{n}": on(3, 4, 5, 6, 7, month="2021-06") for n in range(6)}


def test_the_newest_article_of_a_file_that_is_crawled(store: Store) -> None:
    told = {f"paper-{n}": on(*range(1, 19)) for n in range(3)}
    assert newest(store, told) == "2022-01-18T12:00:00Z"


def test_one_misdated_page_moves_nothing(store: Store) -> None:
    assert newest(store, {**STUDY, "late": on(19)}) == "2021-06-07T12:00:00Z"


def test_nor_does_one_outlet_that_claims_to_be_newer(store: Store) -> None:
    assert newest(store, {**STUDY, "late": on(*range(1, 20)) * 40}) == "2021-06-07T12:00:00Z"


def test_nor_does_a_time_in_the_future(store: Store) -> None:
    told = {**STUDY, "odd": on(1, 2, 3, month="2031-01")}
    assert newest(store, told) == "2021-06-07T12:00:00Z"


def test_nor_do_2_000_pages_of_one_outlet_that_claim_1990(store: Store) -> None:
    flood: list[str | None] = [f"?1990-01-{1 + n % 28:02d}T00:00:00Z" for n in range(2_000)]
    told = {"flood": flood, "small": on(18), "other": on(17, 18)}
    assert newest(store, told) == "2022-01-18T12:00:00Z"


def test_nor_do_they_where_no_other_time_is_known(store: Store) -> None:
    assert newest(store, {"flood": ["?1990-01-01T00:00:00Z"] * 50, "other": [None]}) is None


def test_an_archive_of_several_outlets_is_looked_at_though_all_of_it_is_doubted(
    store: Store,
) -> None:
    told: Told = {slug: [f"?{at}" for at in times] for slug, times in STUDY.items()}
    assert newest(store, {**told, "misdated": on(19)}) == "2021-06-07T12:00:00Z"


def test_a_small_file_has_a_newest_article_too(store: Store) -> None:
    assert newest(store, {"one": on(5)}) == "2022-01-05T12:00:00Z"


def test_a_file_without_times_has_none(store: Store) -> None:
    assert store.queries.front.newest(NOW) is None


def test_what_is_left_out_is_counted(store: Store) -> None:
    fill(store, {**STUDY, "late": on(19), "undated": [None]})
    assert store.queries.front.left_out("2022-01-01T00:00:00Z") == (30, 32, "2021-06-03")
    assert store.queries.front.left_out("2021-01-01T00:00:00Z").older == 0
