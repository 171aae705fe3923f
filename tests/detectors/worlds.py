"""Small worlds of points, devices and readings, made from a seed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from detectors.engine import Engine, Outcome
from domain.frames import Features, Readings
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.warnings import WarningEvent, encode_warning

Row = tuple[str, str, str, int, int, float, str]

START_MS = 1_780_000_000_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
STEP_MS = 600_000
POINT_ID = "500235010007"


def point(
    point_id: str = POINT_ID,
    *devices: Device,
    hazard: HazardType = HazardType.LANDSLIDE,
    **thresholds: float,
) -> Point:
    return Point(point_id, point_id, hazard, 30.0, 108.0, devices=devices, thresholds=thresholds)


def one_point(*channels: str, interval_s: float = 600.0, **more: object) -> dict[str, Point]:
    made = point(POINT_ID, Device("d1", channels, interval_s), **more)  # type: ignore[arg-type]
    return {POINT_ID: made}


def rows_of(
    channel: str,
    values: Iterable[float],
    *,
    step_ms: int = STEP_MS,
    start_ms: int = START_MS,
    device: str = "d1",
    point_id: str = POINT_ID,
) -> list[Row]:
    return [
        (point_id, device, channel, start_ms + i * step_ms, 0, float(value), "senml")
        for i, value in enumerate(values)
    ]


def merged(*series: Sequence[Row]) -> list[Row]:
    """Messages in order of time, channels in the order given."""
    return sorted((row for one in series for row in one), key=lambda row: row[3])


def shuffled_messages(rows: Sequence[Row], seed: int) -> list[Row]:
    """Put the channels of each message in another order; the messages keep theirs."""
    rng, found = np.random.default_rng(seed), []
    for _, message in groupby(rows, key=lambda row: (row[1], row[3], row[4])):
        held = list(message)
        first = len(held) // max(sum(row[2] == held[0][2] for row in held), 1)
        for start in range(0, len(held), first):
            part = held[start : start + first]
            found += [part[i] for i in rng.permutation(len(part))]
    return found


def feed(engine: Engine, rows: Sequence[Row], cuts: Sequence[int] = ()) -> list[Outcome]:
    edges = [0, *sorted(c for c in cuts if 0 < c < len(rows)), len(rows)]
    return [
        engine.process(Readings.of_rows(rows[a:b])) for a, b in zip(edges, edges[1:], strict=False)
    ]


def warnings_of(outcomes: Iterable[Outcome]) -> list[WarningEvent]:
    return [warning for outcome in outcomes for warning in outcome.warnings]


def levels_of(outcomes: Iterable[Outcome]) -> list[int]:
    """Levels after each change, in order."""
    changes = ("raised", "upgraded", "downgraded", "cleared")
    return [w.level for w in warnings_of(outcomes) if w.kind.value in changes]


def highest(outcomes: Iterable[Outcome]) -> int:
    return max(levels_of(outcomes), default=0)


def feature_rows(outcomes: Iterable[Outcome]) -> list[tuple[object, ...]]:
    """Every feature row with the bits of its numbers."""
    found: list[tuple[object, ...]] = []
    for outcome in outcomes:
        found += _bits(outcome.features)
    return found


def fingerprint(outcomes: Sequence[Outcome]) -> tuple[list[bytes], list[tuple[object, ...]]]:
    return [encode_warning(w) for w in warnings_of(outcomes)], feature_rows(outcomes)


def _bits(features: Features) -> list[tuple[object, ...]]:
    names = ("anomaly_score", "velocity", "acceleration", "tangential_angle")
    names += ("soil_water_index", "rain_ratio")
    numbers = [getattr(features, name).view(np.int64).tolist() for name in names]
    columns = (
        features.point_id.to_list(),
        features.device_id.to_list(),
        features.channel.to_list(),
        features.event_ms.tolist(),
        features.flag.tolist(),
        features.level.tolist(),
        *numbers,
    )
    return list(zip(*columns, strict=True))


CHANNELS = ("crack", "gnss_e", "tilt_x", "rain", "vibration", "mud_level", "generic")
CHANNELS += ("gnss_n", "gnss_u", "battery")
HAZARDS = (HazardType.LANDSLIDE, HazardType.DEBRIS_FLOW, HazardType.ROCKFALL)


def wild_world(seed: int, points: int = 3, steps: int = 30) -> tuple[dict[str, Point], list[Row]]:
    """Points with every kind of channel, failures and faults, in order of arrival.

    Faults: spikes, stuck values, steps, duplicates, late and very late messages, clocks eight
    hours ahead, NaN, impossible values, gaps.
    """
    rng = np.random.default_rng(seed)
    registry: dict[str, Point] = {}
    rows: list[Row] = []
    for number in range(points):
        hazard = HAZARDS[int(rng.integers(len(HAZARDS)))]
        point_id = f"500235{hazard.code}{number:04d}"
        interval_s = float(rng.choice([60.0, 600.0, 3600.0]))
        device = Device(f"d{number}", CHANNELS, interval_s)
        # A degree apart: no point is the neighbour of another (`detectors.fusion.coincidence`).
        registry[point_id] = replace(point(point_id, device, hazard=hazard), lat=28.0 + number)
        rows += _messages(rng, point_id, device, steps)
    return registry, sorted(rows, key=lambda row: row[4])


def _messages(rng: np.random.Generator, point_id: str, device: Device, steps: int) -> list[Row]:
    step_ms = int(device.interval_s * 1000)
    onset, size = int(rng.integers(5, steps)), float(rng.choice([0.0, 0.5, 30.0]))
    wet = rng.random() < 0.5
    rows: list[Row] = []
    sent_ms = START_MS
    for step in range(steps):
        sent_ms += step_ms
        time_ms = sent_ms
        fault = rng.random()
        if fault > 0.98:
            sent_ms += 10 * step_ms
            time_ms = sent_ms
        if fault < 0.03:
            continue
        if fault < 0.06:
            time_ms -= int(rng.choice([step_ms, 3 * step_ms, 100 * step_ms]))
        elif fault < 0.075:
            time_ms += 8 * HOUR_MS
        moved = size * max(step - onset, 0) ** 2
        values = {
            "crack": moved + rng.normal() * 0.3,
            "gnss_e": moved * 0.7 + rng.normal() * 3.0,
            "tilt_x": moved * 0.002 + rng.normal() * 0.01,
            "rain": float(rng.exponential(6.0)) if wet else 0.0,
            "vibration": abs(rng.normal()) * (1.0 + 20.0 * (size > 0 and step == onset)),
            "mud_level": 0.3 + 0.01 * rng.normal() + 0.02 * moved,
            "generic": float(rng.normal() * 1e6),
            "gnss_n": moved * 0.5 + rng.normal() * 3.0,
            "gnss_u": rng.normal() * 5.0 - moved * 0.3,
            "battery": 12.0 + rng.normal() * 0.05,
        }
        if fault > 0.9:
            name = CHANNELS[int(rng.integers(len(CHANNELS)))]
            values[name] = float(rng.choice([np.nan, 1e12, -1e6, 0.0, 80.0]))
        message: list[Row] = [
            (point_id, device.device_id, name, time_ms, sent_ms, value, "senml")
            for name, value in values.items()
        ]
        rows += message * (2 if 0.08 < fault < 0.11 else 1)
    return rows
