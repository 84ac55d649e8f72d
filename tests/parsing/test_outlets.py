from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from crawler.errors import OutletError
from crawler.outlets.descriptions import (
    KEYS,
    bundled_outlets,
    load_outlet,
    load_outlets,
)
from crawler.outlets.opml import from_opml
from crawler.outlets.selection import Selection, select_outlets
from crawler.parsing.urls import slot
from crawler.types import SourceKind


def written(folder: Path, text: str, name: str = "gazette.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_description_is_read(tmp_path: Path) -> None:
    outlet = load_outlet(
        written(tmp_path, 'name = "G"\nfeeds = ["https://g.org/f"]\nsitemaps = ["https://g.org/s"]')
    )
    assert outlet.slug == "gazette"
    assert [(s.url, s.kind) for s in outlet.sources] == [
        ("https://g.org/f", SourceKind.FEED),
        ("https://g.org/s", SourceKind.SITEMAP),
    ]


HERS = 'name = "G"\nfeeds = ["https://g.org/f"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('nam = "G"', "unknown key 'nam'; there are: name"),
        ('feeds = ["https://g.org/f"]', "'name' is missing"),
        ('name = "G"', "no source; write feeds"),
        ('name = 3\nfeeds = ["https://g.org/f"]', "'name' has the wrong type: 3"),
        ('name = "G"\nfeeds = ["g.org/f"]', "write a full http or https address"),
        ('name = "G"\nfeeds = ["file:///etc/passwd"]', "write a full http or https address"),
        ('name = "G"\nfeeds = ["https://me:word@g.org/f"]', "write it without them"),
        ('name = "G"\nfeeds = ["https://g.org/f"]\ndelay = -1', "'delay' is negative"),
        ('name = "G"\nfeeds = ["https://g.org/f"]\ndrop = ["p["]', "which is no CSS selector"),
        ('name = "G"\nfeeds = ["https://g.org/f"]\nbody = 3', "'body' has the wrong type: 3"),
        ('name = "G"\nfeeds = ["https://g.org/f"]\ncountry = "Germany"', 'such as "DE"'),
        ('name = "G"\nfeeds = ["https://g.org/f"]\nlanguage = "german"', 'such as "de"'),
        (HERS + 'headers_from = "H"', "'headers_from' needs 'home'"),
        (HERS + 'headers_from = "H"\nhome = "http://g.org/"', "is not sent in clear"),
        (HERS + 'cookies_from = "a=1; b=2"', "is not the name of an environment variable"),
        ('name = "G', "not valid TOML"),
    ],
)
def test_a_bad_description_names_file_key_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(OutletError, match=r"gazette\.toml") as caught:
        load_outlet(written(tmp_path, text))
    assert says in str(caught.value)


def test_no_message_repeats_a_password(tmp_path: Path) -> None:
    with pytest.raises(OutletError) as caught:
        load_outlet(written(tmp_path, 'name = "G"\nfeeds = ["https://me:word@g.org/f"]'))
    assert "word@" not in str(caught.value)
    opml = """<opml version="2.0"><body><outline text="A" xmlUrl="https://me:word@g.org/f"/>
        <outline text="B" xmlUrl="https://h.org/f"/></body></opml>"""
    found = from_opml(opml, {})
    assert (len(found.outlets), len(found.bad)) == (1, 1)
    assert "word@" not in found.bad[0]


def test_a_typo_is_met_with_the_nearest_name() -> None:
    known = load_outlets(bundled_outlets())
    with pytest.raises(OutletError, match="did you mean guardian"):
        select_outlets(known, Selection(names=("gardian",)))


def test_a_missing_or_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutletError, match="no outlets here"):
        load_outlets(tmp_path)
    with pytest.raises(OutletError, match="no such file or folder"):
        load_outlets(tmp_path / "nothing")


def test_every_bundled_outlet_is_right() -> None:
    for outlet in load_outlets(bundled_outlets()).values():
        assert outlet.home
        assert outlet.country is not None
        assert len(outlet.country) == 2
        assert outlet.language


def test_shards_part_all_outlets_and_stay_when_others_come() -> None:
    known = load_outlets(bundled_outlets())
    parts = [select_outlets(known, Selection(shard=(n, 8))) for n in range(1, 9)]
    assert sorted(slug for part in parts for slug in part) == sorted(known)
    assert all(len(part) > len(known) / 16 for part in parts)
    fewer = {slug: outlet for slug, outlet in known.items() if slug < "m"}
    assert set(select_outlets(fewer, Selection(shard=(3, 8)))) <= set(parts[2])
    of_one_server = [{slot(o.sources[0].url) for o in part.values()} for part in parts]
    assert not of_one_server[0] & of_one_server[1]
    assert sum(map(len, of_one_server)) == len(set().union(*of_one_server)) < len(known)
    # Outlets that are named are meant.
    assert list(select_outlets(known, Selection(names=("bbc",), shard=(1, 8)))) == ["bbc"]


def test_the_example_of_every_key_is_a_description(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "outlets.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    (tmp_path / "gazette.toml").write_text(example, "utf-8")
    outlet = load_outlet(tmp_path / "gazette.toml")
    assert outlet.agency
    assert outlet.revisits is not None
    assert {source.kind for source in outlet.sources} == set(SourceKind)
    assert set(tomllib.loads(example)) == set(KEYS) - {"spider"}
