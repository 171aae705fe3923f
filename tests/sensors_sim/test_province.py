"""The made-up registry is believable and safe to load."""

from collections import Counter
from math import cos, hypot, radians
from pathlib import Path

import pytest

from domain.districts import districts
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.registry import Registry, load_registry, save_registry
from sensors_sim.province import MAX_POINTS, build_points


def test_eleven_thousand_points_survive_the_registry_file(tmp_path: Path) -> None:
    points = build_points(11_000, seed=7, interval_s=600.0)
    save_registry(points, tmp_path / "registry.csv")
    loaded = load_registry(tmp_path / "registry.csv")
    assert list(loaded.points) == [point.point_id for point in points]
    assert len(loaded.devices) == 11_000
    assert {point.district for point in points} == set(districts())


def test_points_lie_near_the_centre_of_their_district() -> None:
    for point in build_points(3_000, seed=1, interval_s=600.0):
        centre = districts()[point.district]
        north = (point.lat - centre.lat) * 111.2
        east = (point.lon - centre.lon) * 111.2 * cos(radians(centre.lat))
        assert hypot(north, east) <= 25.1


def test_three_quarters_are_landslides_and_every_kind_exists() -> None:
    kinds = Counter(p.hazard_type for p in build_points(11_000, seed=1, interval_s=600.0))
    assert set(kinds) == set(HazardType)
    assert 0.7 < kinds[HazardType.LANDSLIDE] / 11_000 < 0.8


def test_points_depend_on_the_seed_alone() -> None:
    assert build_points(200, 1, 600.0) == build_points(200, 1, 600.0)
    assert build_points(200, 1, 600.0) != build_points(200, 2, 600.0)


def test_a_large_registry_keeps_its_serial_numbers_unique() -> None:
    Registry.of(build_points(40_000, seed=1, interval_s=1.0))


@pytest.mark.parametrize("n", [0, -1, MAX_POINTS + 1])
def test_an_impossible_number_of_points_is_refused(n: int) -> None:
    with pytest.raises(GeohazardError, match="number of points"):
        build_points(n, 1, 600.0)
