"""What a silence may mean: an outage of the network, one station, a slope that took it along.

The neighbours tell. Where most stations of the surroundings or of the district have missed two of
their readings as well, the way of the data is broken (``silence.outage``). Where they speak and the
point was moving, its station may lie under the slope (``silence.destroyed``). Otherwise it is the
station's own matter (``silence.station``). One instrument that is silent while its point speaks is
``silence.instrument``. None of them moves a level.
"""

import numpy as np

from detectors.fusion.reasons import six_digits
from detectors.fusion.space import Neighbours
from detectors.rules import FAMILIES
from detectors.series import SeriesBook
from detectors.state.columns import Mask, Rows
from domain.levels import Flag
from domain.warnings import INSTRUMENT_SILENCE, Reason

AROUND_KM = 30.0
LEAST_QUIET, LEAST_SHARE = 3, 0.6
"""An outage has so many quiet neighbours, and at least this share of all."""
MISSED = 2.0
"""Intervals after which a neighbour counts as quiet."""

DESTROYED, OUTAGE, STATION = "silence.destroyed", "silence.outage", "silence.station"

_MOVING = np.isin(FAMILIES, ("displacement", "tilt", "flow", "dynamic"))


def quiet_points(book: SeriesBook, now_ms: int) -> Mask:
    """Points that have reported, and have missed two of their readings by now, shape (points,)."""
    size = book.points.size
    late = book.points["last"][:size] + MISSED * book.point_interval_ms[:size] < now_ms
    found: Mask = late & (book.points["reported"][:size] > 0)
    return found


def why_silent(book: SeriesBook, neighbours: Neighbours, point: int, quiet: Mask) -> Reason:
    """Say what a point's silence may mean.

    Parameters
    ----------
    quiet
        `quiet_points` at the time of judgement.
    """
    known = book.points["reported"][: book.points.size] > 0
    around = neighbours.within(point, AROUND_KM)
    around = around[known[around]]
    district = book.district[point]
    mates = np.flatnonzero(known & (book.district[: book.points.size] == district))
    mates = mates[mates != point]
    outage = _mostly(quiet[around]) or _mostly(quiet[mates])
    rule = OUTAGE if outage else DESTROYED if _was_moving(book, point) else STATION
    numbers = {
        "neighbours": float(len(around)),
        "neighbours_silent": float(quiet[around].sum()),
        "district_points": float(len(mates)),
        "district_points_silent": float(quiet[mates].sum()),
    }
    newest = _newest(book, point)
    return _reason(book, newest, rule, int(book.points["level"][point]), numbers)


def why_mute(book: SeriesBook, series: int) -> Reason:
    """Say which instrument of a point that goes on speaking is silent, or speaks again."""
    return _reason(book, series, INSTRUMENT_SILENCE, int(book.fused["claim"][series]), {})


def _mostly(quiet: Mask) -> bool:
    return int(quiet.sum()) >= LEAST_QUIET and float(quiet.mean()) >= LEAST_SHARE


def _was_moving(book: SeriesBook, point: int) -> bool:
    """Whether the point stood at yellow or more and something still told of motion."""
    members = _members(book, point)
    moving = _MOVING[book.series["family"][members]] & (book.fused["stay"][members] > 0)
    return bool(book.points["level"][point] >= 2 and moving.any())


def _newest(book: SeriesBook, point: int) -> int:
    members = _members(book, point)
    return int(members[book.fused["last"][members].argmax()])


def _members(book: SeriesBook, point: int) -> Rows:
    members: Rows = book.members[point, : book.member_count[point]]
    return members[book.fused["last"][members] > 0]


def _reason(
    book: SeriesBook, series: int, rule: str, level: int, numbers: dict[str, float]
) -> Reason:
    """Evidence about the last reading of a series."""
    _, device_id, channel = book.series_keys[series]
    rules = book.rules
    return Reason(
        channel=channel,
        device_id=device_id,
        detector="silence",
        level=level,
        time_ms=int(book.fused["last"][series]),
        value=six_digits(float(book.fused["latest"][series])),
        features=numbers,
        thresholds={"silence_intervals": rules.silence_intervals},
        rule=rule,
        rule_version=rules.version,
        flag=int(Flag.MISSING),
    )
