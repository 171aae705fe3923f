"""The same questions to DuckDB and to InfluxDB have the same answers."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from domain.acknowledgements import acknowledge
from domain.clock import ManualClock
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.quality import Test
from domain.registry import Registry
from domain.settings import InfluxSettings
from domain.warnings import WarningKind
from storage import duck_history
from storage.base import Store, StoreUnavailableError
from storage.duck import DuckStore
from storage.histories import MOST_ROWS, PointHistory, changes_of, make_series
from storage.history_socket import SocketHistory
from storage.influx import InfluxStore
from storage.influx_history import InfluxHistory
from tests.storage.builders import POINT, features, frame, reading, states, warning
from tests.storage.conftest import clock, gateway, influx
from tests.storage.servers import TOKEN, Gateway, Influx

__all__ = ["clock", "gateway", "influx"]

DEVICES = (Device("d1", ("crack", "rain")), Device("d2", ("crack",)))
REGISTRY = Registry.of([Point(POINT, "a", HazardType.LANDSLIDE, 30.9, 108.7, devices=DEVICES)])
T = 1_780_000_000_000
MIN = 60_000


def fill(store: Store) -> None:
    """Two cracks of which one is judged, rain long ago, three states, a warning and its answer."""
    cracks = [reading(T + i * MIN, float(i)) for i in range(10)]
    second = [reading(T + MIN, 7.5, device="d2")]
    store.write_readings([frame(*cracks, *second, reading(T - 5_000 * MIN, 3.0, channel="rain"))])
    judged = features([(POINT, "d1", "crack", T + i * MIN, i / 2) for i in range(4)])
    spoke = np.array([0, Test.SPIKE | Test.UNIT, Test.DRIFT, 0], np.uint32)
    store.write_features([replace(judged, tests=spoke)])
    store.write_states([states([(POINT, T + i * MIN, int(i > 1)) for i in range(5)])])
    red = warning(T + MIN)
    seen = acknowledge(red, by='O"Neil \\', note="a\nb 🙂", level=1, event_ms=T + 2 * MIN)
    quiet = warning(T + 3 * MIN, kind=WarningKind.SILENT)
    store.write_warnings([(red, T + 10), (seen, T + 20), (quiet, T + 30)])


def check(found: PointHistory) -> None:
    series = {(s.channel, s.device_id or "d1"): s for s in found.series}
    first, second = series["crack", "d1"], series["crack", "d2"]
    assert first.time_ms == [T + i * MIN for i in range(10)]
    assert first.value == [float(i) for i in range(10)]
    assert first.flag == [1] * 4 + [2] * 6
    assert first.tests == [0, Test.SPIKE | Test.UNIT, Test.DRIFT] + [0] * 7
    assert first.velocity == [0.0, 0.5, 1.0, 1.5] + [None] * 6
    assert first.tangential_angle == [None] * 10
    assert (second.time_ms, second.value, second.flag) == ([T + MIN], [7.5], [2])
    assert found.last_ms == {"rain": T - 5_000 * MIN}
    assert found.states.time_ms == [T, T + 2 * MIN, T + 4 * MIN]
    assert found.states.level == [0, 1, 1]
    quiet, seen, red = found.warnings
    assert quiet.kind == "silent"
    assert seen.acknowledgement is not None
    assert (seen.acknowledgement.about, seen.acknowledgement.by) == (red.id, 'O"Neil \\')
    assert seen.acknowledgement.note == "a\nb 🙂"


def test_duckdb(tmp_path: Path, clock: ManualClock) -> None:
    store = DuckStore(tmp_path / "record.duckdb", clock=clock)
    fill(store)
    con = store.cursor()
    check(duck_history.point_history(con, POINT, T, T + 1_000 * MIN))
    latest = duck_history.latest_states(con)
    assert (latest.point_id, latest.event_ms, latest.level) == ([POINT], [T + 4 * MIN], [1])
    assert [p.produced_ms for p in duck_history.last_warnings(con, 5)] == [T + 20, T + 10]
    (quiet,) = duck_history.last_warnings(con, 5, silence=True)
    assert quiet.produced_ms == T + 30
    hostile = duck_history.point_history(con, "' OR '1'='1", 0, 2**53)
    assert (hostile.series, hostile.warnings) == ([], [])
    con.close()
    store.close()


@pytest.fixture
def asked(influx: Influx, gateway: Gateway) -> Iterator[InfluxHistory]:
    """Fill InfluxDB through the store, and ask it directly."""
    written = InfluxSettings(url=f"http://{gateway.address}", token=SecretStr(TOKEN))
    store = InfluxStore(written, lambda: REGISTRY)
    fill(store)
    store.close()
    asked = InfluxSettings(url=f"http://{influx.address}", token=SecretStr(TOKEN))
    yield InfluxHistory(asked)


@pytest.mark.integration
def test_influxdb(asked: InfluxHistory) -> None:
    async def ask() -> None:
        check(await asked.point(POINT, T, T + 1_000 * MIN))
        latest = await asked.latest_states()
        assert (latest.point_id, latest.event_ms, latest.level) == ([POINT], [T + 4 * MIN], [1])
        assert [p.produced_ms for p in await asked.warnings(5)] == [T + 20, T + 10]
        assert [p.produced_ms for p in await asked.warnings(5, silence=True)] == [T + 30]
        hostile = await asked.point("' OR '1'='1", 0, 2**53)
        assert (hostile.series, hostile.warnings) == ([], [])
        assert await asked.rejects() == {}
        await asked.close()

    asyncio.run(ask())


def test_a_record_that_is_away_says_so(tmp_path: Path) -> None:
    async def ask() -> None:
        for history in (
            SocketHistory(tmp_path / "none.sock"),
            InfluxHistory(InfluxSettings(url="http://127.0.0.1:1", token=SecretStr(TOKEN))),
        ):
            with pytest.raises(StoreUnavailableError) as caught:
                await history.latest_states()
            assert TOKEN not in str(caught.value)
            await history.close()

    asyncio.run(ask())


def test_a_long_series_keeps_its_spikes_and_bad_flags() -> None:
    n = 200_000
    value = np.sin(np.arange(n) / 500)
    value[123_457] = 99.0
    flag = np.ones(n)
    flag[[7, 150_001]] = (4, 3)
    nothing = np.full(n, np.nan)
    columns = {"value": value, "flag": flag, "tests": np.where(flag > 1, 4.0, np.nan)}
    columns |= {"velocity": nothing, "tangential_angle": nothing}
    series = make_series(("crack", "d1"), np.arange(n), columns)
    assert len(series.value) <= MOST_ROWS
    assert series.rows == n
    assert max(series.value) == 99.0
    assert sum(series.tests) == 8
    assert {7, 123_457, 150_001} <= set(series.time_ms)
    assert (series.time_ms[0], series.time_ms[-1]) == (0, n - 1)


def test_states_are_told_where_they_change() -> None:
    changes = changes_of([1, 2, 3, 4], [0, 0, 2, 2], [0, 0, 0, 0])
    assert (changes.time_ms, changes.level) == ([1, 3, 4], [0, 2, 2])
    assert changes_of([], [], []).time_ms == []
