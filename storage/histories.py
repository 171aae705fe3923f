"""What a view asks of the record, whichever database keeps it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from domain.warnings import WarningEvent

MOST_ROWS = 1_200
"""Rows of one series in an answer; a chart has no more pixels."""
MOST_FLAGGED = 300
"""Of these, rows kept for their quality flag alone."""
_UNKNOWN = 2


class SeriesHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Readings of one instrument by event time, with what the detectors made of them.

    Attributes
    ----------
    flag
        QARTOD flag; 2 (unknown) where the detectors have not used the reading.
    tests
        Which quality tests spoke: bits of `domain.quality.Test`.
    velocity, tangential_angle
        ``None`` where they could not be judged.
    rows
        How many readings there are in the span; fewer are shown if there are many.
    """

    channel: str
    device_id: str
    time_ms: list[int]
    value: list[float]
    flag: list[int]
    tests: list[int]
    velocity: list[float | None]
    tangential_angle: list[float | None]
    rows: int


class StateHistory(msgspec.Struct, frozen=True, kw_only=True):
    """States of a point where they changed, by event time."""

    time_ms: list[int]
    level: list[int]
    silent: list[int]


class PointHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A point within a span of event time.

    Attributes
    ----------
    last_ms
        Newest event time of each channel in the whole record, for channels with none in the span.
    warnings
        Its last warnings, newest first, whatever the span.
    """

    series: list[SeriesHistory]
    states: StateHistory
    last_ms: dict[str, int]
    warnings: list[WarningEvent]


class LatestStates(msgspec.Struct, frozen=True, kw_only=True):
    """The latest state of every point that has one."""

    point_id: list[str]
    event_ms: list[int]
    level: list[int]
    silent: list[int]


class Produced(msgspec.Struct, frozen=True, kw_only=True):
    """A warning and the wall clock (ms) at which it was produced."""

    event: WarningEvent
    produced_ms: int


class History(Protocol):
    """Questions to the record; every answer is bounded.

    All raise `storage.base.StoreUnavailableError` if the record cannot be asked now.
    """

    async def point(self, point_id: str, start_ms: int, end_ms: int) -> PointHistory:
        """Return a point's history with ``start_ms <= event time < end_ms``."""
        ...

    async def latest_states(self) -> LatestStates:
        """Return the latest state of every point."""
        ...

    async def warnings(self, limit: int, *, silence: bool = False) -> list[Produced]:
        """Return the last changes of level, or the last of silence and return; newest first."""
        ...

    async def warnings_of(self, beginning: str) -> list[WarningEvent]:
        """Return warnings whose id begins so, however old: some, if there are many."""
        ...

    async def rejects(self) -> dict[str, int]:
        """Count the rejects that are held, by reason."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def thinned(values: npt.NDArray[np.float64], flags: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Choose the rows that a chart needs: each stretch's lowest and highest, ends, and bad flags.

    Parameters
    ----------
    values, flags
        Of one series by time, shape (n,).

    Returns
    -------
    Indices in ascending order; all of them if there are at most `MOST_ROWS`.

    Examples
    --------
    >>> spike = np.zeros(100_000); spike[70_123] = 9.0
    >>> rows = thinned(spike, np.ones(100_000, np.int64))
    >>> 70_123 in rows, len(rows) <= MOST_ROWS
    (True, True)
    """
    n = len(values)
    if n <= MOST_ROWS:
        return np.arange(n)
    stretches = (MOST_ROWS - MOST_FLAGGED) // 2 - 1
    edges = np.linspace(0, n, stretches + 1).astype(np.intp)
    chosen = [np.array([0, n - 1])]
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = values[start:end]
        chosen.append(np.array([start + int(part.argmin()), start + int(part.argmax())]))
    chosen.append(np.flatnonzero(flags > _UNKNOWN)[-MOST_FLAGGED:])
    return np.unique(np.concatenate(chosen))


def make_series(
    key: tuple[str, str],
    time_ms: npt.NDArray[np.int64],
    columns: dict[str, npt.NDArray[np.float64]],
) -> SeriesHistory:
    """Put one instrument's rows together, thinned.

    Parameters
    ----------
    key
        Channel and device.
    columns
        ``value``, ``flag``, ``tests``, ``velocity``, ``tangential_angle``, each of shape (n,), NaN
        for none.
    """
    flags = np.nan_to_num(columns["flag"], nan=2.0).astype(np.int64)
    rows = thinned(columns["value"], flags)
    return SeriesHistory(
        channel=key[0],
        device_id=key[1],
        time_ms=time_ms[rows].tolist(),
        value=columns["value"][rows].tolist(),
        flag=flags[rows].tolist(),
        tests=np.nan_to_num(columns["tests"][rows]).astype(np.int64).tolist(),
        velocity=_nullable(columns["velocity"][rows]),
        tangential_angle=_nullable(columns["tangential_angle"][rows]),
        rows=len(time_ms),
    )


def changes_of(time_ms: Sequence[int], level: Sequence[int], silent: Sequence[int]) -> StateHistory:
    """Keep the first state, the last, and those that differ from the one before."""
    kept = [
        i
        for i in range(len(time_ms))
        if i in (0, len(time_ms) - 1) or (level[i], silent[i]) != (level[i - 1], silent[i - 1])
    ]
    return StateHistory(
        time_ms=[time_ms[i] for i in kept],
        level=[level[i] for i in kept],
        silent=[silent[i] for i in kept],
    )


def _nullable(values: npt.NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124
