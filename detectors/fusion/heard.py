"""When points and instruments were last heard, ahead of the levels.

Silence is judged at whole minutes between the readings of a batch, and nearly every judgement finds
nobody. So who was heard is followed first, through the whole batch, on copies of the few columns
that silence needs; levels are then judged in one stretch up to the next reading at which somebody
does fall silent.
"""

from dataclasses import dataclass

import numpy as np

from detectors.series import SeriesBook
from detectors.state.columns import I64, Mask, Rows

NEVER = int(np.iinfo(np.int64).min)


@dataclass
class Heard:
    """Copies of what silence looks at; changing them changes no table.

    Attributes
    ----------
    reported, silent
        Whether a point ever reported, and whether it is said to be silent; shape (points,).
    last_ms, heard_ms
        Its newest event time, `NEVER` before any, and the clock of listening at its last reading.
    mute
        Whether a series is said to be silent, shape (series,).
    series_last_ms, series_heard_ms
        Event time of its last reading, and the clock of listening then.
    """

    reported: Mask
    silent: Mask
    last_ms: I64
    heard_ms: I64
    mute: Mask
    series_last_ms: I64
    series_heard_ms: I64

    @classmethod
    def of(cls, book: SeriesBook) -> "Heard":
        """As the tables have it now."""
        points, fused = book.points.export(), book.fused.export()
        reported = points["reported"] > 0
        return cls(
            reported=reported,
            silent=points["silent"] > 0,
            last_ms=np.where(reported, points["last"], NEVER),
            heard_ms=points["heard"].copy(),
            mute=fused["mute"] > 0,
            series_last_ms=fused["last"].copy(),
            series_heard_ms=fused["heard"].copy(),
        )

    def hear(self, points: Rows, series: Rows, time_ms: I64, heard_ms: I64) -> None:
        """Take readings that move their points, in order of arrival, shape (n,)."""
        self.reported[points] = True
        self.silent[points] = False
        np.maximum.at(self.last_ms, points, time_ms)
        self.heard_ms[points] = heard_ms
        self.mute[series] = False
        self.series_last_ms[series] = time_ms
        self.series_heard_ms[series] = heard_ms

    @property
    def watermark_ms(self) -> int | None:
        """Lower median of the points' newest event times; ``None`` before any reading."""
        last = self.last_ms[self.reported]
        if not len(last):
            return None
        middle = (len(last) - 1) // 2
        return int(np.partition(last, middle)[middle])
