"""Readings of a simulated fleet under one list of names, so that parts of them fit together."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from domain.channels import CHANNEL_NAMES
from domain.frames import Names, Readings
from domain.points import Point
from sensors_sim.fleet import Message


class FleetColumns:
    """Names of all points, devices and channels; a device's code is its row in the fleet.

    Attributes
    ----------
    rows
        Row of each device.
    slots
        Place of a channel among its device's values, shape (devices, channels); 0 if it has none.
    rain
        Code of rain.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        pairs = [(point, device) for point in points for device in point.devices]
        self.rows = {device.device_id: row for row, (_, device) in enumerate(pairs)}
        self.rain = CHANNEL_NAMES.index("rain")
        self._points = {point.point_id: code for code, point in enumerate(points)}
        self._channels = {name: code for code, name in enumerate(CHANNEL_NAMES)}
        self._home = [self._points[point.point_id] for point, _ in pairs]
        self._codes = [[self._channels[name] for name in d.channels] for _, d in pairs]
        self.slots = np.zeros((len(pairs), len(CHANNEL_NAMES)), np.int64)
        for row, codes in enumerate(self._codes):
            self.slots[row, codes] = np.arange(len(codes))

    def own(self, readings: Readings) -> Readings:
        """Give readings these names."""
        return replace(
            readings,
            point_id=_renamed(readings.point_id, self._points),
            device_id=_renamed(readings.device_id, self.rows),
            channel=_renamed(readings.channel, self._channels),
        )

    def merged(self, readings: Readings, messages: Sequence[tuple[int, Message]]) -> Readings:
        """Put messages, each with its time of receipt (ms), among readings by that time."""
        if not messages:
            return readings
        rows = [
            (self._home[m.row], m.row, code, m.event_ms, at_ms, value)
            for at_ms, m in messages
            for code, value in zip(self._codes[m.row], m.values, strict=True)
        ]
        point, device, channel, event_ms, received_ms, value = map(
            np.array, zip(*rows, strict=True)
        )
        extra = Readings(
            point_id=Names(readings.point_id.names, point.astype(np.int32)),
            device_id=Names(readings.device_id.names, device.astype(np.int32)),
            channel=Names(readings.channel.names, channel.astype(np.int32)),
            event_ms=event_ms,
            received_ms=received_ms,
            value=value.astype(np.float64),
            dialect=Names(readings.dialect.names, np.zeros(len(rows), np.int32)),
        )
        both = joined([readings, extra])
        return both.take(np.argsort(both.received_ms, kind="stable"))


class Cursor:
    """A record in order of receipt, taken by time."""

    def __init__(self, batches: Iterator[Readings], columns: FleetColumns) -> None:
        self._batches = (columns.own(batch) for batch in batches)
        self._batch = next(self._batches)

    def until(self, end_ms: int) -> Readings:
        """Take what was received before a time (ms)."""
        parts = []
        while True:
            place = int(np.searchsorted(self._batch.received_ms, end_ms))
            parts.append(self._batch.take(np.arange(place)))
            if place < len(self._batch):
                self._batch = self._batch.take(np.arange(place, len(self._batch)))
                break
            following = next(self._batches, None)
            if following is None:
                self._batch = self._batch.take(np.arange(0))
                break
            self._batch = following
        return joined(parts)


def joined(parts: Sequence[Readings]) -> Readings:
    """Put readings with the same names one after another."""
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {}
    for field in fields(Readings):
        own = [getattr(part, field.name) for part in parts]
        if isinstance(own[0], Names):
            columns[field.name] = Names(own[0].names, np.concatenate([c.codes for c in own]))
        else:
            columns[field.name] = np.concatenate(own)
    return Readings(**columns)


def _renamed(column: Names, codes: dict[str, int]) -> Names:
    """Give a column the codes of a list of names; a name that is not in it is a `KeyError`."""
    table = np.array([codes[name] for name in column.names], np.int32)
    return Names(tuple(codes), table[column.codes])
