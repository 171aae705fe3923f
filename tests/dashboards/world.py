"""A small province whose every figure is known, written by the store itself."""

import numpy as np
from pydantic import SecretStr

from domain.acknowledgements import acknowledge
from domain.clock import ManualClock
from domain.frames import Features, Names, Readings, States
from domain.hazards import HazardType
from domain.health import Health
from domain.points import Device, Point
from domain.quality import Test
from domain.registry import Registry
from domain.rejects import Reject
from domain.settings import InfluxSettings
from domain.warnings import Forecast, Reason, WarningEvent, WarningKind, make_warning
from storage.influx import InfluxStore
from storage.rain_marks import WAIT_MS
from tests.storage.servers import TOKEN, Gateway

T0 = 1_780_272_000_000
"""A full hour."""
MINUTE = 60_000
HOUR = 60 * MINUTE
END = T0 + 2 * HOUR

RED, WATCHED, CALM, ORANGE, BLUE = (
    "500235010007",
    "500235030001",
    "500240010002",
    "500101020003",
    "500101010004",
)
LEVELS = {RED: 4, WATCHED: 2, CALM: 0, ORANGE: 3, BLUE: 1}
HOSTILE_NAME = 'O\'Neil "quoted" back\\slash 🏔 <script>alert(1)</script>, a=b'


def registry() -> Registry:
    """Five points in three districts."""
    red = Device("d1", ("crack", "rain", "pore_pressure", "battery", "rssi", "tilt_x"), 600.0)
    places = {
        RED: ("新滩", HazardType.LANDSLIDE, 30.90, 108.70, 40, (red, Device("d2", ("crack",)))),
        WATCHED: ("Gully 2", HazardType.DEBRIS_FLOW, 30.95, 108.75, 7, (Device("g", ("rain",)),)),
        CALM: ("Calm", HazardType.LANDSLIDE, 30.00, 108.10, 0, (Device("c", ("rain",)),)),
        ORANGE: (HOSTILE_NAME, HazardType.ROCKFALL, 30.80, 108.40, 3, ()),
        BLUE: ("Blue", HazardType.LANDSLIDE, 30.81, 108.41, 1, ()),
    }
    return Registry.of([Point(i, *rest[:4], *rest[4:]) for i, rest in places.items()])


def fill(gateway: Gateway) -> None:
    """Write two hours of it."""
    known = registry()
    settings = InfluxSettings(url=f"http://{gateway.address}", token=SecretStr(TOKEN))
    clock = ManualClock(END)
    store = InfluxStore(settings, lambda: known, partitions=2, clock=clock)
    for frames in (_quiet_states(), *_states()):
        store.write_states([frames])
    store.write_readings([_readings()])
    store.write_features([_features(), _rain_features()])
    store.write_warnings([(event, event.event_ms + 1500) for event in warnings()])
    clock.advance(WAIT_MS)
    for _ in range(2):  # each sums an hour's rain
        store.write_health(_health())
    store.write_rejects(_rejects())
    store.close()


def _frame(rows: list[tuple[str, int, int, float, int, float]]) -> States:
    point, event_ms, level, score, silent, age_s = zip(*rows, strict=True)
    return States(
        Names.of(point),
        np.array(event_ms, np.int64),
        np.array(level, np.uint8),
        np.array(score),
        np.array(silent, np.uint8),
        np.array(age_s),
    )


def _quiet_states() -> States:
    return _frame([(point, T0, 0, 0.0, 0, 0.0) for point in LEVELS])


def _states() -> list[States]:
    """Heartbeats every ten minutes; the red one falls silent after an hour and stays red."""
    frames = []
    for step in range(1, 13):
        at = T0 + step * 10 * MINUTE
        late_s = max(0, at - T0 - HOUR) / 1000
        rows = [
            (p, at, level, level / 4, int(p == RED and late_s > 0), late_s if p == RED else 0.0)
            for p, level in LEVELS.items()
        ]
        frames.append(_frame(rows))
    return frames


def _readings() -> Readings:
    """Two hours of the red point's instruments every ten minutes, and three rain gauges."""
    rows = []
    for step in range(12):
        at = T0 + step * 10 * MINUTE
        values = {
            ("d1", "crack"): 10.0 + step,
            ("d2", "crack"): 20.0 + 2 * step,
            ("d1", "tilt_x"): 0.5,
            ("d1", "pore_pressure"): 30.0 + step,
            ("d1", "battery"): 12.5,
            ("d1", "rssi"): -71.0,
        }
        rows += [(RED, d, c, at, at + 500, v, "senml") for (d, c), v in values.items()]
        for point, device, rain in ((RED, "d1", 1.0), (WATCHED, "g", 3.0), (CALM, "c", 0.0)):
            rows.append((point, device, "rain", at, at + 500, rain, "senml"))
    return Readings.of_rows(rows)


def _features() -> Features:
    """Velocity 100 mm/d, angle 82 degrees; the second crack meter is suspect."""
    rows = []
    for step in range(12):
        at = T0 + step * 10 * MINUTE
        rows.append((RED, "d1", "crack", at, 1, 0.9, 100.0, 5.0, 82.0))
        rows.append((RED, "d2", "crack", at, 3, 0.4, 50.0, 0.0, 60.0))
    point, device, channel, event_ms, flag, *floats = zip(*rows, strict=True)
    score, velocity, acceleration, angle = (np.array(column, np.float64) for column in floats)
    return Features(
        point_id=Names.of(point),
        device_id=Names.of(device),
        channel=Names.of(channel),
        event_ms=np.array(event_ms, np.int64),
        flag=np.array(flag, np.uint8),
        anomaly_score=score,
        velocity=velocity,
        acceleration=acceleration,
        tangential_angle=angle,
        soil_water_index=np.full(len(rows), np.nan),
        rain_ratio=np.full(len(rows), np.nan),
        level=np.full(len(rows), 4, np.uint8),
        # The second crack meter leaps, and at times with a leap that its unit explains.
        tests=np.array([0, Test.SPIKE, 0, Test.SPIKE | Test.UNIT] * 6, np.uint32),
    )


RAIN_FEATURES = {RED: (0.5, 40.0), WATCHED: (1.6, 90.0), CALM: (0.0, 10.0)}
"""Ratio of rain to its threshold, and soil water index in mm, in the last hour."""


def _rain_features() -> Features:
    """Judge the gauges once an hour: in the first hour a tenth of what it is in the second."""
    rows = []
    for point, (ratio, index) in RAIN_FEATURES.items():
        device = registry().points[point].devices[0].device_id
        for at, part in ((T0 + MINUTE, 0.1), (T0 + HOUR + MINUTE, 1.0)):
            rows.append((point, device, at, ratio * part, index * part))
    point, device, event_ms, ratios, indices = zip(*rows, strict=True)
    nothing = np.full(len(rows), np.nan)
    return Features(
        point_id=Names.of(point),
        device_id=Names.of(device),
        channel=Names.of(["rain"] * len(rows)),
        event_ms=np.array(event_ms, np.int64),
        flag=np.ones(len(rows), np.uint8),
        anomaly_score=nothing,
        velocity=nothing,
        acceleration=nothing,
        tangential_angle=nothing,
        soil_water_index=np.array(indices, np.float64),
        rain_ratio=np.array(ratios, np.float64),
        level=np.zeros(len(rows), np.uint8),
        tests=np.zeros(len(rows), np.uint32),
    )


def warnings() -> list[WarningEvent]:
    """Raise the red point, upgrade it with a forecast, let it fall silent; raise the others."""
    reason = Reason(
        channel="crack",
        device_id="d1",
        detector="motion",
        level=4,
        time_ms=T0 + 40 * MINUTE,
        value=14.0,
        features={"velocity_mm_per_day": 512.0},
        thresholds={"velocity_red_mm_per_day": 432.0},
        rule="absolute velocity",
        rule_version="2026.11-1",
        flag=1,
    )
    forecast = Forecast(
        made_at_ms=T0 + 40 * MINUTE,
        failure_ms=T0 + 30 * HOUR,
        earliest_ms=T0 + 24 * HOUR,
        latest_ms=T0 + 40 * HOUR,
        method="inverse velocity",
        r2=0.97,
    )
    made = [
        _event(RED, WarningKind.RAISED, 0, 3, 10, 1),
        _event(RED, WarningKind.UPGRADED, 3, 4, 40, 2, reasons=(reason,), forecast=forecast),
        _event(RED, WarningKind.SILENT, 4, 4, 70, 1),
        _event(WATCHED, WarningKind.RAISED, 0, 2, 10, 1),
        _event(ORANGE, WarningKind.RAISED, 0, 3, 20, 1),
        _event(BLUE, WarningKind.RAISED, 0, 1, 30, 1),
    ]
    made.append(
        acknowledge(made[1], by="李娜", note='a "note"', level=4, event_ms=T0 + 45 * MINUTE)
    )
    return sorted(made, key=lambda event: event.event_ms)


def _event(
    point: str,
    kind: WarningKind,
    before: int,
    level: int,
    minute: int,
    sequence: int,
    **more: object,
) -> WarningEvent:
    return make_warning(
        point_id=point,
        kind=kind,
        level=level,
        previous_level=before,
        event_ms=T0 + minute * MINUTE,
        sequence=sequence,
        **more,  # type: ignore[arg-type]
    )


def _health() -> list[Health]:
    """Counters that grow evenly: ingest and detect 100/s, store 90/s, notify 1 in ten seconds."""
    found = []
    for step in range(121):
        at, s = T0 + step * MINUTE, step * 60
        one = {"time_ms": at, "rss_mb": 100.0}
        ingest = {"readings": 60 * s, "messages": 10 * s}
        store = {
            "readings_rows": 90 * s,
            "readings_timed": 90 * s,
            "readings_waited_ms": 90 * s * 250,
            "store_retries": 2 * step,
        }
        notify = {"delivered": s // 10, "failed_tries": 0, "pending": 3, "dead": 1}
        found += [
            Health(role="ingest", instance="a", lag=5, counters=ingest, **one),
            Health(role="ingest", instance="b", lag=7, counters={"readings": 40 * s}, **one),
            Health(role="detect", instance="a", lag=2, counters={"readings": 100 * s}, **one),
            Health(role="store", instance="a", lag=1, counters=store, **one),
            Health(role="notify", instance="a", lag=0, counters=notify, **one),
        ]
    return found


def _rejects() -> list[Reject]:
    """Thirty in the first hour, one refused line in the second."""
    malformed = [Reject.of("malformed", "x", "t", bytes([i]), T0 + i * MINUTE) for i in range(30)]
    return [*malformed, Reject.of("store_refused", "x", "influxdb", b"l", T0 + 65 * MINUTE)]
