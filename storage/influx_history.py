"""Answers of InfluxDB, in InfluxQL, the one language that 1.8, 2.x and 3 share."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

from domain.measurements import (
    FEATURE,
    POINT_EVENT,
    POINT_STATE,
    READING,
    REJECT,
    TESTS,
    feature_field,
)
from domain.points import is_point_id
from domain.quality import Test
from domain.settings import InfluxSettings
from domain.warnings import WarningEvent, decode_warning
from storage.histories import (
    LatestStates,
    PointHistory,
    Produced,
    SeriesHistory,
    StateHistory,
    changes_of,
    make_series,
)
from storage.influx_query import Columns, answer, question, unreachable

MOST_WARNINGS = 100
MOST_LINES = 200_000
"""Lines of one point that an answer reads at most, the newest."""
STATES_WITHIN_H = 26
"""States are repeated as a heartbeat; the latest of every point lies within this, by event time."""

FEW = 5
"""Warnings of one beginning of an id that are told apart."""
WARNING_ID = re.compile("w_[0-9a-f]+")


class InfluxHistory:
    """Asks InfluxDB's ``/query``.

    Parameters
    ----------
    settings
        Address, bucket (the database's name for InfluxQL) and token.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(base_url=settings.url, timeout=settings.timeout_s)

    async def point(self, point_id: str, start_ms: int, end_ms: int) -> PointHistory:
        """Return a point's history with ``start_ms <= event time < end_ms``."""
        if not is_point_id(point_id):
            return PointHistory(series=[], states=changes_of([], [], []), last_ms={}, warnings=[])
        where = f"\"point\"='{point_id}'"
        span = f"{where} AND time >= {start_ms}ms AND time < {end_ms}ms"
        newest = f"ORDER BY time DESC LIMIT {MOST_LINES}"
        readings = await self._rows(f'SELECT * FROM "{READING}" WHERE {span} {newest}')  # noqa: S608
        features = await self._rows(f'SELECT * FROM "{FEATURE}" WHERE {span} {newest}')  # noqa: S608
        series = _series(readings, features)
        return PointHistory(
            series=series,
            states=await self._states(span),
            last_ms=await self._last_ms(where, {s.channel for s in series}),
            warnings=[p.event for p in await self._events(where, MOST_WARNINGS)],
        )

    async def latest_states(self) -> LatestStates:
        """Return the latest state of every point."""
        newest = await self._rows(f'SELECT last("level") FROM "{POINT_STATE}"')  # noqa: S608
        if not newest["time"]:
            return LatestStates(point_id=[], event_ms=[], level=[], silent=[])
        since = newest["time"][0] - STATES_WITHIN_H * 3_600_000
        found = await self._rows(
            f'SELECT last("level") AS "level", "silent" FROM "{POINT_STATE}" '  # noqa: S608
            f'WHERE time >= {since}ms GROUP BY "point"'
        )
        return LatestStates(
            point_id=found.get("point", []),
            event_ms=found["time"],
            level=found.get("level", []),
            silent=[int(value or 0) for value in found.get("silent", [])],
        )

    async def warnings(self, limit: int, *, silence: bool = False) -> list[Produced]:
        """Return the last changes of level, or of silence; newest first by event time."""
        pattern = "=~" if silence else "!~"
        return await self._events(f'"change" {pattern} /^(silent|reporting)$/', limit)

    async def warnings_of(self, beginning: str) -> list[WarningEvent]:
        """Return warnings whose id begins so, however old: some, if there are many."""
        if not WARNING_ID.fullmatch(beginning):
            return []
        found = await self._events(f'"id" =~ /^{beginning}/', FEW)
        return [produced.event for produced in found]

    async def rejects(self) -> dict[str, int]:
        """Count the rejects that are held, by reason."""
        rows = await self._rows(f'SELECT sum("n") FROM "{REJECT}" GROUP BY "reason"')  # noqa: S608
        pairs = zip(rows.get("reason", []), rows.get("sum", []), strict=True)
        return {reason: int(count) for reason, count in pairs}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _states(self, span: str) -> StateHistory:
        rows = await self._rows(
            f'SELECT "level", "silent" FROM "{POINT_STATE}" WHERE {span} '  # noqa: S608
            f"ORDER BY time DESC LIMIT {MOST_LINES}"
        )
        columns = (rows[name][::-1] for name in ("time", "level", "silent") if name in rows)
        return changes_of(*columns) if rows["time"] else changes_of([], [], [])

    async def _last_ms(self, where: str, present: set[str]) -> dict[str, int]:
        # Asked together, every field would carry the time of the newest.
        fields = await self._rows(f'SELECT last(*) FROM "{READING}" WHERE {where}')  # noqa: S608
        names = {name.removeprefix("last_") for name in fields if name.startswith("last_")}
        last: dict[str, int] = {}
        for name in sorted(name for name in names if name.split("__")[0] not in present):
            query = f'SELECT last({_quoted(name)}) FROM "{READING}" WHERE {where}'  # noqa: S608
            times = (await self._rows(query))["time"]
            channel = name.split("__")[0]
            last[channel] = max([*times, last.get(channel, 0)])
        return last

    async def _events(self, where: str, limit: int) -> list[Produced]:
        rows = await self._rows(
            f'SELECT "body", "produced_ms" FROM "{POINT_EVENT}" WHERE {where} '  # noqa: S608
            f"ORDER BY time DESC LIMIT {limit}"
        )
        pairs = zip(rows.get("body", []), rows.get("produced_ms", []), strict=True)
        return [
            Produced(event=decode_warning(body.encode()), produced_ms=int(produced_ms))
            for body, produced_ms in pairs
            if body is not None
        ]

    async def _rows(self, query: str) -> Columns:
        """Ask, and return columns over all series, tags included; times in milliseconds."""
        try:
            reply = await self._client.post("/query", **question(self._settings, query))
        except httpx.HTTPError as error:
            raise unreachable(error) from error
        return answer(reply)


_TAGS = frozenset({"time", "area", "kind", "point"})


def _series(readings: Columns, features: Columns) -> list[SeriesHistory]:
    """One series for each field of the readings that has a value."""
    found = []
    feature_ms = np.array(features["time"][::-1], np.int64)
    time_ms = np.array(readings["time"][::-1], np.int64)
    for name in sorted(readings.keys() - _TAGS):
        values = _floats(readings, name)
        there = np.isfinite(values)
        if not there.any():
            continue
        at = time_ms[there]
        columns = {"value": values[there]}
        for quantity in ("flag", "velocity", "tangential_angle"):
            column = _floats(features, feature_field(name, quantity))
            columns[quantity] = _aligned(at, feature_ms, column)
        spoke = _tests(features, feature_field(name, TESTS))
        columns["tests"] = _aligned(at, feature_ms, spoke)
        channel, _, device = name.partition("__")
        found.append(make_series((channel, device), at, columns))
    return found


def _floats(columns: Mapping[str, list[Any]], name: str) -> npt.NDArray[np.float64]:
    """Return a column by ascending time; NaN where there is nothing."""
    values = columns.get(name)
    if values is None:
        return np.full(len(columns["time"]), np.nan)
    return np.array([np.nan if v is None else v for v in values[::-1]], np.float64)


def _tests(columns: Mapping[str, list[Any]], name: str) -> npt.NDArray[np.float64]:
    """Return names of tests as bits, by ascending time; NaN where there are none."""
    bits = [
        None if text is None else int(Test.of(text.split(","))) for text in columns.get(name, [])
    ]
    return _floats({**columns, name: bits} if bits else columns, name)


def _aligned(
    at: npt.NDArray[np.int64], time_ms: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Take values at given times; NaN where there is none."""
    if not len(time_ms):
        return np.full(len(at), np.nan)
    rows = np.minimum(np.searchsorted(time_ms, at), len(time_ms) - 1)
    return np.where(time_ms[rows] == at, values[rows], np.nan)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
