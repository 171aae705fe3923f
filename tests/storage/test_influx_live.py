"""InfluxStore against a real InfluxDB engine, and its faults."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import SecretStr

from domain.clock import ManualClock
from domain.health import Health
from domain.registry import Registry
from domain.rejects import Reject
from domain.settings import InfluxSettings
from domain.warnings import Forecast, Reason, WarningKind, make_warning
from storage.base import StoreUnavailableError, Written
from storage.influx import InfluxStore
from tests.storage import builders as b
from tests.storage.opened import open_influx
from tests.storage.servers import TOKEN, Gateway, Influx

pytestmark = pytest.mark.integration


def test_readings_become_fields_of_one_line(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    rows = [
        b.reading(1000, 0.1 + 0.2),
        b.reading(1000, 2.0, channel="rain"),
        b.reading(1000, 1e-7, device="d2"),
        b.reading(1000, 5.0, point=b.OTHER, device="x/2", channel="mud_level"),
        b.reading(2000, -123456789.125),
    ]
    assert store.write_readings([b.frame(*rows)]) == Written(5)
    assert store.write_readings([b.frame(*rows)]) == Written(5)
    store.close()
    found = influx.rows("SELECT * FROM reading WHERE kind='landslide'")
    assert [row["time"] for row in found] == [1_000_000_000, 2_000_000_000]
    first = {key: found[0][key] for key in ("area", "kind", "crack", "rain", "crack__d2")}
    kind = {"area": "500235", "kind": "landslide"}
    assert first == {**kind, "crack": 0.1 + 0.2, "rain": 2, "crack__d2": 1e-7}
    assert found[1]["crack"] == -123456789.125
    other = influx.rows("SELECT * FROM reading WHERE kind='debris_flow'")
    assert other[0]["mud_level__x/2"] == 5
    assert (other[0]["point"], other[0]["area"]) == (b.OTHER, "500240")


def test_values_keep_every_digit(gateway: Gateway, influx: Influx) -> None:
    values = np.random.default_rng(7).normal(size=500) * 10.0 ** np.arange(-250, 250)
    values = np.concatenate((values, [0.0, 5e-324, 1.7976931348623157e308, 1e16, 123.0]))
    store = open_influx(gateway)
    frame = b.frame(*(b.reading(i, v) for i, v in enumerate(values.tolist())))
    assert store.write_readings([frame]).rejects == ()
    store.close()
    found = [row["crack"] for row in influx.rows("SELECT crack FROM reading")]
    np.testing.assert_array_equal(found, values)


def test_values_that_are_no_numbers_are_left_out(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    rows = [b.reading(1, np.nan), b.reading(2, np.inf), b.reading(3, 4.0)]
    assert store.write_readings([b.frame(*rows)]) == Written(1)
    store.close()
    assert [row["crack"] for row in influx.rows("SELECT crack FROM reading")] == [4]


HOSTILE = ["a b", "a,b=c", 'quo"te', "back\\", "line\nbreak", "emoji 🏔", "%0A", "'; DROP", "表"]


def test_hostile_names_stay_themselves(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    rows = [b.reading(i, float(i), point=p, device=p) for i, p in enumerate(HOSTILE)]
    assert store.write_readings([b.frame(*rows)]) == Written(len(HOSTILE))
    health = Health(role="a,b", instance="x\ny", time_ms=1, lag=1, rss_mb=1, counters={"a =": 1})
    assert store.write_health([health]) == Written(1)
    event = b.warning(point="=,\\")
    assert store.write_warnings([(event, 9)]) == Written(1)
    store.close()
    found = influx.query("SELECT * FROM reading GROUP BY point")
    assert len(found) == len(HOSTILE)
    fields = {row["fieldKey"] for row in influx.rows("SHOW FIELD KEYS FROM reading")}
    assert len(fields) == len(HOSTILE)


def test_features_leave_out_what_nobody_could_judge(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    rows = [(b.POINT, "d1", "crack", 1000, 2.5), (b.POINT, "d1", "rain", 1000, np.nan)]
    assert store.write_features([b.features(rows)]) == Written(2)
    store.close()
    (found,) = influx.rows("SELECT * FROM feature")
    assert found["crack_velocity"] == 2.5
    assert (found["crack_flag"], found["rain_anomaly_score"], found["level"]) == (1, 0.5, 1)
    assert "rain_velocity" not in found
    kinds = {r["fieldKey"]: r["fieldType"] for r in influx.rows("SHOW FIELD KEYS FROM feature")}
    assert (kinds["crack_flag"], kinds["level"]) == ("integer", "integer")
    assert kinds["crack_velocity"] == "float"


def test_states_carry_place_and_counts_by_area(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    store.write_states([b.states([(b.POINT, 1000, 3), (b.OTHER, 1000, 0)])])
    store.write_states([b.states([(b.POINT, 2000, 3)], silent=1)])
    store.close()
    found = influx.rows("SELECT * FROM point_state WHERE kind='landslide'")
    assert [(row["level"], row["silent"]) for row in found] == [(3, 0), (3, 1)]
    assert (found[0]["lat"], found[0]["lon"]) == (30.9, 108.7)
    areas = influx.rows("SELECT last(n3) AS n3, n, silent, worst FROM area_state GROUP BY area")
    assert {a["area"]: (a["n"], a["n3"], a["silent"], a["worst"]) for a in areas} == {
        "500235": (1, 1, 1, 3),
        "500240": (1, 0, 0, 0),
    }


def test_states_say_when_the_last_reading_came(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    store.write_states([b.states([(b.POINT, 10_000, 3)])])
    store.close()
    assert [row["last_ms"] for row in influx.rows("SELECT last_ms FROM point_state")] == [7000]


def test_points_are_described_once_and_again_when_they_change(
    gateway: Gateway, influx: Influx
) -> None:
    known = [b.registry()]
    settings = InfluxSettings(url=f"http://{gateway.address}", token=SecretStr(TOKEN))
    store = InfluxStore(settings, lambda: known[-1], partitions=2, clock=ManualClock(77))
    for event_ms in (1000, 2000, 3000):
        store.write_states([b.states([(b.POINT, event_ms, 3), ("500101010009", event_ms, 0)])])
    point = known[0].points[b.POINT]
    known.append(Registry.of([replace(point, name='a "new" \\ name 🏔')]))
    store.write_states([b.states([(b.POINT, 4000, 3)])])
    store.write_states([b.states([(b.POINT, 4000 + 12 * 3_600_000, 3)])])
    store.close()
    found = influx.rows("SELECT * FROM point_info")
    assert [(row["time"] // 10**6, row["name"], row["near1"]) for row in found] == [
        (1000, "one", b.OTHER),
        (4000, 'a "new" \\ name 🏔', None),
        (4000 + 12 * 3_600_000, 'a "new" \\ name 🏔', None),
    ]
    assert {row["point"] for row in found} == {b.POINT}


def test_a_description_that_was_not_written_comes_again(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway, timeout_s=5.0)
    influx.kill()
    with pytest.raises(StoreUnavailableError):
        store.write_states([b.states([(b.POINT, 1000, 3)])])
    influx.start()
    store.write_states([b.states([(b.POINT, 1000, 3)])])
    store.close()
    assert [row["name"] for row in influx.rows('SELECT "name" FROM point_info')] == ["one"]


def test_a_warning_carries_name_evidence_and_forecast(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    forecast = Forecast(
        made_at_ms=1, failure_ms=30, earliest_ms=20, latest_ms=50, method="m", r2=0.9
    )
    event = make_warning(
        point_id=b.POINT,
        kind=WarningKind.RAISED,
        level=4,
        previous_level=0,
        event_ms=1000,
        sequence=3,
        reasons=(
            Reason(
                channel="crack",
                device_id="d1",
                detector="motion",
                level=4,
                time_ms=1000,
                value=1.0,
                features={"velocity_mm_per_day": 512.5},
                thresholds={"velocity_red_mm_per_day": 432.0},
                rule="absolute velocity",
                rule_version="1",
                flag=1,
            ),
        ),
        forecast=forecast,
    )
    store.write_warnings([(event, 1500)])
    store.close()
    (found,) = influx.rows("SELECT * FROM point_event")
    assert (found["name"], found["sequence"], found["latency_ms"]) == ("one", 3, 500)
    times = [found[f"forecast_{name}_ms"] for name in ("earliest", "failure", "latest")]
    assert times == [20, 30, 50]
    assert "velocity_mm_per_day 512.5 [limits: velocity_red_mm_per_day 432]" in found["evidence"]


def test_two_warnings_at_one_instant_are_both_kept(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    upgraded = b.warning(level=4, sequence=2, kind=WarningKind.UPGRADED)
    store.write_warnings([(b.warning(), 1500), (upgraded, 1500)])
    store.write_warnings([(upgraded, 1500)])
    store.close()
    found = influx.rows("SELECT level, prev, change, produced_ms FROM point_event")
    assert [(r["change"], r["level"], r["produced_ms"]) for r in found] == [
        ("raised", 2, 1500),
        ("upgraded", 4, 1500),
    ]


def test_rejects_are_counted_once_and_never_shown(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway)
    rejects = [Reject.of("malformed", "x", "t", bytes([i]), 5) for i in range(50)]
    store.write_rejects(rejects)
    store.write_rejects(rejects)
    store.close()
    assert [r["count"] for r in influx.rows("SELECT count(n) FROM reject")] == [50]
