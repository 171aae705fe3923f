"""The fleet's ear: takes commands from MQTT, lets devices obey them, and gives their replies.

A command reaches the device that its topic names. A repetition (the same ``msgid``) is answered as
the first time and not obeyed again. A device that is offline, cut off or destroyed hears nothing.
A few commands are obeyed at a time, so that a flood of them does not hold up the readings. What is
no command, comes for nobody or waits behind too many others is counted and dropped.
"""

import logging
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import NamedTuple

from domain.settings import MqttSettings
from domain.topics import mqtt_topic, parse_mqtt_topic
from sensors_sim.command_text import (
    MAX_BYTES,
    Command,
    read_dollar,
    read_json,
    write_dollar,
    write_json,
)
from sensors_sim.dialects import sensor_ids
from sensors_sim.fleet import Fleet
from sensors_sim.flow import Schedule
from sensors_sim.model import Model
from sensors_sim.obedience import Memory, Refusal, obey
from sensors_sim.sampling import Sampling
from sensors_sim.uploads import Uploads

_LOG = logging.getLogger(__name__)

_REMEMBERED = 64
_AT_ONCE = 50
_MOST_WAITING = 20_000


class Reply(NamedTuple):
    """What a device answers."""

    row: int
    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass
class CommandCounts:
    """Commands so far.

    Attributes
    ----------
    obeyed, failed
        Answered with ``succ`` and with ``fail``.
    repeated
        Answered as before.
    dropped
        No command, for nobody, or too many.
    horns
        Times that a horn was sounded.
    """

    obeyed: int = 0
    failed: int = 0
    repeated: int = 0
    dropped: int = 0
    horns: int = 0


class Commander:
    """Commands to a fleet.

    Attributes
    ----------
    counts
        What has come so far.
    """

    def __init__(
        self,
        model: Model,
        fleet: Fleet,
        schedule: Schedule,
        sampling: Sampling,
        uploads: Uploads,
        settings: MqttSettings,
    ) -> None:
        self._model = model
        self._fleet = fleet
        self._schedule = schedule
        self._sampling = sampling
        self._uploads = uploads
        self._settings = settings
        self._row = {device.device_id: row for row, device in enumerate(model.sites.devices)}
        self._memory: dict[int, Memory] = {}
        self._answered: dict[int, OrderedDict[str, bytes]] = {}
        self._queue: deque[tuple[str, bytes]] = deque()
        self.counts = CommandCounts()

    @property
    def filters(self) -> list[str]:
        """MQTT filters under which commands come.

        Where the universal-device protocol goes by another name than its own, the broker ends the
        connection of who subscribes to a ``$`` topic; so such commands need another name, too.
        """
        settings = self._settings
        senml = "geohazard/v1/+/+/+/command"
        if settings.creq_prefix.startswith("$") and not settings.dp_topic.startswith("$"):
            _LOG.warning("no $creq commands: the broker seems to refuse such topics (creq_prefix)")
            return [senml]
        return [f"{settings.creq_prefix}/+/+", senml]

    def hear(self, topic: str, payload: bytes, retained: bool) -> None:
        """Take a message, to be worked on by `work`.

        Parameters
        ----------
        retained
            Whether the broker had kept it: a command is for now, so such a one is dropped.
        """
        if retained or len(payload) > MAX_BYTES or len(self._queue) >= _MOST_WAITING:
            self.counts.dropped += 1
        else:
            self._queue.append((topic, payload))

    def work(self, now_ms: int) -> list[Reply]:
        """Let devices obey a few of the commands that wait; return their replies."""
        count = min(len(self._queue), _AT_ONCE)
        answers = [self._answer(*self._queue.popleft(), now_ms) for _ in range(count)]
        return [reply for reply in answers if reply is not None]

    def _answer(self, topic: str, payload: bytes, now_ms: int) -> Reply | None:
        found = self._read(topic, payload)
        if found is None:
            self.counts.dropped += 1
            return None
        row, command = found
        answered = self._answered.setdefault(row, OrderedDict())
        if command.msgid is not None and command.msgid in answered:
            self.counts.repeated += 1
            return self._reply(row, answered[command.msgid])
        text = self._obey(row, command, now_ms)
        if command.msgid is not None:
            answered[command.msgid] = text
            while len(answered) > _REMEMBERED:
                answered.popitem(last=False)
        return self._reply(row, text)

    def _read(self, topic: str, payload: bytes) -> tuple[int, Command] | None:
        """Find the device and the command; ``None`` if there is none of either."""
        if topic.startswith(self._settings.creq_prefix + "/"):
            device_id, _, suffix = topic.removeprefix(self._settings.creq_prefix + "/").partition(
                "/"
            )
            command = read_dollar(payload) if suffix == "cmd" else None
            speaks_dp = True
        else:
            address = parse_mqtt_topic(topic)
            if address is None or address.kind != "command":
                return None
            device_id, command, speaks_dp = address.device_id, read_json(payload), False
        row = self._row.get(device_id)
        if row is None or command is None or self._fleet.speaks_dp[row] is not speaks_dp:
            return None
        if not speaks_dp and topic != self._topic(row, "command"):
            return None
        return (row, command) if self._hears(row) else None

    def _hears(self, row: int) -> bool:
        latest = self._model.latest
        return latest is not None and not (latest.faults.dead[row] or latest.faults.offline[row])

    def _obey(self, row: int, command: Command, now_ms: int) -> bytes:
        write = write_dollar if self._fleet.speaks_dp[row] else write_json
        memory = self._memory.get(row) or self._memory.setdefault(row, self._new_memory(row))
        horns = memory.horns
        try:
            answer = obey(command, memory, self._hands(row, now_ms))
        except Refusal:
            self.counts.failed += 1
            return write(command, {}, done=False)
        self.counts.obeyed += 1
        self.counts.horns += memory.horns - horns
        return write(command, answer, done=True)

    def _hands(self, row: int, now_ms: int) -> "_Hands":
        return _Hands(row, now_ms, self._model, self._schedule, self._sampling, self._uploads)

    def _new_memory(self, row: int) -> Memory:
        channels = self._model.sites.devices[row].channels
        return Memory(sensor_ids(channels) if self._fleet.speaks_dp[row] else channels)

    def _reply(self, row: int, text: bytes) -> Reply:
        if self._fleet.speaks_dp[row]:
            return Reply(row, self._settings.dr_topic, text, 0, True)
        return Reply(row, self._topic(row, "reply"), text, 1, False)

    def _topic(self, row: int, kind: str) -> str:
        point, device = self._model.sites.points[row], self._model.sites.devices[row]
        return mqtt_topic(point.district, point.point_id, device.device_id, kind)


@dataclass(frozen=True)
class _Hands:
    """What one device can do at a moment."""

    row: int
    now_ms: int
    model: Model
    schedule: Schedule
    sampling: Sampling
    uploads: Uploads

    def sample_every(self, interval_s: float | None) -> bool:
        """Sample at an interval up to the registered one, or as registered."""
        regular_ms = self.model.interval_ms
        wanted_ms = regular_ms if interval_s is None else round(interval_s * 1000)
        if wanted_ms > regular_ms:
            return False
        self.sampling.every(self.row, wanted_ms, self.now_ms)
        return True

    def upload_every(self, interval_s: float) -> None:
        """Send what was read together, each so many seconds; 0 for at once."""
        self.uploads.every(self.row, round(interval_s * 1000), self.now_ms)

    def sample_now(self) -> bool:
        """Read once."""
        return self.sampling.once(self.row, self.now_ms)

    def set_clock(self) -> None:
        """Set the clock right from the next reading on."""
        self.model.set_clock(self.row)

    def time_ms(self) -> int:
        """Time that the clock shows, wrong as it may be."""
        latest = self.model.latest
        skew_ms = int(latest.faults.skew_ms[self.row]) if latest else 0
        return self.schedule.event_ms(self.now_ms) + skew_ms

    def volts(self) -> float:
        """Voltage of the battery."""
        return self.model.volts(self.row)

    def interval_s(self) -> float:
        """Interval at which the device samples."""
        return self.sampling.interval_ms(self.row) / 1000
