"""The whole province: 11,000 points in 38 districts, their heartbeats and readings."""

from collections.abc import Iterator

import numpy as np
from pydantic import SecretStr

from domain.clock import ManualClock
from domain.districts import districts
from domain.frames import Features, Names, Readings, States
from domain.hazards import HazardType
from domain.health import Health
from domain.points import Device, Point, make_point_id
from domain.registry import Registry
from domain.settings import InfluxSettings
from domain.warnings import WarningEvent, WarningKind, make_warning
from storage.areas import AreaCounts
from storage.influx_query import InfluxQuery
from storage.lines import Line, Series, feature_lines, reading_lines
from storage.point_info import PointInfo
from storage.rain_marks import WAIT_MS, RainMarks
from storage.rain_sums import RainSums
from storage.rare_lines import health_lines, state_lines, warning_lines
from tests.storage.servers import TOKEN, Influx

POINTS = 11_000
MINUTE = 60_000
END = 1_790_000_000_000 // MINUTE * MINUTE
CHANNELS = ("crack", "rain", "battery")
PARTITIONS = 8
BATCH = 25_000


def registry(points: int = POINTS) -> Registry:
    """Deal the points out to the districts, all kinds of hazard among them."""
    kinds, known = list(HazardType), list(districts().values())
    made = []
    for number in range(points):
        district, kind = known[number % len(known)], kinds[number % len(kinds)]
        name = make_point_id(district.code, kind, number // len(known) + 1)
        place = (district.lat + (number % 97) / 500, district.lon + (number % 89) / 500)
        made.append(
            Point(name, f"点 {number}", kind, *place, devices=(Device(f"d{number}", CHANNELS),))
        )
    return Registry.of(made)


class Province:
    """Writes the history of a registry's points, as the store would."""

    def __init__(self, known: Registry) -> None:
        self.known = known
        self.names = tuple(known.points)
        self.series = Series(lambda: known)
        self.info = PointInfo(lambda: known)
        self.areas = AreaCounts(lambda: known, PARTITIONS)
        self.marks = RainMarks(PARTITIONS)
        random = np.random.default_rng(5)
        self.levels = random.choice(5, len(self.names), p=[0.95, 0.03, 0.012, 0.006, 0.002])
        self.silent = (random.random(len(self.names)) < 0.01).astype(np.uint8)

    def write(self, influx: Influx, hours: int) -> int:
        """Write heartbeats each 5 and readings each 10 minutes; returns the number of lines."""
        lines = 0
        for step in range(hours * 12, -1, -1):
            at = END - step * 5 * MINUTE
            lines += _send(influx, self._beat(at))
            if step % 2 == 0:
                lines += _send(influx, self._readings(at))
        lines += _send(influx, warning_lines(self._warnings(hours), self.series, self.known))
        lines += _send(influx, health_lines(self._health()))
        return lines + self._sum_rain(influx)

    def _sum_rain(self, influx: Influx) -> int:
        """Sum every hour's rain, as the store does."""
        settings = InfluxSettings(url=f"http://{influx.address}", token=SecretStr(TOKEN))
        clock = ManualClock(WAIT_MS)
        sums = RainSums(InfluxQuery(settings), self.marks, self.series, clock)
        lines = 0
        while (summed := sums.next_hour()) is not None:
            lines += _send(influx, summed[1])
            sums.done(summed[0])
        return lines

    def _column(self) -> Names:
        return Names(self.names, np.arange(len(self.names), dtype=np.int32))

    def _beat(self, at: int) -> list[Line]:
        count = len(self.names)
        age_s = np.where(self.silent, 7200.0, 60.0)
        frame = States(
            self._column(),
            np.full(count, at),
            self.levels.astype(np.uint8),
            self.levels / 4.0,
            self.silent,
            age_s,
        )
        told = self.info.lines([frame], self.series)
        self.info.confirm()
        lines = state_lines([frame], self.series, self.known) + self.areas.update([frame])
        return lines + told

    def _readings(self, at: int) -> list[Line]:
        count = len(self.names)
        points, devices = self._column(), Names.of(f"d{i}" for i in range(count))
        times, hour = np.full(count, at), at // (60 * MINUTE) % 24
        lines: list[Line] = []
        for channel, value in (("crack", 10.0 + hour), ("rain", hour / 10.0), ("battery", 12.5)):
            column = Names((channel,), np.zeros(count, np.int32))
            senml = Names(("senml",), np.zeros(count, np.int32))
            values = np.full(count, value)
            frame = Readings(points, devices, column, times, times + 500, values, senml)
            lines += self.marks.touch([frame], 0) + reading_lines([frame], self.series)
            if channel != "battery":
                lines += feature_lines([_judged(frame, hour)], self.series)
        return lines

    def _warnings(self, hours: int) -> list[tuple[WarningEvent, int]]:
        found = []
        for number, level in enumerate(self.levels.tolist()):
            if level:
                at = END - number % (hours * 60) * MINUTE
                event = make_warning(
                    point_id=self.names[number],
                    kind=WarningKind.RAISED,
                    level=level,
                    previous_level=0,
                    event_ms=at,
                    sequence=1,
                )
                found.append((event, at + 900))
        return found

    def _health(self) -> list[Health]:
        """One hour of four roles, a report a second."""
        roles = ("ingest", "detect", "store", "notify")
        names = ("readings", "readings_rows", "readings_timed", "readings_waited_ms", "delivered")
        return [
            Health(
                role=role,
                instance="0",
                time_ms=END - second * 1000,
                lag=second % 7,
                rss_mb=200.0,
                counters=dict.fromkeys((*names, "pending", "dead"), 10**7 - second * 6600),
            )
            for second in range(3600)
            for role in roles
        ]


def _judged(frame: Readings, hour: int) -> Features:
    count = len(frame)
    nothing = np.full(count, np.nan)
    wet = np.full(count, hour / 12.0) if frame.channel.names == ("rain",) else nothing
    return Features(
        point_id=frame.point_id,
        device_id=frame.device_id,
        channel=frame.channel,
        event_ms=frame.event_ms,
        flag=np.ones(count, np.uint8),
        anomaly_score=np.full(count, 0.1),
        velocity=nothing if wet is not nothing else np.full(count, 1.0),
        acceleration=nothing,
        tangential_angle=nothing,
        soil_water_index=wet * 50.0,
        rain_ratio=wet,
        level=np.zeros(count, np.uint8),
        tests=np.zeros(count, np.uint32),
    )


def _send(influx: Influx, lines: list[Line]) -> int:
    for start in range(0, len(lines), BATCH):
        influx.write("\n".join(line.text for line in lines[start : start + BATCH]))
    return len(lines)


def times_ms(
    influx: Influx, texts: dict[str, str], repeats: int
) -> Iterator[tuple[str, float, float]]:
    """Ask each query several times; yields the medians to its whole answer, and of CPU."""
    for name, text in texts.items():
        asked = np.array([influx.timed(text) for _ in range(repeats)])
        yield name, *np.median(asked, axis=0).tolist()
