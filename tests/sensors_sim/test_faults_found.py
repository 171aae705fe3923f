"""Every kind of fault in the truth is found in the readings of the record, at its place."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import pytest
from pyarrow import parquet

from domain.channels import CHANNELS
from sensors_sim.axes import axes_of
from sensors_sim.backlog import Order
from sensors_sim.fault_kinds import DRAWN, SKEW_MS, FaultKind
from sensors_sim.generate import GenerateConfig, generate
from sensors_sim.instruments import DECIMALS
from sensors_sim.model import Model
from sensors_sim.plans import FailurePlan, FaultPlan, FleetPlan, Scenario, WeatherPlan
from sensors_sim.province import build_points
from sensors_sim.truth import Truth
from tests.sensors_sim.worlds import INTERVAL_MS, START_MS

POINTS = build_points(80, 1, INTERVAL_MS / 1000)
CHANNELS_OF = {d.device_id: d.channels for p in POINTS for d in p.devices}
STEPS = 96
RATES = {FaultKind.STEP: 1.0, FaultKind.BASELINE_JUMP: 1.0, FaultKind.DISTRICT_OUTAGE: 1.0}
MANY = 4.0


@dataclass
class Record:
    """A record with faults of one kind, and what would have been read without them.

    Attributes
    ----------
    told
        Values by device, event time told, and channel; each message received.
    exact
        Values by device and true time.
    """

    told: dict[str, list[tuple[int, int, dict[str, float]]]]
    exact: dict[str, dict[int, dict[str, float]]]
    truth: list[dict[str, Any]]


def scenario_of(kind: FaultKind) -> Scenario:
    if kind is FaultKind.POWER_LOSS:
        rain = WeatherPlan(fronts_per_day=60.0)
        worn = FleetPlan(weak_battery_share=1.0, weak_battery_days=(0.2, 0.5))
        return Scenario(weather=rain, fleet=worn)
    if kind is FaultKind.DESTROYED:
        plan = FailurePlan(per_1000_points_per_day=300.0, destroyed_share=1.0)
        return Scenario(failures=plan)
    rate = {f"{kind}_per_day": RATES.get(kind, MANY)}
    return Scenario(faults=msgspec.convert(rate, FaultPlan))


@cache
def record_of(kind: FaultKind) -> Record:
    """Generate a record with one kind of fault; several tests look at the same."""
    with TemporaryDirectory(prefix="geohazard-faults-") as folder:
        return _generated(scenario_of(kind), Path(folder))


def _generated(scenario: Scenario, folder: Path) -> Record:
    days = STEPS * INTERVAL_MS / 86_400_000
    generate(GenerateConfig(POINTS, scenario, 1, START_MS, days, folder))
    rows = parquet.read_table(folder / "readings").to_pylist()
    told: dict[str, list[tuple[int, int, dict[str, float]]]] = defaultdict(list)
    for row in rows:
        event, received = (round(row[k].timestamp() * 1000) for k in ("event_ms", "received_ms"))
        mine = told[row["device_id"]]
        new = not mine or mine[-1][:2] != (event, received) or row["channel"] in mine[-1][2]
        if new:
            mine.append((event, received, {}))
        mine[-1][2][row["channel"]] = row["value"]
    clean = Model(
        POINTS, msgspec.structs.replace(scenario, faults=FaultPlan()), 1, START_MS, INTERVAL_MS
    )
    exact: dict[str, dict[int, dict[str, float]]] = defaultdict(dict)
    for _ in range(STEPS):
        step = clean.advance()
        for row, device in enumerate(clean.sites.devices):
            named = dict(zip(device.channels, step.exact[row].tolist(), strict=False))
            exact[device.device_id][int(step.event_ms[row])] = named
    truth = parquet.read_table(folder / "truth.parquet").to_pylist()
    return Record(told, exact, [row for row in truth if row["category"] == "fault"])


def found(kind: FaultKind, fault: dict[str, Any], record: Record) -> bool:
    """Whether a fault of the truth shows in the readings as its kind must."""
    device, channel = fault["device_id"], fault["channel"]
    start, end = fault["start_ms"], fault["end_ms"]
    told, exact = record.told[device], record.exact[device]
    true_times = [t for t in exact if start <= t <= end]
    within = [(e, r, v) for e, r, v in told if start <= e <= end]
    arrived = [(e, r, v) for e, r, v in told if start <= r <= end]
    own = [(values[channel], exact[event][channel]) for event, _, values in within if channel]
    match kind:
        case FaultKind.SPIKE | FaultKind.OUTLIER:
            shows = len(own) == 1 and own[0][0] - own[0][1] == pytest.approx(
                fault["size"], abs=1e-3
            )
        case FaultKind.STEP | FaultKind.BASELINE_JUMP:
            errors = {e: v[channel] - exact[e][channel] for e, _, v in told}
            earlier = [error for e, error in errors.items() if e < start]
            after = [error for e, error in errors.items() if e >= start]
            before = earlier[-1] if earlier else 0.0
            shows = after[0] - before == pytest.approx(fault["size"], abs=1e-3)
        case FaultKind.STUCK:
            shows = len({value for value, _ in own}) == 1 and len(own) == len(true_times)
        case FaultKind.DRIFT:
            errors = [value - true for value, true in own]
            full = [value == CHANNELS[channel].high for value, _ in own]
            grows = all(
                b >= a - 1e-9 or top
                for a, b, top in zip(errors[:-1], errors[1:], full[1:], strict=True)
            )
            shows = grows and errors[-1] > 0 and len(own) == len(true_times)
        case FaultKind.WRONG_UNIT:
            digits = 0.51 * 10.0 ** -DECIMALS[channel]
            factor = {"displacement": 0.1, "tilt": np.pi / 180, "water": 1 / 9.80665}
            wrong = factor[CHANNELS[channel].family]
            shows = all(abs(value - true * wrong) < digits for value, true in own)
        case FaultKind.SWAPPED_AXES:
            pair = [CHANNELS_OF[device][slot] for slot in axes_of(CHANNELS_OF[device]) or ()]
            other = next(name for name in pair if name != channel)
            shows = all(v[channel] == exact[e][other] for e, _, v in within)
            changes = [abs(v[channel] - exact[e][channel]) for e, _, v in within]
            shows &= max(changes) == pytest.approx(abs(fault["size"]), abs=1e-3)
        case FaultKind.CLOCK_SKEW:
            shows = len(arrived) == len(true_times) and all(
                SKEW_MS <= e - r <= SKEW_MS + 30_000 for e, r, _ in arrived
            )
        case FaultKind.CLOCK_DRIFT:
            lost = [r - e for e, r, _ in arrived]
            shows = lost == sorted(lost) and 0 < lost[0] and lost[-1] < INTERVAL_MS
        case FaultKind.DROPOUT | FaultKind.DISTRICT_OUTAGE:
            shows = in_its_order(fault["detail"], within, end, complete=len(true_times))
        case FaultKind.DUPLICATE:
            shows = len(within) == 2 and within[0] == within[1]
        case FaultKind.MALFORMED:
            shows = not within and bool(fault["detail"])
        case FaultKind.POWER_LOSS | FaultKind.DESTROYED:
            shows = not arrived and not within
    return shows


def in_its_order(
    detail: str, kept: list[tuple[int, int, dict[str, float]]], end_ms: int, *, complete: int
) -> bool:
    """Whether a backlog came after the end, whole, in the order that the truth names."""
    times = [event for event, _, _ in kept]
    if not times:
        return True  # the record ends before the device returns
    order = Order(detail)
    if order is Order.IN_ORDER and times != sorted(times):
        return False
    if order is Order.NEWEST_FIRST and times != sorted(times, reverse=True):
        return False
    return all(received > end_ms for _, received, _ in kept) and len(times) == complete


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_fault_of_the_truth_is_in_the_readings_at_its_place(kind: FaultKind) -> None:
    record = record_of(kind)
    mine = [fault for fault in record.truth if fault["kind"] == kind]
    assert {fault["kind"] for fault in record.truth} == {kind}
    assert len(mine) >= 8
    missing = [fault for fault in mine if not found(kind, fault, record)]
    assert missing == []


@pytest.mark.parametrize("kind", DRAWN)
def test_nothing_differs_outside_the_faults_of_the_truth(kind: FaultKind) -> None:
    record = record_of(kind)
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    stays = kind in (FaultKind.STEP, FaultKind.BASELINE_JUMP)
    for fault in record.truth:
        end = 2**62 if stays else fault["end_ms"]
        spans[fault["device_id"]].append((fault["start_ms"], end))
    compared = 0
    for device, exact in record.exact.items():
        calm = {t for t in exact if not any(a <= t <= b for a, b in spans[device])}
        told = {e: (r, v) for e, r, v in record.told[device] if e in calm}
        assert told.keys() == calm
        assert all(r == e and v == exact[e] for e, (r, v) in told.items())
        compared += len(calm)
    assert compared > 1_000


def test_the_size_of_a_fault_is_what_it_adds_to_those_before_it() -> None:
    """Jumps pile up and stay; a wrong fix after them is as large as it would be without."""
    sizes = {}
    for jumps in (0.0, 20.0):
        plan = FaultPlan(outlier_per_day=MANY, baseline_jump_per_day=jumps)
        model = Model(POINTS, Scenario(faults=plan), 1, START_MS, INTERVAL_MS)
        truth = Truth(model)
        for _ in range(STEPS):
            truth.note(model.advance())
        rows = [row for row in truth.table().to_pylist() if row["category"] == "fault"]
        jumped = {(r["device_id"], r["start_ms"]) for r in rows if r["kind"] == "baseline_jump"}
        sizes[jumps] = {
            key: row["size"]
            for row in rows
            if row["kind"] == "outlier"
            and (key := (row["device_id"], row["start_ms"], row["channel"]))[:2] not in jumped
        }
    both = sizes[20.0].keys() & sizes[0.0].keys()
    assert len(both) > 50
    for key in both:
        assert sizes[20.0][key] == pytest.approx(sizes[0.0][key], abs=0.21)
