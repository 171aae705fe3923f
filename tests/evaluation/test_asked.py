"""A record whose devices answer: the regular readings stay, what is asked for comes between."""

import json
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.asked_record import AskedRecord
from cli.main import app
from domain.errors import GeohazardError
from domain.frames import Readings
from domain.settings import IngestSettings, SamplingSettings
from domain.warnings import WarningKind, make_warning
from evaluation.asked import Effort
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.metrics import read_metrics
from evaluation.replay import replay
from tests.evaluation.builders import write_record

DOOR = Door.of(IngestSettings())
ASKING = SamplingSettings(enabled=True)
ORANGE_FROM, CLEARED_FROM = 6, 60


@dataclass
class Run:
    """All readings that passed, as rows with their values; the warnings; what was asked."""

    asked: AskedRecord
    raises: bool
    parts: list[Readings] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def effort(self) -> Effort:
        return self.asked.effort

    def refuse(self, readings):
        """Storms have gauges that tell too much: none here."""

    def see(self, readings, outcome):
        """Keep what passes; let every point be orange, and clear it later, if wanted."""
        self.parts.append(readings)
        self.warnings += [event.id for event in outcome.warnings]
        turn = {ORANGE_FROM: (3, 0), CLEARED_FROM: (0, 3)}.get(len(self.parts))
        if self.raises and turn:
            told = tuple(_event(p, *turn) for p in self.asked._data.registry.points)
            self.asked.see(readings, replace(outcome, warnings=told))

    def rows(self):
        found = {}
        for part in self.parts:
            names = part.device_id.to_list(), part.channel.to_list()
            times = part.event_ms.tolist(), part.received_ms.tolist()
            keys = zip(*names, *times, strict=True)
            found |= dict(zip(keys, part.value.tolist(), strict=True))
        return found

    def rain(self, devices):
        """Sum of each gauge."""
        found = dict.fromkeys(devices, 0.0)
        for (device, channel, *_), mm in self.rows().items():
            if channel == "rain" and device in found:
                found[device] += mm
        return found


def _event(point_id, level, before):
    kind = WarningKind.RAISED if level else WarningKind.CLEARED
    return make_warning(
        point_id=point_id, kind=kind, level=level, previous_level=before, event_ms=0, sequence=level
    )


def _run(data, *, raises):
    run = Run(AskedRecord(data, ASKING), raises)
    replay(data, partitions=1, door=DOOR, source=run.asked, watchers=[run])
    return run


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write a small record of a storm and open it."""
    folder = tmp_path_factory.mktemp("record") / "storm"
    return open_data_set(write_record(folder, scenario="storm-2020", points=8, days=0.2))


@pytest.fixture(scope="module")
def regular(data):
    return _run(data, raises=False)


@pytest.fixture(scope="module")
def asked(data):
    return _run(data, raises=True)


def test_with_nothing_asked_it_is_the_record(data, regular):
    plain = replay(data, partitions=1, door=DOOR)
    assert regular.effort.more == regular.effort.requests == 0
    assert regular.effort.regular == data.rows
    assert regular.warnings == [known.event.id for known in plain.warnings]


def test_devices_read_between_until_the_level_has_fallen(data, asked):
    """Of 174 slices 54 are orange: 9 steps, two readings between in each."""
    devices = len(data.registry.devices)
    assert asked.effort.requests == 2 * devices
    assert asked.effort.points == devices
    each = asked.effort.more / (asked.effort.regular / data.info.steps)
    assert 16 <= each <= 20
    received = np.concatenate([part.received_ms for part in asked.parts])
    assert (np.diff(received) >= -200).all()


def test_the_regular_readings_stay_but_rain_that_was_told(regular, asked):
    old, new = regular.rows(), asked.rows()
    differ = [row for row, value in old.items() if new[row] != value]
    assert differ
    assert {channel for _, channel, *_ in differ} == {"rain"}


def test_what_the_gauges_tell_adds_up_to_the_same_rain(data, regular, asked):
    """Of devices that no fault touched; a tenth of a millimetre is their last digit."""
    struck = {event.device_id for event in data.truth.faults}
    whole = [device for device in data.registry.devices if device not in struck]
    before, after = regular.rain(whole), asked.rain(whole)
    assert sum(before.values()) > 10.0
    assert after == pytest.approx(before, abs=0.5)


def test_a_record_of_another_world_is_refused(data):
    other = replace(data, info=msgspec.structs.replace(data.info, seed=4))
    with pytest.raises(GeohazardError, match="cannot be asked"):
        replay(other, partitions=1, door=DOOR, source=AskedRecord(other, ASKING))


def test_the_command_says_both(data, tmp_path):
    arguments = ["evaluate", str(data.folder), "--out", str(tmp_path), "--partitions", "1"]
    result = CliRunner().invoke(app, [*arguments, "--loop"])
    assert result.exit_code == 0, result.output
    assert "more readings" in result.output
    found = read_metrics(tmp_path / "metrics.json").asked
    assert found is not None
    assert found.effort.regular == data.rows
    assert "Devices that read more often" in (tmp_path / "report.html").read_text()
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert json.loads((tmp_path / "metrics.json").read_bytes())["asked"] is None
