"""Pictures of a record; drawn only where matplotlib is installed."""

from pathlib import Path

import numpy as np
import pytest

from domain.errors import GeohazardError
from domain.registry import load_registry
from sensors_sim.generate import GenerateConfig, generate
from sensors_sim.plot import plot_point
from sensors_sim.plot_beside import plot_beside
from sensors_sim.plot_data import displacement_mm, read_point
from sensors_sim.plot_map import plot_storm
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from tests.sensors_sim.worlds import START_MS


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    points = build_points(60, 1, 600.0)
    generate(GenerateConfig(points, load_scenario("storm-2020"), 1, START_MS, 1.0, folder))
    return folder


def test_a_point_is_read_back_by_event_time(record: Path) -> None:
    for point in load_registry(record / "registry.csv").points.values():
        series = read_point(record, point.point_id)
        assert set(series) == set(point.devices[0].channels)
        for one in series.values():
            assert (np.diff(one.times) >= np.timedelta64(0, "ms")).all()


def test_an_unknown_point_is_one_clear_error(record: Path, tmp_path: Path) -> None:
    with pytest.raises(GeohazardError, match="no point 500101019999"):
        plot_point(record, "500101019999", tmp_path / "p.png")


def test_pictures_are_drawn(record: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    for point_id in list(load_registry(record / "registry.csv").points)[:3]:
        plot_point(record, point_id, tmp_path / f"{point_id}.png")
        assert (tmp_path / f"{point_id}.png").stat().st_size > 20_000
    plot_storm(record, tmp_path / "storm.png")
    assert (tmp_path / "storm.png").stat().st_size > 20_000


def test_a_measured_record_is_drawn_beside_a_simulated_one(record: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    points = load_registry(record / "registry.csv").points.values()
    chosen = next(p.point_id for p in points if "gnss_e" in p.devices[0].channels)
    times = np.datetime64("2006-12-01", "ms") + np.arange(70) * np.timedelta64(30, "D")
    out = tmp_path / "beside.png"
    plot_beside(record, chosen, "a slope", times, np.arange(70.0), out)
    assert out.stat().st_size > 15_000
    series = displacement_mm(read_point(record, chosen))
    assert abs(float(np.median(series.values[:20]))) < 10.0
    flow = next(p.point_id for p in points if p.devices[0].channels[0] == "rain")
    with pytest.raises(GeohazardError, match="no displacement"):
        displacement_mm(read_point(record, flow))
