"""Rain as a trigger: intensity and duration of the event, and effective antecedent rain.

An event begins with the first rain after six dry hours (or three intervals, if longer). Its mean
intensity I over its duration D (hours, the first interval included) is held against Caine's
I = 14.82 D^-0.39 and Guzzetti's I = 2.20 D^-0.44. Where readings come every hour or more often,
one reading counts for at most as much as all others of the event together: a bucket that is
knocked over is no storm. Effective antecedent rain is what has fallen,
halved every 6, 24 and 72 hours. Rain alone never says that a slope moves; see the caps in
`detectors.rules`.

Examples
--------
>>> import numpy as np
>>> caine(np.array([1.0, 24.0])).round(2).tolist()
[14.82, 4.29]
>>> guzzetti(np.array([1.0, 24.0])).round(2).tolist()
[2.2, 0.54]
"""

import numpy as np

from detectors.base import Verdict
from detectors.columns import F64, I64, Columns, Field, Mask
from detectors.soil_water import advance
from detectors.tracks import Round

HOUR_MS = 3_600_000.0
DRY_HOURS = 6.0
HALF_LIVES_H = (6.0, 24.0, 72.0)
SHORTEST_H, LONGEST_H = 0.167, 500.0
"""Range of durations of Caine's data: ten minutes to three weeks."""


def caine(duration_h: F64) -> F64:
    """Intensity in mm/h above which shallow landslides have come (Caine 1980)."""
    found: F64 = 14.82 * duration_h**-0.39
    return found


def guzzetti(duration_h: F64) -> F64:
    """Intensity in mm/h, a lower bound for the whole world (Guzzetti et al. 2008)."""
    found: F64 = 2.20 * duration_h**-0.44
    return found


def decayed(amount_mm: F64, elapsed_h: F64, half_life_h: float) -> F64:
    """Return what is left of rain after some hours.

    Examples
    --------
    >>> import numpy as np
    >>> decayed(np.array([80.0]), np.array([24.0]), 24.0).tolist()
    [40.0]
    """
    return amount_mm * np.exp2(-elapsed_h / half_life_h)


class Rain:
    """Rain event and antecedent rain of one gauge; see the module."""

    name = "rain"
    families = ("rain",)
    fields = (
        Field("rain_last", "i8"),
        Field("rain_wet", "i8"),
        Field("rain_start", "i8"),
        Field("rain_event", "f8"),
        Field("rain_largest", "f8"),
        Field("rain_effective", "f8", len(HALF_LIVES_H)),
        Field("rain_tanks", "f8", 3),
        Field("rain_known", "u1"),
    )
    feature_names = (
        "duration_h",
        "event_mm",
        "intensity_mm_per_h",
        "caine_ratio",
        "guzzetti_ratio",
        "effective_6h_mm",
        "effective_24h_mm",
        "effective_72h_mm",
    )

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits."""
        return (
            "rain_least_mm",
            "rain_blue_caine_ratio",
            "rain_yellow_caine_ratio",
            "rain_yellow_effective_mm",
        )

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start dry."""

    def update(self, batch: Round) -> Verdict:
        """Add the rain of one interval; a FAIL reading counts as none."""
        table, rows = batch.table, batch.series
        amount = np.where(batch.flag < 4, batch.raw, 0.0)
        known = table["rain_known"][rows] > 0
        elapsed_h = np.where(known, (batch.time_ms - table["rain_last"][rows]) / HOUR_MS, 0.0)
        effective = table["rain_effective"][rows]
        for column, half_life in enumerate(HALF_LIVES_H):
            effective[:, column] = decayed(effective[:, column], elapsed_h, half_life) + amount
        table["rain_effective"][rows] = effective
        tanks = advance(
            table["rain_tanks"][rows],
            np.where(known, elapsed_h, batch.interval_ms / HOUR_MS),
            amount,
            batch.interval_ms / HOUR_MS,
        )
        table["rain_tanks"][rows] = tanks
        table["rain_last"][rows] = batch.time_ms
        table["rain_known"][rows] = 1
        wet = self._event(batch, amount)
        verdict = self._judge(batch, wet, effective)
        verdict.soil_water = tanks.sum(axis=1)
        return verdict

    def _event(self, batch: Round, amount: F64) -> Mask:
        """Move the event on; true where one is under way."""
        table, rows = batch.table, batch.series
        dry_ms = np.maximum(DRY_HOURS * HOUR_MS, 3.0 * batch.interval_ms)
        total, last_wet = table["rain_event"][rows], table["rain_wet"][rows]
        over = (total > 0.0) & (batch.time_ms - last_wet > dry_ms)
        total = np.where(over, 0.0, total)
        raining = amount > 0.0
        begins = raining & (total == 0.0)
        first: I64 = batch.time_ms - batch.interval_ms.astype(np.int64)
        table["rain_start"][rows] = np.where(begins, first, table["rain_start"][rows])
        table["rain_wet"][rows] = np.where(raining, batch.time_ms, last_wet)
        table["rain_event"][rows] = total + amount
        largest = np.where(begins, 0.0, table["rain_largest"][rows])
        table["rain_largest"][rows] = np.maximum(largest, amount)
        under_way: Mask = total + amount > 0.0
        return under_way

    def _judge(self, batch: Round, wet: Mask, effective: F64) -> Verdict:
        table = batch.table
        verdict = Verdict.silent(len(batch))
        verdict.rain_ratio = np.zeros(len(batch))
        if not wet.any():
            return verdict
        part = batch.select(wet)
        limits, total = part.limits, table["rain_event"][part.series]
        rest = total - table["rain_largest"][part.series]
        total = np.where(part.interval_ms <= HOUR_MS, np.minimum(total, 2.0 * rest), total)
        duration = (table["rain_wet"][part.series] - table["rain_start"][part.series]) / HOUR_MS
        duration = np.clip(duration, SHORTEST_H, LONGEST_H)
        intensity = total / duration
        ratio = intensity / caine(duration)
        verdict.rain_ratio[wet] = ratio
        large = total >= limits["rain_least_mm"]
        blue = large & (ratio >= limits["rain_blue_caine_ratio"])
        yellow = blue & (ratio >= limits["rain_yellow_caine_ratio"])
        yellow &= effective[wet, 1] >= limits["rain_yellow_effective_mm"]
        level = (blue.astype(np.uint8) + yellow).astype(np.uint8)
        half = large & (ratio >= 0.5 * limits["rain_blue_caine_ratio"])
        claim = np.where(part.good, level, 0)
        verdict.claim[wet], verdict.sure[wet] = claim, claim
        verdict.stay[wet] = np.where(part.good, np.maximum(level, half), 0)
        lower = intensity / guzzetti(duration)
        columns = (duration, total, intensity, ratio, lower, *effective[wet].T)
        verdict.features[wet] = np.stack(columns, axis=1)
        return verdict


DETECTOR = Rain()
