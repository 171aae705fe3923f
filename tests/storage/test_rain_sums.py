"""Rain by the hour, as InfluxDB holds it: right whatever comes twice, late, or before a crash."""

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from domain.clock import ManualClock
from domain.frames import Features, Names
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import Registry
from domain.settings import InfluxSettings
from domain.topics import partition_of
from storage.base import StoreUnavailableError
from storage.influx import InfluxStore
from storage.lines import Series
from storage.rain_marks import HOUR_MS, WAIT_MS, RainMarks
from storage.rain_sums import RainSums
from tests.storage import builders as b
from tests.storage.servers import TOKEN, Gateway, Influx

H0 = 490_000 * HOUR_MS
MINUTE = 60_000
PARTITIONS = 2
NEIGHBOURS = [f"5002350100{n:02}" for n in range(20, 60)]
_HERE = partition_of(b.POINT, PARTITIONS)
NEAR = next(p for p in NEIGHBOURS if partition_of(p, PARTITIONS) == _HERE)
ELSEWHERE = next(p for p in NEIGHBOURS if partition_of(p, PARTITIONS) != _HERE)


def registry() -> Registry:
    """Give each point a gauge."""
    gauges = {p: (Device(p, ("rain",)),) for p in (b.POINT, NEAR, ELSEWHERE)}
    kind = HazardType.LANDSLIDE
    return Registry.of([Point(p, p, kind, 30.9, 108.7, devices=d) for p, d in gauges.items()])


def rain(
    hour: float, mm: float, point: str = b.POINT
) -> tuple[str, str, str, int, int, float, str]:
    return b.reading(H0 + round(hour * HOUR_MS), mm, point=point, device=point, channel="rain")


def judged(hour: float, ratio: float, index_mm: float, point: str = b.POINT) -> Features:
    made = b.features([(point, point, "rain", H0 + round(hour * HOUR_MS), np.nan)])
    return replace(made, rain_ratio=np.array([ratio]), soil_water_index=np.array([index_mm]))


class Stores:
    """Opens stores one after another on one record, with one clock."""

    def __init__(self, gateway: Gateway, influx: Influx) -> None:
        self.gateway, self.influx, self.clock = gateway, influx, ManualClock(10**12)

    def open(self) -> InfluxStore:
        known = registry()
        settings = InfluxSettings(url=f"http://{self.gateway.address}", token=SecretStr(TOKEN))
        return InfluxStore(settings, lambda: known, partitions=PARTITIONS, clock=self.clock)

    def sum(self, store: InfluxStore, hours: int = 5) -> None:
        self.clock.advance(WAIT_MS)
        for _ in range(hours):
            store.write_health([])

    def areas(self) -> dict[int, dict[str, Any]]:
        """Return what each hour's lines add up to, hours counted from the first."""
        fields = ", ".join(
            f'sum("{w}_{f}") AS "{w}_{f}"' for w in ("hour", "day") for f in ("n", "mm")
        )
        most = ", ".join(
            f'max("{name}") AS "{name}"' for name in ("hour_most", "day_most", "ratio")
        )
        rows = self.influx.rows(
            f"SELECT {fields}, {most} FROM rain_area GROUP BY time(1h) fill(none)"  # noqa: S608
        )
        return {(r["time"] // 10**6 - H0) // HOUR_MS: r for r in rows if r["hour_n"]}

    def waiting(self) -> int:
        return len(self.influx.rows("SELECT waits FROM rain_mark WHERE waits = 1"))


@pytest.fixture
def stores(gateway: Gateway, influx: Influx) -> Stores:
    return Stores(gateway, influx)


@pytest.mark.integration
def test_what_comes_twice_and_late_is_counted_once(stores: Stores) -> None:
    store = stores.open()
    first = b.frame(rain(0.0, 1.0), rain(0.5, 2.0), rain(0.1, 10.0, NEAR), rain(1.2, 4.0))
    store.write_readings([first])
    store.write_readings([first])
    store.write_features([judged(0.5, 0.5, 20.0), judged(1.2, 1.25, 30.0)])
    assert stores.areas() == {}
    stores.sum(store)
    found = stores.areas()
    assert [found[h]["hour_mm"] for h in (0, 1)] == [13.0, 4.0]
    assert [found[h]["hour_n"] for h in (0, 1)] == [2, 1]
    assert [found[h]["hour_most"] for h in (0, 1)] == [10.0, 4.0]
    assert [found[h]["day_mm"] for h in (0, 1)] == [13.0, 17.0]
    assert [found[h]["day_most"] for h in (0, 1)] == [10.0, 10.0]
    assert [found[h]["ratio"] for h in (0, 1)] == [0.5, 1.25]
    store.write_readings([b.frame(rain(0.75, 5.0))])
    stores.sum(store)
    found = stores.areas()
    assert [found[h]["hour_mm"] for h in (0, 1)] == [18.0, 4.0]
    assert [found[h]["day_mm"] for h in (0, 1)] == [18.0, 22.0]
    gauges = stores.influx.rows("SELECT mm FROM rain_hour GROUP BY point")
    assert sorted(row["mm"] for row in gauges) == [4.0, 8.0, 10.0]
    assert stores.waiting() == 0
    store.close()


@pytest.mark.integration
def test_the_day_ends_after_twenty_four_hours(stores: Stores) -> None:
    store = stores.open()
    store.write_readings([b.frame(rain(0, 7.0), rain(23, 1.0), rain(24, 2.0))])
    stores.sum(store, 30)
    found = stores.areas()
    assert [found[h]["day_mm"] for h in (0, 23, 24)] == [7.0, 8.0, 3.0]
    store.close()


@pytest.mark.integration
def test_a_process_that_died_leaves_its_hours_to_the_next(stores: Stores) -> None:
    """Acknowledged and not yet summed: the late hour 2 comes neither again nor is it touched."""
    dead = stores.open()
    dead.write_readings([b.frame(rain(2, 3.0), rain(6, 1.0))])
    dead.close()
    assert stores.waiting() > 0
    store = stores.open()
    store.write_readings([b.frame(rain(7, 0.5))])
    stores.sum(store, 10)
    found = stores.areas()
    assert {h: found[h]["hour_mm"] for h in found} == {2: 3.0, 6: 1.0, 7: 0.5}
    assert found[7]["day_mm"] == 4.5
    assert stores.waiting() == 0
    store.close()


@pytest.mark.integration
def test_two_processes_write_the_points_of_their_own_partitions(stores: Stores) -> None:
    one, two = stores.open(), stores.open()
    one.write_readings([b.frame(rain(0, 1.0))])
    two.write_readings([b.frame(rain(0, 2.0, ELSEWHERE))])
    stores.sum(one)
    assert stores.areas()[0]["hour_mm"] == 1.0
    stores.sum(two)
    found = stores.areas()[0]
    assert (found["hour_n"], found["hour_mm"], found["hour_most"]) == (2, 3.0, 2.0)
    one.close()
    two.close()


@pytest.mark.integration
def test_a_write_that_failed_is_marked_when_it_comes_again(stores: Stores) -> None:
    store = stores.open()
    stores.influx.kill()
    with pytest.raises(StoreUnavailableError):
        store.write_readings([b.frame(rain(0, 1.0))])
    stores.influx.start()
    store.write_readings([b.frame(rain(0, 1.0))])
    assert stores.waiting() == 1
    store.close()


def test_a_record_that_may_not_be_asked_holds_nothing_up(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    def refuse(text: str) -> dict[str, list[Any]]:
        asked.append(text)
        msg = "InfluxDB refuses the question: 403"
        raise StoreUnavailableError(msg)

    marks, clock = RainMarks(PARTITIONS), ManualClock(0)
    sums = RainSums(refuse, marks, Series(registry), clock)
    marks.touch([b.frame(rain(0, 1.0))], 0)
    assert (sums.next_hour(), asked) == (None, [])
    clock.advance(WAIT_MS)
    with caplog.at_level(logging.WARNING):
        assert sums.next_hour() is None
    assert "rain is not summed, next try in 120 s: InfluxDB refuses" in caplog.text
    assert sums.next_hour() is None
    assert len(asked) == 1
    clock.advance(WAIT_MS)
    assert (sums.next_hour(), len(asked)) == (None, 2)


def test_other_channels_touch_no_hour() -> None:
    marks = RainMarks(PARTITIONS)
    assert marks.touch([b.frame(b.reading(H0, 1.0))], 0) == []
    assert marks.due(WAIT_MS) is None
    none = b.frame(rain(0, 1.0)).take(np.zeros(1, bool))
    assert Names.of(["rain"]).names == none.channel.names
    assert marks.touch([none], 0) == []
