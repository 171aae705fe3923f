"""The fleet: what each device sends in a step, in which order, and what must come of it.

A device keeps its own order: the message of the step, then a repetition if it stutters; after a
drop-out its backlog, in order before the step's own message, or newest first or shuffled after it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from domain.points import Point
from domain.topics import mqtt_topic
from sensors_sim.backlog import Backlogs
from sensors_sim.dialects import DpWriter, SenmlWriter, Writer, can_speak_dp
from sensors_sim.fault_kinds import FaultKind, FaultStep
from sensors_sim.malformed import Damage, damage_of, damaged_dp, damaged_senml
from sensors_sim.model import Model, Step
from sensors_sim.plans import Scenario

VALID, DUPLICATE, MALFORMED, BACKLOG = range(4)
KINDS = ("valid", "duplicate", "malformed", "backlog")
"""Kinds of message as the ledger names them; the position is the kind's code."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message to be published.

    Attributes
    ----------
    row
        Row of the device in the fleet.
    event_ms
        The time that the payload tells.
    kind
        Position in `KINDS`.
    skew_ms
        How far that time is ahead of the true one.
    values
        What must be stored, in the order of the device's channels; empty if malformed.
    """

    row: int
    topic: str
    payload: bytes
    event_ms: int
    kind: int
    skew_ms: int
    values: tuple[float, ...]


class Fleet:
    """All devices of a model, as senders of messages.

    Parameters
    ----------
    dp_topic
        Topic of the universal-device protocol.

    Examples
    --------
    >>> from sensors_sim.province import build_points
    >>> from sensors_sim.scenario import load_scenario
    >>> points, scenario = build_points(3, seed=1, interval_s=600.0), load_scenario("quiet")
    >>> model = Model(points, scenario, 1, 1_780_000_000_000, 600_000)
    >>> fleet = Fleet(model, scenario, "$dp")
    >>> [len(messages) for _, messages in fleet.send(model.advance())]
    [1, 1, 1]
    """

    def __init__(self, model: Model, scenario: Scenario, dp_topic: str) -> None:
        sites = model.sites
        self.sites = sites
        self.order: list[int] = np.argsort(sites.phase, kind="stable").tolist()
        shares = sites.device.uniform("dialect").tolist()
        variants = np.floor(sites.device.between("variant", 0.0, 4.0)).astype(int).tolist()
        self.speaks_dp = [
            share < scenario.fleet.dp_share and can_speak_dp(device.channels)
            for share, device in zip(shares, sites.devices, strict=True)
        ]
        self._writers: list[Writer] = [
            DpWriter(device, variant) if dp else SenmlWriter(device)
            for device, variant, dp in zip(sites.devices, variants, self.speaks_dp, strict=True)
        ]
        self._topics = [
            dp_topic if dp else _telemetry(point, device.device_id)
            for point, device, dp in zip(sites.points, sites.devices, self.speaks_dp, strict=True)
        ]
        self._widths = [len(device.channels) for device in sites.devices]
        self._oversized_share = scenario.faults.oversized_share
        self._backlogs = Backlogs(sites)
        self._backlog: defaultdict[int, list[Message]] = defaultdict(list)

    def status_topic(self, row: int) -> str | None:
        """Topic of a device's retained status; ``None`` in the dialect that has none."""
        if self.speaks_dp[row]:
            return None
        point, device = self.sites.points[row], self.sites.devices[row]
        return mqtt_topic(point.district, point.point_id, device.device_id, "status")

    def written(self, row: int, event_ms: int, values: Sequence[float]) -> bytes:
        """Payload of a device in its dialect; values in the order of its channels."""
        return self._writers[row](event_ms, values)

    def message(self, row: int, event_ms: int, skew_ms: int, values: Sequence[float]) -> Message:
        """Make the message of a reading beside the regular ones."""
        own = tuple(values[: self._widths[row]])
        payload = self.written(row, event_ms, own)
        return Message(row, self._topics[row], payload, event_ms, VALID, skew_ms, own)

    def send(self, step: Step) -> Iterator[tuple[int, list[Message]]]:
        """Messages of a step by device, in the order in which devices speak.

        Yields
        ------
        tuple of int and list
            Row of a device, and what it sends; an empty list while it is silent.
        """
        faulty = _any_fault(step.faults).tolist()
        values, times = step.values.tolist(), step.event_ms.tolist()
        for row in self.order:
            exact = tuple(values[row][: self._widths[row]])
            if faulty[row] or row in self._backlog:
                yield row, self._faulty(step, row, exact)
            else:
                payload = self._writers[row](times[row], exact)
                topic = self._topics[row]
                yield row, [Message(row, topic, payload, times[row], VALID, 0, exact)]

    def _faulty(self, step: Step, row: int, values: tuple[float, ...]) -> list[Message]:
        faults = step.faults
        if faults.dead[row]:
            if faults.active[FaultKind.DESTROYED][row]:
                self._backlog.pop(row, None)
            return []
        skew_ms = int(faults.skew_ms[row])
        event_ms = int(step.event_ms[row]) + skew_ms
        payload = self._writers[row](event_ms, values)
        message = Message(row, self._topics[row], payload, event_ms, VALID, skew_ms, values)
        if faults.offline[row]:
            self._backlog[row].append(msgspec.structs.replace(message, kind=BACKLOG))
            return []
        if faults.active[FaultKind.MALFORMED][row]:
            message = self._damaged(step, message)
        sent = [message]
        # A skewed message may be refused, and each refused one must have its own bytes.
        if faults.active[FaultKind.DUPLICATE][row] and message.kind == VALID and not skew_ms:
            sent.append(msgspec.structs.replace(message, kind=DUPLICATE))
        kept = self._backlog.pop(row, [])
        late = [kept[i] for i in self._backlogs.order(row, step.number, len(kept))]
        return [*late, *sent] if self._backlogs.comes_first(row) else [*sent, *late]

    def _damaged(self, step: Step, message: Message) -> Message:
        row = message.row
        damage = damage_of(self.sites.device, step.number, row, self._oversized_share)
        spoil = damaged_dp if self.speaks_dp[row] else damaged_senml
        topic = message.topic
        if damage is Damage.WRONG_POINT and not self.speaks_dp[row]:
            topic = self._stray_topic(row)
        payload = spoil(damage, message.payload, message.event_ms)
        # The time told stays in the ledger, so that a person can find the message.
        return Message(row, topic, payload, message.event_ms, MALFORMED, 0, ())

    def _stray_topic(self, row: int) -> str:
        """Topic of the next point over, under which the device has no right to speak."""
        mine = self.sites.points[row].point_id
        others = (self.sites.points[(row + i) % len(self.sites)] for i in range(len(self.sites)))
        stranger = next((p for p in others if p.point_id != mine), None)
        if stranger is None:
            return _telemetry(self.sites.points[row], "stray")
        return _telemetry(stranger, self.sites.devices[row].device_id)


def _any_fault(faults: FaultStep) -> npt.NDArray[np.bool_]:
    """Which devices need a closer look than an undisturbed message."""
    struck = faults.active[FaultKind.DUPLICATE] | faults.active[FaultKind.MALFORMED]
    faulty: npt.NDArray[np.bool_] = struck | faults.dead | faults.offline | (faults.skew_ms != 0)
    return faulty


def _telemetry(point: Point, device_id: str) -> str:
    return mqtt_topic(point.district, point.point_id, device_id, "telemetry")
