"""The tables of series and points: who is who, and where its state lies.

Row 0 of the table of series belongs to nobody: it stands for "no series" wherever a point has
fewer series than its neighbour.
"""

from collections.abc import Mapping

import numpy as np

from detectors.base import FEATURES, Detector
from detectors.failure_time import forecasting
from detectors.quality import arrival, clocks, flagging, returns, steps, thermal
from detectors.quality.limits import FAMILY_CODE
from detectors.rules import FAMILIES, Rules
from detectors.state import noise, partners, receiver, tracks
from detectors.state import points as points_of
from detectors.state.beside import Beside, instrument_number, logger_of
from detectors.state.columns import F64, I64, Columns, Field, Rows
from detectors.state.partners import Partners
from detectors.state.shifts import FUSED
from domain.channels import CHANNEL_NAMES
from domain.hazards import HazardType
from domain.points import Point

SERIES_FIELDS = (
    Field("point", "i4"),
    Field("channel", "u1"),
    Field("family", "u1"),
    Field("instrument", "u1"),
    *tracks.FIELDS,
    *flagging.FIELDS,
    *steps.FIELDS,
    *returns.FIELDS,
    *noise.FIELDS,
    *arrival.FIELDS,
    *clocks.FIELDS,
    *partners.FIELDS,
    *receiver.FIELDS,
    *thermal.FIELDS,
    *forecasting.FIELDS,
    # The series' support for a level: of its newest good reading, and as confirmed.
    Field("claim_before", "u1"),
    Field("claim", "u1"),
    Field("sure", "u1"),
    Field("stay", "u1"),
)
# What the point knows of its series, as of the last reading that fusion has seen.
FUSION_FIELDS = (
    Field("claim", "u1"),
    Field("sure", "u1"),
    Field("stay", "u1"),
    Field("flag", "u1"),
    Field("detector", "u1"),
    *FUSED,
    Field("together", "u1"),
    Field("following", "u1"),
    Field("followed", "f4", 2),
    Field("time", "i8"),
    Field("seen", "i8"),
    Field("last", "i8"),
    Field("heard", "i8"),
    Field("mute", "u1"),
    Field("stopped", "u1"),
    Field("latest", "f8"),
    Field("value", "f8"),
    Field("score", "f4", fill=float("nan")),
    Field("features", "f4", FEATURES),
    Field("forecasting", "u1"),
)


class SeriesBook:
    """All series and points that one engine has seen, with their state."""

    def __init__(
        self, points: Mapping[str, Point], rules: Rules, detectors: tuple[Detector, ...]
    ) -> None:
        self.rules = rules
        self.detectors = detectors
        own = tuple(field for detector in self.detectors for field in detector.fields)
        self.series = Columns((*SERIES_FIELDS, *own))
        self.fused = Columns(FUSION_FIELDS)
        self.points = Columns(points_of.FIELDS)
        self.judged_by = [np.isin(FAMILIES, method.families) for method in self.detectors]
        self.series_keys: list[tuple[str, str, str]] = [("", "", "")]
        self.point_ids: list[str] = []
        self.series_index: dict[tuple[str, str, str], int] = {}
        self.point_index: dict[str, int] = {}
        self.threshold_names = {name: i for i, name in enumerate(rules.threshold_names)}
        self.limits: F64 = np.zeros((0, len(self.threshold_names)))
        self.interval_ms: F64 = np.full(64, 600_000.0)
        self.point_interval_ms: F64 = np.zeros(0)
        self.district: I64 = np.zeros(0, np.int64)
        self.members = np.zeros((0, 8), np.intp)
        self.beside = Beside()
        self.member_count = np.zeros(0, np.intp)
        self.series.resize(1)
        self.fused.resize(1)
        self.registry = points

    def add_point(self, point_id: str) -> int:
        """Row of a point; made if it is new."""
        found = self.point_index.get(point_id)
        if found is not None:
            return found
        row = len(self.point_ids)
        self.point_ids.append(point_id)
        self.point_index[point_id] = row
        self.points.resize(row + 1)
        self._reserve_points(row + 1)
        self._describe_point(row)
        return row

    def add_series(self, key: tuple[str, str, str]) -> int:
        """Row of a series (point, device, channel); made if it is new.

        Raises
        ------
        ValueError
            If the channel is not one of `domain.channels`.
        """
        point_id, device_id, channel = key
        if channel not in CHANNEL_NAMES:
            msg = f"unknown channel {channel!r} of device {device_id!r} at point {point_id!r}"
            raise ValueError(msg)
        row = len(self.series_keys)
        point = self.add_point(point_id)
        self.series_keys.append(key)
        self.series_index[key] = row
        self.series.resize(row + 1)
        self.fused.resize(row + 1)
        code = CHANNEL_NAMES.index(channel)
        self._join(point, row, device_id, code)
        self.series["point"][row] = point
        self.series["channel"][row] = code
        self.series["family"][row] = FAMILY_CODE[code]
        self.series["instrument"][row] = self._instrument(point, row)
        self.series["noise"][row, 0] = noise.PRIOR[code]
        for detector in self.detectors:
            if FAMILIES[FAMILY_CODE[code]] in detector.families:
                detector.begin(self.series, row, code)
        self._describe_series(row)
        return row

    def set_registry(self, points: Mapping[str, Point]) -> None:
        """Take intervals, hazard types and overrides from another registry; keep all state."""
        self.registry = points
        for row in range(len(self.point_ids)):
            self._describe_point(row)
        for row in range(1, len(self.series_keys)):
            self._describe_series(row)

    def _describe_point(self, row: int) -> None:
        point = self.registry.get(self.point_ids[row])
        hazard = point.hazard_type if point else _hazard_of(self.point_ids[row])
        self.points["hazard"][row] = list(HazardType).index(hazard)
        self.district[row] = _number(self.point_ids[row][:6])
        self.point_interval_ms[row] = 1000.0 * (point.interval_s if point else 600.0)
        values = dict(self.rules.hazards[hazard].thresholds)
        if point:
            values |= {k: v for k, v in point.thresholds.items() if k in values}
        self.limits[row] = list(values.values())

    def _describe_series(self, row: int) -> None:
        if row >= len(self.interval_ms):
            grown = np.full(2 * row, 600_000.0)
            grown[: len(self.interval_ms)] = self.interval_ms
            self.interval_ms = grown
        point_id, device_id, _ = self.series_keys[row]
        point = self.registry.get(point_id)
        device_id = logger_of(device_id)
        own = [d.interval_s for d in point.devices if d.device_id == device_id] if point else []
        fallback = point.interval_s if point else 600.0
        self.interval_ms[row] = 1000.0 * (own[0] if own else fallback)

    def _reserve_points(self, size: int) -> None:
        have = len(self.limits)
        if size <= have:
            return
        more = max(64, have // 2)
        self.limits = np.concatenate((self.limits, np.zeros((more, self.limits.shape[1]))))
        self.point_interval_ms = np.concatenate((self.point_interval_ms, np.zeros(more)))
        self.district = np.concatenate((self.district, np.zeros(more, np.int64)))
        width = self.members.shape[1]
        self.members = np.concatenate((self.members, np.zeros((more, width), np.intp)))
        self.member_count = np.concatenate((self.member_count, np.zeros(more, np.intp)))

    def _instrument(self, point: int, series: int) -> int:
        others = self.members[point, : self.member_count[point]].tolist()
        number, keys = self.series["instrument"], self.series_keys
        have = [(keys[row], int(number[row])) for row in others if row != series]
        return instrument_number(keys[series], have)

    def partners(self, series: Rows, time_ms: I64, told_ms: I64) -> Partners:
        """Way from readings to the series beside theirs; times mended and as claimed."""
        point = self.series["point"][series].astype(np.intp)
        return Partners(self.series, series, point, time_ms, told_ms, self.beside.rows)

    def _join(self, point: int, series: int, device: str, channel: int) -> None:
        place = int(self.member_count[point])
        keys = {int(row): self.series_keys[row] for row in self.members[point, :place]}
        others = {row: (key[1], int(self.series["channel"][row])) for row, key in keys.items()}
        self.beside.enter(series, device, channel, others)
        if place == self.members.shape[1]:
            wider = np.zeros((len(self.members), 2 * place), np.intp)
            wider[:, :place] = self.members
            self.members = wider
        self.members[point, place] = series
        self.member_count[point] += 1


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def _hazard_of(point_id: str) -> HazardType:
    try:
        return HazardType.from_code(point_id[6:8])
    except ValueError:
        return HazardType.LANDSLIDE
