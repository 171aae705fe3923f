"""Which fault, if any, touched a reading: a search in sorted spans of time, for many at once."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNEL_NAMES
from domain.frames import Readings
from domain.points import Device
from evaluation.truth import Event

_WIDTH = len(CHANNEL_NAMES)
_SHIFT = 2**42
"""More than any time in milliseconds since the epoch (until 2109)."""

I64 = npt.NDArray[np.int64]


class SeriesKeys:
    """Numbers for the series of a registry: a device's number times the channels, plus its channel.

    Examples
    --------
    >>> keys = SeriesKeys({"d1": Device("d1", ("crack", "rain"))})
    >>> rows = [("p", "d1", "crack", 0, 0, 1.0, "x"), ("p", "other", "crack", 0, 0, 1.0, "x")]
    >>> keys.of(Readings.of_rows(rows)).tolist()
    [0, -1]
    """

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._number = {device_id: number for number, device_id in enumerate(devices)}
        self._channel = {name: code for code, name in enumerate(CHANNEL_NAMES)}

    def of(self, readings: Readings) -> I64:
        """Return the key of each reading's series, shape (n,); -1 if it is not registered."""
        devices = np.array([self._number.get(d, -1) for d in readings.device_id.names], np.int64)
        channels = np.array([self._channel[c] for c in readings.channel.names], np.int64)
        device = devices[readings.device_id.codes]
        return np.where(device < 0, -1, device * _WIDTH + channels[readings.channel.codes])

    def of_event(self, event: Event) -> list[int]:
        """Keys of the series that an occurrence touches: one, or all of its device."""
        number = self._number.get(event.device_id)
        if number is None:
            return []
        names = (event.channel,) if event.channel else self._devices[event.device_id].channels
        return [number * _WIDTH + self._channel[name] for name in names if name in self._channel]


class Spans:
    """Spans of time on series; each belongs to an occurrence.

    Examples
    --------
    >>> keys = SeriesKeys({"d1": Device("d1", ("crack", "rain"))})
    >>> spans = Spans(keys, [Event("p", "d1", "stuck", "crack", 100, 200)], after_ms=50)
    >>> spans.find(np.array([0, 0, 0, 1]), np.array([99, 200, 250, 150])).tolist()
    [-1, 0, 0, -1]
    """

    def __init__(self, keys: SeriesKeys, events: Iterable[Event], *, after_ms: int = 0) -> None:
        rows = [
            (key * _SHIFT + e.start_ms, key * _SHIFT + e.end_ms + after_ms, place)
            for place, e in enumerate(events)
            for key in keys.of_event(e)
        ]
        rows.sort()
        self._start = np.array([row[0] for row in rows], np.int64)
        # Of spans that overlap the search finds the latest to begin; its end must not be the least.
        ends = np.array([row[1] for row in rows], np.int64)
        self._end = np.maximum.accumulate(ends) if rows else ends
        self._place = np.array([row[2] for row in rows], np.int64)

    def find(self, key: I64, time_ms: I64) -> I64:
        """Place of the occurrence that covers each reading, shape (n,); -1 where none does."""
        if not len(self._start):
            return np.full(len(key), -1, np.int64)
        at = key * _SHIFT + time_ms
        found = np.searchsorted(self._start, at, side="right") - 1
        inside = (found >= 0) & (key >= 0) & (at <= self._end[found])
        return np.where(inside, self._place[found], -1)
