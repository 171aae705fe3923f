"""InfluxDB as the store, through influxdb-client's synchronous writes.

What the server cannot take now is raised for the caller to repeat: 429, 5xx, timeouts, refused
connections, and also a refused token (401, 403) or a missing bucket (404), for these are mended at
the server while the stream waits; the token's file is read again. What the server refuses for ever
(400, 413, 422) is narrowed down by halving until the bad lines stand alone: they become rejects,
everything else is written. Lines are idempotent by series and time, so repeating is harmless.
"""

from collections.abc import Callable, Sequence
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from domain.clock import Clock, SystemClock
from domain.errors import SettingsError
from domain.frames import Features, Readings, States
from domain.health import Health
from domain.registry import Registry
from domain.rejects import Reject, RejectReason
from domain.settings import InfluxSettings, secret_of
from domain.warnings import WarningEvent
from storage.areas import AreaCounts
from storage.base import StoreUnavailableError, Written
from storage.influx_errors import Refused, judge
from storage.influx_query import InfluxQuery
from storage.lines import Line, Series, feature_lines, reading_lines
from storage.point_info import PointInfo
from storage.rain_marks import RainMarks
from storage.rain_sums import RainSums
from storage.rare_lines import health_lines, reject_lines, state_lines, warning_lines

REJECT_TOPIC = "influxdb"
"""Stands for the topic in a reject; its payload is the refused line."""


class InfluxStore:
    """Keeps the record in InfluxDB 1.8, 2.x or 3.

    Parameters
    ----------
    settings
        Address, bucket, token.
    registry
        Returns the registry in force.
    partitions
        Number of Kafka partitions of the topics by point.
    clock
        Tells when a line was refused.

    Raises
    ------
    SettingsError
        If the token's file cannot be read.
    """

    def __init__(
        self,
        settings: InfluxSettings,
        registry: Callable[[], Registry],
        *,
        partitions: int = 8,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._clock = clock or SystemClock()
        self._series = Series(registry)
        self._areas = AreaCounts(registry, partitions)
        self._info = PointInfo(registry)
        self._client: InfluxDBClient | None = self._connect()
        self._marks = RainMarks(partitions)
        self._query = InfluxQuery(settings)
        self._rain = RainSums(self._query, self._marks, self._series, self._clock)

    def write_readings(self, frames: Sequence[Readings]) -> Written:
        """Write readings, a field for each instrument."""
        return self._write_marked(frames, reading_lines(frames, self._series))

    def write_features(self, frames: Sequence[Features]) -> Written:
        """Write features, a field for each instrument and quantity."""
        return self._write_marked(frames, feature_lines(frames, self._series))

    def write_states(self, frames: Sequence[States]) -> Written:
        """Write states of points, the counts of their areas, and what the registry says of them."""
        lines = state_lines(frames, self._series, self._registry()) + self._areas.update(frames)
        written = self._write(lines + self._info.lines(frames, self._series))
        self._info.confirm()
        return written

    def write_warnings(self, events: Sequence[tuple[WarningEvent, int]]) -> Written:
        """Write changes of warnings, for annotations."""
        return self._write(warning_lines(events, self._series, self._registry()))

    def write_rejects(self, rejects: Sequence[Reject]) -> Written:
        """Count rejects by reason; what they held is in Kafka.

        Nothing is ever refused here: a reject of a reject would go round for ever.
        """
        written = self._write(reject_lines(rejects))
        return Written(written.rows, written.duplicates)

    def write_health(self, healths: Sequence[Health]) -> Written:
        """Write what the processes say of themselves; now and then, sum an hour's rain too."""
        summed = self._rain.next_hour()
        written = self._write(health_lines(healths) + (summed[1] if summed else []))
        if summed:
            self._rain.done(summed[0])
        return written

    def close(self) -> None:
        """Close the connections."""
        self._disconnect()
        self._query.close()

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]

    def _write_marked(
        self, frames: Sequence[Readings | Features], lines: Sequence[Line]
    ) -> Written:
        """Write lines, and before them marks at the hours of rain that they touch."""
        marks = self._marks.touch(frames, self._clock.now_ms())
        written = self._write([*marks, *lines])
        self._marks.confirm()
        return written

    def _write(self, lines: Sequence[Line]) -> Written:
        rejects: list[Reject] = []
        rows = sum(line.rows for line in lines)
        for start in range(0, len(lines), self._settings.batch_lines):
            for line, detail in self._bad_lines(lines[start : start + self._settings.batch_lines]):
                rows -= line.rows
                rejects.append(self._reject(line, detail))
        return Written(rows, 0, tuple(rejects))

    def _bad_lines(self, lines: Sequence[Line]) -> list[tuple[Line, str]]:
        """Write lines, and return those that the server refuses, with its reason."""
        refused = self._post(lines)
        if refused is None:
            return []
        if len(lines) == 1:
            return [(lines[0], refused.detail)]
        half = len(lines) // 2
        return self._bad_lines(lines[:half]) + self._bad_lines(lines[half:])

    def _post(self, lines: Sequence[Line]) -> Refused | None:
        """Send lines once; ``None`` if the server has them."""
        body = "\n".join(line.text for line in lines).encode()
        try:
            client = self._client = self._client or self._connect()
            api: WriteApi = client.write_api(write_options=SYNCHRONOUS)
            precision: Any = WritePrecision.NS
            api.write(self._settings.bucket, self._settings.org, body, precision)
        except ApiException as error:
            verdict = judge(error)
        except (HTTPError, SettingsError, ValueError) as error:
            # The text of a ValueError may hold a header, and so the token.
            verdict = StoreUnavailableError(f"InfluxDB cannot be reached: {type(error).__name__}")
        else:
            return None
        if isinstance(verdict, StoreUnavailableError):
            self._disconnect()
            raise verdict
        return verdict

    def _connect(self) -> InfluxDBClient:
        settings = self._settings
        return InfluxDBClient(
            url=settings.url,
            token=secret_of(settings.token, settings.token_file) or "",
            org=settings.org,
            timeout=round(settings.timeout_s * 1000),
        )

    def _reject(self, line: Line, detail: str) -> Reject:
        return Reject.of(
            RejectReason.STORE_REFUSED,
            detail,
            REJECT_TOPIC,
            line.text.encode(),
            self._clock.now_ms(),
        )
