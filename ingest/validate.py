"""Whether a reading may be believed: who speaks, of what, in which unit, how large, and when."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.channels import CHANNELS
from domain.errors import RejectedError
from domain.registry import Registry
from domain.rejects import RejectReason
from domain.settings import IngestSettings
from domain.topics import parse_mqtt_topic
from domain.units import factor_to_channel_unit
from ingest.decoders.base import Fault, RawReading

Row = tuple[str, str, str, int, int, float, str]
"""One reading as `domain.frames.Readings.of_rows` takes it."""

_CHINA_OFFSET_MS = 8 * 3_600_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Speaker:
    """A registered device: the point for which it speaks, and of which channels."""

    point_id: str
    device_id: str
    channels: frozenset[str]


class Span(NamedTuple):
    """Event times that are believed, and the moment against which they are judged."""

    oldest_ms: int
    newest_ms: int
    now_ms: int


class _Scale(NamedTuple):
    """From a unit to a channel's own, and the channel's gross range."""

    factor: float
    low: float
    high: float


class Validator:
    """Judges readings against a registry and the settings.

    Parameters
    ----------
    registry
        Who may speak; replaced by `set_registry` when its file changes.
    limits
        Tolerances of time.
    """

    def __init__(self, registry: Registry, limits: IngestSettings) -> None:
        self._ahead_ms = round(limits.future_tolerance_s * 1000)
        self._behind_ms = round(limits.oldest_days * _DAY_MS)
        self._scales: dict[tuple[str, str], _Scale] = {}
        self.set_registry(registry)

    def set_registry(self, registry: Registry) -> None:
        """Judge by another registry from now on."""
        self._registry = registry
        # Only what is registered is remembered, so that hostile names cannot fill the memory.
        self._speakers: dict[str, Speaker] = {}
        self._by_topic: dict[str, Speaker] = {}

    def span(self, now_ms: int) -> Span:
        """Event times that are believed of a message received at ``now_ms``."""
        return Span(now_ms - self._behind_ms, now_ms + self._ahead_ms, now_ms)

    def speaker_of(self, device_id: str) -> Speaker | None:
        """Find a device by its id; ``None`` if it is not registered."""
        speaker = self._speakers.get(device_id)
        if speaker is None and device_id in self._registry.devices:
            point, device = self._registry.devices[device_id]
            speaker = Speaker(point.point_id, device_id, frozenset(device.channels))
            self._speakers[device_id] = speaker
        return speaker

    def speaker_on(self, topic: str) -> Speaker:
        """Find the device that speaks on one of our topics.

        Raises
        ------
        RejectedError
            If the topic is none of ours, or the device is not registered, or not for that point.
        """
        known = self._by_topic.get(topic)
        if known is not None:
            return known
        address = parse_mqtt_topic(topic)
        if address is None:
            raise RejectedError(RejectReason.UNKNOWN_TOPIC, "the topic is not of our tree")
        speaker = self.speaker_of(address.device_id)
        if speaker is None:
            detail = "the topic's device is not in the registry"
            raise RejectedError(RejectReason.UNREGISTERED_DEVICE, detail)
        if (address.point_id, address.district) != (speaker.point_id, speaker.point_id[:6]):
            detail = f"the topic's device speaks for point {speaker.point_id} alone"
            raise RejectedError(RejectReason.WRONG_POINT, detail)
        self._by_topic[topic] = speaker
        return speaker

    def admit(
        self, readings: Iterable[RawReading], speaker: Speaker | None, now_ms: int, dialect: str
    ) -> tuple[list[Row], list[Fault]]:
        """Part readings into rows in their channels' units and reasons to refuse.

        Parameters
        ----------
        speaker
            The device that the topic names; ``None`` where the payload alone names it.
        now_ms
            When the message was received.
        """
        rows: list[Row] = []
        faults: list[Fault] = []
        span = self.span(now_ms)
        for reading in readings:
            who = speaker or self.speaker_of(reading.device_id)
            scale = self._scales.get((reading.channel, reading.unit)) or self._scale(reading)
            belongs = who and who.device_id == reading.device_id and reading.channel in who.channels
            if scale and who and belongs:
                value = reading.value * scale.factor
                in_span = span.oldest_ms <= reading.event_ms <= span.newest_ms
                if in_span and scale.low <= value <= scale.high:
                    device, number = reading.device_id, reading.instrument
                    device = device if number == 1 else f"{device}/{number}"
                    channel, event_ms = reading.channel, reading.event_ms
                    rows.append((who.point_id, device, channel, event_ms, now_ms, value, dialect))
                    continue
            faults.append(_explain(reading, who, scale, span))
        return rows, faults

    def _scale(self, reading: RawReading) -> _Scale | None:
        channel = CHANNELS.get(reading.channel)
        factor = factor_to_channel_unit(channel.name, reading.unit) if channel else None
        if channel is None or factor is None:
            return None
        scale = _Scale(factor, channel.low, channel.high)
        self._scales[channel.name, reading.unit] = scale
        return scale


def _explain(
    reading: RawReading, speaker: Speaker | None, scale: _Scale | None, span: Span
) -> Fault:
    """Say what is wrong with a reading that was not admitted."""
    fault = _explain_speaker(reading, speaker)
    if fault is not None:
        return fault
    if scale is None:
        detail = f"{reading.channel}: no unit that turns into {CHANNELS[reading.channel].unit}"
        return Fault(RejectReason.WRONG_UNIT, detail)
    value = reading.value * scale.factor
    if not math.isfinite(value):
        return Fault(RejectReason.NOT_FINITE, f"{reading.channel}: not a finite number")
    if not scale.low <= value <= scale.high:
        bounds = f"{scale.low:g} to {scale.high:g} {CHANNELS[reading.channel].unit}"
        return Fault(RejectReason.OUT_OF_RANGE, f"{reading.channel}: outside {bounds}")
    return _explain_time(reading, span)


def _explain_speaker(reading: RawReading, speaker: Speaker | None) -> Fault | None:
    if speaker is None:
        return Fault(RejectReason.UNREGISTERED_DEVICE, "its device is not in the registry")
    if reading.device_id != speaker.device_id:
        return Fault(RejectReason.WRONG_POINT, "it names another device than its topic")
    if reading.channel not in CHANNELS:
        return Fault(RejectReason.UNKNOWN_CHANNEL, "there is no such channel")
    if reading.channel not in speaker.channels:
        detail = f"{reading.channel}: not registered for its device"
        return Fault(RejectReason.UNKNOWN_CHANNEL, detail)
    return None


def _explain_time(reading: RawReading, span: Span) -> Fault:
    ahead_ms = reading.event_ms - span.now_ms
    if reading.event_ms < span.oldest_ms:
        detail = f"{reading.channel}: {-ahead_ms / _DAY_MS:.0f} days old"
        return Fault(RejectReason.ANCIENT_TIME, detail)
    hint = ""
    if abs(ahead_ms - _CHINA_OFFSET_MS) < _CHINA_OFFSET_MS / 8:
        hint = "; a clock that tells China's time as UTC does this"
    detail = f"{reading.channel}: {ahead_ms / 3_600_000:.2f} h in the future{hint}"
    return Fault(RejectReason.FUTURE_TIME, detail)
