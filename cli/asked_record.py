"""A record whose devices answer: its own readings, and those that its warnings ask for.

The seed of a record makes its world again, so a device can be read at any moment. The regular
readings are those of the files; only rain that was told between two of them is not counted again by
the second. Time goes on in slices as long as the shortest interval that can be asked for: what the
detectors warned of in one slice is asked for at the end of it, as `ingest.sampling` asks.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cli.fleet_columns import Cursor, FleetColumns
from detectors.engine import Outcome
from domain.errors import GeohazardError
from domain.frames import Readings
from domain.settings import SamplingSettings
from domain.times import parse_iso
from evaluation.asked import Effort
from evaluation.data_set import DataSet
from ingest.sampling import SamplingPlan
from sensors_sim.fleet import Fleet
from sensors_sim.flow import Schedule
from sensors_sim.model import Model, Step
from sensors_sim.sampling import Sampling
from sensors_sim.scenario import load_scenario

_GATHERED_MS = 200
"""`Sampling` gives readings out when the oldest has waited that long."""
_STRANGE = 0.02
"""Share of readings that may differ from the world made again."""


class AskedRecord:
    """The source and a watcher of one run (`evaluation.replay`).

    Raises
    ------
    GeohazardError
        If the record cannot be made again: its scenario is not among those that come with the
        project, or another version of the simulator made it.
    """

    def __init__(self, data: DataSet, settings: SamplingSettings) -> None:
        info = data.info
        self._data = data
        self._interval_ms = round(info.interval_s * 1000)
        self._start_ms = parse_iso(info.start)
        points = list(data.registry.points.values())
        scenario = load_scenario(info.scenario)
        self._model = Model(points, scenario, info.seed, self._start_ms, self._interval_ms)
        fleet = Fleet(self._model, scenario, "$dp")
        schedule = Schedule(self._start_ms, self._start_ms, 1.0)
        self._sampling = Sampling(self._model, fleet, schedule)
        self._plan = SamplingPlan(settings)
        self._wanted: dict[int, int] = {}
        self._asked: set[str] = set()
        self._heard: set[int] = set()
        self._columns = FleetColumns(points)
        shortest_ms = max(
            min(settings.shares) * self._interval_ms, 1000 * settings.least_interval_s
        )
        self._slices = max(int(self._interval_ms // shortest_ms), 1)
        self._requests = self._regular = self._more = 0

    @property
    def effort(self) -> Effort:
        """What has been asked so far."""
        return Effort(
            shares=self._plan.settings.shares,
            requests=self._requests,
            points=len(self._asked),
            regular=self._regular,
            more=self._more,
        )

    def batches(self) -> Iterator[Readings]:
        """Give the readings of slice after slice."""
        record = Cursor(self._data.batches(), self._columns)
        for _ in range(self._data.info.steps):
            step = self._model.advance()
            begin_ms = self._start_ms + step.number * self._interval_ms
            for part in range(self._slices):
                now_ms = begin_ms + part * self._interval_ms // self._slices
                until_ms = begin_ms + (part + 1) * self._interval_ms // self._slices
                self._tell(now_ms)
                found = self._slice(step, record.until(until_ms), until_ms)
                if len(found):
                    yield found

    def refuse(self, readings: Readings) -> None:
        """Take readings that the door refused."""

    def see(self, readings: Readings, outcome: Outcome) -> None:
        """Ask for what the warnings want."""
        for event in outcome.warnings:
            point = self._data.registry.points.get(event.point_id)
            for request in self._plan.requests(event, point):
                self._requests += 1
                self._asked.add(event.point_id)
                self._wanted[self._columns.rows[request.device_id]] = round(
                    request.interval_s * 1000
                )

    def _tell(self, now_ms: int) -> None:
        """Let devices hear what they are asked; who is offline is told when it is back."""
        latest = self._model.latest
        if latest is None or not self._wanted:
            return
        deaf = latest.faults.offline | latest.faults.dead
        for row in [row for row in self._wanted if not deaf[row]]:
            self._sampling.every(row, self._wanted.pop(row), now_ms)
            self._heard.add(row)

    def _slice(self, step: Step, regular: Readings, until_ms: int) -> Readings:
        """Put the readings of the record and those that were asked for into one order."""
        rain = self._rain_of(step, regular)
        told = [self._sampling.told_mm(row, at_ms) for _, row, at_ms in rain]
        items = self._sampling.due(None, until_ms + _GATHERED_MS)
        value = regular.value.copy()
        for (place, row, at_ms), before_mm in zip(rain, told, strict=True):
            told_mm = self._sampling.told_mm(row, at_ms) or before_mm
            if told_mm:
                value[place] = round(max(float(value[place]) - told_mm, 0.0), 1)
        messages = [(item.due_ms, item.message) for item in items if item.message is not None]
        self._regular += len(regular)
        self._more += sum(len(message.values) for _, message in messages)
        return self._columns.merged(replace(regular, value=value), messages)

    def _rain_of(self, step: Step, regular: Readings) -> list[tuple[int, int, int]]:
        """Find the rain of devices that were asked: place, row and true time of each.

        Raises
        ------
        GeohazardError
            If the record is of another world.
        """
        device, channel = regular.device_id.codes, regular.channel.codes
        own = regular.event_ms == (step.event_ms + step.faults.skew_ms)[device]
        slot = self._columns.slots[device, channel]
        # A few may belong to a backlog whose wrong clock showed this very time.
        differ = own & (regular.value != step.values[device, slot])
        strangers = differ.sum() + (~own).sum() * (step.number == 0)
        if strangers > _STRANGE * len(regular):
            msg = f"{self._data.folder} cannot be asked: this simulator makes another record of its"
            msg += f" scenario {self._data.info.scenario!r} and seed; generate it again"
            raise GeohazardError(msg)
        heard = np.isin(device, np.array(sorted(self._heard), np.int64))
        places = np.flatnonzero(own & heard & (channel == self._columns.rain))
        return [(p, int(device[p]), int(step.event_ms[device[p]])) for p in places.tolist()]
