"""The engine: readings in; features, states and warnings out. One per Kafka partition.

What order it needs. The readings of one point must come in the order in which that point sent
them (late and repeated ones included); then its features, levels and warnings are the same bits
however the readings are cut into batches and however other points' readings lie between them.
Silence alone looks at all points together, and at when ingest received them
(`detectors.fusion.silence`): its events are the same for the same order of all readings, as a Kafka
partition keeps it, however that is cut.

A level is judged after every reading, not after every message; a message cut in two changes
nothing. There is no clock in here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detectors.base import Detector
from detectors.discovery import find_detectors
from detectors.fusion.batch import PointStream
from detectors.fusion.events import Change
from detectors.fusion.heard import Heard
from detectors.rules import DEFAULT_RULES, Rules
from detectors.scores import point_score
from detectors.screened import Screened
from detectors.screening import screen
from detectors.series import SeriesBook
from detectors.snapshot import decode_state, encode_state
from detectors.state.columns import I64, Array, Rows
from domain.frames import Features, Names, Readings, States
from domain.points import Point
from domain.warnings import Forecast, WarningEvent


@dataclass(frozen=True)
class Outcome:
    """What one batch led to.

    Attributes
    ----------
    features
        A row for each reading that was used, in order of arrival.
    states
        A row for each point that reported for the first time or changed its level or silence.
    forecasts
        Every forecast that a reading gave, in order of arrival; warnings carry some of them.
    duplicates, late
        Readings without effect: seen before, and too old. Late readings that were still put in
        their place count as used.
    feature_rows, warning_rows, forecast_rows
        Row of the batch that each feature, warning and forecast came from.
    """

    features: Features
    states: States
    warnings: tuple[WarningEvent, ...]
    duplicates: int
    late: int
    feature_rows: Rows
    warning_rows: tuple[int, ...]
    forecasts: tuple[Forecast, ...] = ()
    forecast_rows: tuple[int, ...] = ()

    @property
    def tests(self) -> Array:
        """Which quality tests spoke of each row of the features."""
        return self.features.tests


class Engine:
    """State and judgement of all points of one partition.

    Parameters
    ----------
    points
        Registry; a point that is not in it is judged by the kind of hazard in its id.
    methods
        Detectors to use; all that are found (`detectors.discovery`) if not given. A snapshot fits
        only an engine with the same.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7)
    >>> engine = Engine({point.point_id: point})
    >>> rows = [(point.point_id, "d1", "crack", 600_000 * i, 0, 0.1, "senml") for i in (1, 2, 2)]
    >>> outcome = engine.process(Readings.of_rows(rows))
    >>> outcome.features.flag.tolist(), outcome.duplicates, outcome.warnings
    ([1, 1], 1, ())
    """

    def __init__(
        self,
        points: Mapping[str, Point],
        rules: Rules = DEFAULT_RULES,
        *,
        methods: tuple[Detector, ...] | None = None,
    ) -> None:
        methods = find_detectors() if methods is None else methods
        self._book = SeriesBook(points, rules, methods)
        self._stream = PointStream(self._book)

    def process(self, readings: Readings) -> Outcome:
        """Judge a batch of readings, in their order.

        Raises
        ------
        ValueError
            If a reading's channel is not one of `domain.channels`.
        """
        series = self._rows_of(readings)
        result = screen(self._book, series, readings.event_ms, readings.received_ms, readings.value)
        points = self._book.series["point"][series].astype(np.intp)
        levels, changes = self._stream.run(
            series, points, result.time_ms, readings.value, readings.received_ms, result
        )
        forecasts = [
            (row, made.forecast) for row, made in sorted(result.forecasts.items()) if made.forecast
        ]
        return Outcome(
            features=_features(readings, result, levels),
            states=self._states(changes),
            warnings=tuple(c.warning for c in changes if c.warning is not None),
            duplicates=int(result.duplicate.sum()),
            late=int(result.too_late.sum()),
            feature_rows=np.flatnonzero(result.used),
            warning_rows=tuple(c.row for c in changes if c.warning is not None),
            forecasts=tuple(made for _, made in forecasts),
            forecast_rows=tuple(row for row, _ in forecasts),
        )

    def heartbeat(self) -> States:
        """State of every point seen so far, at the watermark."""
        book, size = self._book, self._book.points.size
        now = Heard.of(book).watermark_ms or 0
        shown = np.flatnonzero(book.points["reported"][:size] > 0)
        scores = np.where(
            np.arange(book.members.shape[1]) < book.member_count[shown, None],
            book.fused["score"][book.members[shown]],
            np.nan,
        )
        age = np.maximum(now - book.points["last"][shown], 0) / 1000.0
        return States(
            point_id=Names(tuple(book.point_ids), shown.astype(np.int32)),
            event_ms=np.full(len(shown), now, np.int64),
            level=book.points["level"][shown].copy(),
            score=point_score(scores.T),
            silent=book.points["silent"][shown].copy(),
            age_s=age,
        )

    def forecast_of(self, point_id: str) -> Forecast | None:
        """Forecast in force for a point, if its motion warrants one."""
        row = self._book.point_index.get(point_id)
        return None if row is None else self._stream.announcer.forecast_of(row)

    def set_points(self, points: Mapping[str, Point]) -> None:
        """Take another registry; all state is kept."""
        self._book.set_registry(points)

    def snapshot(self) -> bytes:
        """Everything that the engine knows, without the registry and the rules."""
        return encode_state(self._book, self._stream)

    def restore(self, blob: bytes) -> None:
        """Take the place of the engine that wrote a snapshot.

        Raises
        ------
        detectors.snapshot.SnapshotError
            If the bytes are not a whole snapshot of this version; the engine is then unchanged.
        """
        book = SeriesBook(self._book.registry, self._book.rules, self._book.detectors)
        stream = PointStream(book)
        decode_state(blob, book, stream)
        self._book, self._stream = book, stream

    def _rows_of(self, readings: Readings) -> Rows:
        """Row of each reading's series; new series are entered in order of arrival."""
        point, device, channel = readings.point_id, readings.device_id, readings.channel
        wide = len(device.names) * len(channel.names)
        keys = point.codes.astype(np.int64) * wide + device.codes * len(channel.names)
        keys += channel.codes
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        rows = np.zeros(len(distinct), np.intp)
        known = self._book.series_index
        order: I64 = np.argsort(first, kind="stable")
        for place in order.tolist():
            at = first[place]
            key = (
                point.names[point.codes[at]],
                device.names[device.codes[at]],
                channel.names[channel.codes[at]],
            )
            found = known.get(key)
            rows[place] = self._book.add_series(key) if found is None else found
        found_rows: Rows = rows[inverse.reshape(-1)]
        return found_rows

    def _states(self, changes: list[Change]) -> States:
        return States(
            point_id=Names.of(self._book.point_ids[c.point] for c in changes),
            event_ms=np.array([c.event_ms for c in changes], np.int64),
            level=np.array([c.level for c in changes], np.uint8),
            score=np.array([c.score for c in changes], np.float64),
            silent=np.array([c.silent for c in changes], np.uint8),
            age_s=np.array([c.age_s for c in changes], np.float64),
        )


def _features(readings: Readings, result: Screened, levels: Rows) -> Features:
    used = np.flatnonzero(result.used)
    return Features(
        point_id=readings.point_id.take(used),
        device_id=readings.device_id.take(used),
        channel=readings.channel.take(used),
        event_ms=readings.event_ms[used],
        flag=result.flag[used],
        anomaly_score=result.score[used],
        velocity=result.velocity[used],
        acceleration=result.acceleration[used],
        tangential_angle=result.angle[used],
        level=levels[used].astype(np.uint8),
        soil_water_index=result.soil_water[used],
        rain_ratio=result.rain_ratio[used],
        tests=result.tests[used].astype(np.uint32),
    )
