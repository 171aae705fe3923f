"""The file outlet and the live one say the same; the truth is found in the readings."""

from pathlib import Path

import msgspec
import numpy as np
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from domain.errors import GeohazardError
from domain.registry import load_registry
from sensors_sim.fault_kinds import DRAWN, SKEW_MS, FaultKind
from sensors_sim.fleet import BACKLOG, DUPLICATE, MALFORMED, VALID
from sensors_sim.generate import GenerateConfig, Generated, generate
from sensors_sim.model import Model
from sensors_sim.occurrences import FAILURE
from sensors_sim.plans import FaultPlan, Scenario
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from sensors_sim.truth import Truth
from tests.sensors_sim.worlds import INTERVAL_MS, START_MS, messages_of, steps_of

POINTS = build_points(150, 1, INTERVAL_MS / 1000)


def config(out: Path, days: float = 0.25, scenario: str = "faults") -> GenerateConfig:
    return GenerateConfig(POINTS, load_scenario(scenario), 1, START_MS, days, out)


def test_both_outlets_give_the_same_readings(tmp_path: Path) -> None:
    done = generate(config(tmp_path))
    table = parquet.read_table(tmp_path / "readings").to_pydict()
    from_file = sorted(
        (device, channel, int(event.timestamp() * 1000 + 0.5), value)
        for device, channel, event, value in zip(
            *(table[name] for name in ("device_id", "channel", "event_ms", "value")), strict=True
        )
    )
    devices = [device for point in POINTS for device in point.devices]
    live = sorted(
        (devices[m.row].device_id, channel, m.event_ms, value)
        for m in messages_of(150, load_scenario("faults"), 36)
        if m.kind != MALFORMED
        for channel, value in zip(devices[m.row].channels, m.values, strict=True)
    )
    assert from_file == live
    assert done.rows == len(live)


def test_a_record_is_complete_and_repeatable(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    done = generate(config(first, days=1.2))
    generate(config(second, days=1.2))
    assert len(list((first / "readings").iterdir())) == 3  # the start is not midnight
    for path in (first / "readings").iterdir():
        assert path.read_bytes() == (second / "readings" / path.name).read_bytes()
    assert (first / "truth.parquet").read_bytes() == (second / "truth.parquet").read_bytes()
    assert len(load_registry(first / "registry.csv").points) == 150
    assert msgspec.json.decode((first / "run.json").read_bytes(), type=Generated) == done


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(GeohazardError, match="is no folder"):
        generate(config(tmp_path / "out", days=0.05))


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    generate(config(tmp_path, days=0.05))
    with pytest.raises(GeohazardError, match="not empty"):
        generate(config(tmp_path, days=0.05))


def test_every_fault_in_the_truth_shows_in_the_values() -> None:
    """Beside a twin without faults: values differ where the truth says so, and nowhere else."""
    often = {f"{kind}_per_day": 3.0 for kind in DRAWN}
    plan = msgspec.convert(often | {"step_per_day": 0.5, "district_outage_per_day": 0.5}, FaultPlan)
    faulty = Model(POINTS, Scenario(faults=plan), 1, START_MS, INTERVAL_MS)
    clean = Model(POINTS, Scenario(), 1, START_MS, INTERVAL_MS)
    truth = Truth(faulty)
    expected = np.zeros((36, len(POINTS), 6), np.bool_)
    differs = expected.copy()
    steps = []
    for number, exact in enumerate(steps_of(clean, 36)):
        step = faulty.advance()
        truth.note(step)
        steps.append(step)
        differs[number] = step.values != exact.values
    row_of = {device.device_id: row for row, device in enumerate(faulty.sites.devices)}
    table = truth.table().to_pylist()
    seen = dict.fromkeys(DRAWN, 0)
    for event in (event for event in table if event["category"] == "fault"):
        row, kind = row_of[event["device_id"]], FaultKind(event["kind"])
        first, last = ((event[key] - START_MS) // INTERVAL_MS for key in ("start_ms", "end_ms"))
        channels = faulty.sites.devices[row].channels
        seen[kind] += 1
        active = [step.faults.active[kind][row] for step in steps]
        assert all(active[first : last + 1])
        if event["channel"]:
            end = 35 if kind in (FaultKind.STEP, FaultKind.BASELINE_JUMP) else last
            expected[first : end + 1, row, channels.index(event["channel"])] = True
        if kind is FaultKind.CLOCK_SKEW:
            assert all(s.faults.skew_ms[row] >= SKEW_MS for s in steps[first : last + 1])
    assert min(seen.values()) > 3, seen
    assert not (differs & ~expected).any(), "a value differs where the truth knows nothing"
    spoiled = [e for e in table if e["kind"] in ("spike", "step", "swapped_axes", "drift")]
    found = 0
    for event in spoiled:
        row = row_of[event["device_id"]]
        first, last = ((event[key] - START_MS) // INTERVAL_MS for key in ("start_ms", "end_ms"))
        found += bool(differs[first : last + 1, row].any())
    assert found / len(spoiled) > 0.95  # two opposite errors, or the end of the range, may hide one


def test_offline_devices_send_late_and_each_kind_of_message_occurs(tmp_path: Path) -> None:
    generate(config(tmp_path, days=0.5))
    table = parquet.read_table(tmp_path / "readings")
    late = pc.subtract(table["received_ms"], table["event_ms"])
    minutes = late.cast("int64").to_numpy() / 60_000
    assert (minutes >= 9.9).sum() > 100
    truth = parquet.read_table(tmp_path / "truth.parquet")
    kinds = set(truth["kind"].to_pylist())
    assert {"dropout", "spike", "malformed", "duplicate", FAILURE} <= kinds
    assert {VALID, DUPLICATE, MALFORMED, BACKLOG} == {
        message.kind for message in messages_of(150, load_scenario("faults"), 72)
    }
