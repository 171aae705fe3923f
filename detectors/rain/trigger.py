"""Rain as a trigger: intensity and duration, wet soil, and what is usual at the place.

At every reading the rain of 24 windows of half an hour to six days (`detectors.rain.windows`) is
held against an intensity-duration threshold I = a D^-b (mm/h, h). By default that is Caine's
I = 14.82 D^-0.39; a point may override a and b by `rain_id_intercept_mm_per_h` and
`rain_id_exponent`: Guzzetti's 2.20 and 0.44, or what ``geohazard rain fit`` finds in a catalogue.
Where readings come every hour or more often, one reading counts for at most as much as all others
of the window together: a bucket that is knocked over is no storm.

A shower on dry ground exceeds Caine and moves nothing. So rain supports a level only where the
soil is wet as well (`detectors.rain.soil_water`), wetter than on nearly all days of the gauge's own
record once there is one (`detectors.rain.history`), and for yellow where effective antecedent rain
(halved every 24 hours) is large. That bears out motion. To raise a level by itself rain needs
more water in the soil, or more intensity, or one of the wettest days on record. An event ends
after six dry hours (or three intervals, if longer). Rain never says that a slope moves; see the
caps in `detectors.rules`.

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
from detectors.rain import history, soil_water, windows
from detectors.state.columns import F64, U8, Columns, Field, Mask
from detectors.state.tracks import Round

HOUR_MS = 3_600_000.0
DRY_HOURS = 6.0
HALF_LIVES_H = (6.0, 24.0, 72.0)


def intensity_duration(
    duration_h: F64, intercept_mm_per_h: F64 | float, exponent: F64 | float
) -> F64:
    """Threshold intensity in mm/h: ``intercept * duration ** -exponent``."""
    found: F64 = intercept_mm_per_h * duration_h**-exponent
    return found


def caine(duration_h: F64) -> F64:
    """Intensity in mm/h above which shallow landslides have come (Caine 1980)."""
    return intensity_duration(duration_h, 14.82, 0.39)


def guzzetti(duration_h: F64) -> F64:
    """Intensity in mm/h, a lower bound for the whole world (Guzzetti et al. 2008)."""
    return intensity_duration(duration_h, 2.20, 0.44)


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
    """Rain of one gauge in windows, in the soil and against its own past; see the module."""

    name = "rain"
    families = ("rain",)
    fields = (
        Field("rain_last", "i8"),
        Field("rain_wet", "i8"),
        Field("rain_event", "f8"),
        Field("rain_largest", "f8"),
        Field("rain_largest_at", "i8"),
        Field("rain_effective", "f8", len(HALF_LIVES_H)),
        Field("rain_tanks", "f8", 3),
        Field("rain_known", "u1"),
        *windows.FIELDS,
        *history.FIELDS,
    )
    feature_names = (
        "window_h",
        "window_mm",
        "intensity_mm_per_h",
        "threshold_ratio",
        "soil_water_mm",
        "drier_days_percent",
        "effective_24h_mm",
        "effective_72h_mm",
    )

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits."""
        own = ["id_intercept_mm_per_h", "id_exponent", "least_mm", "yellow_effective_mm"]
        own += ["alone_soil_water_mm", "alone_ratio", "alone_yellow_soil_water_mm"]
        limits = ("ratio", "soil_water_mm", "drier_days_percent")
        own += [f"{colour}_{name}" for colour in ("blue", "yellow") for name in limits]
        return tuple(f"rain_{name}" for name in own)

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start dry."""

    def update(self, batch: Round) -> Verdict:
        """Add the rain of one interval; a FAIL reading counts as none."""
        table, rows = batch.table, batch.series
        amount = np.where(batch.flag < 4, batch.raw, 0.0)
        known = table["rain_known"][rows] > 0
        interval_h = batch.interval_ms / HOUR_MS
        elapsed_h = np.where(known, (batch.time_ms - table["rain_last"][rows]) / HOUR_MS, 0.0)
        for column, half_life in enumerate(HALF_LIVES_H):
            left = decayed(table["rain_effective"][rows, column], elapsed_h, half_life)
            table["rain_effective"][rows, column] = left + amount
        since_h = np.where(known, elapsed_h, interval_h)
        tanks = soil_water.advance(table["rain_tanks"][rows], since_h, amount, interval_h)
        index = tanks.sum(axis=1)
        table["rain_tanks"][rows] = tanks
        table["rain_last"][rows] = batch.time_ms
        table["rain_known"][rows] = 1
        history.learn(table, rows, batch.time_ms, index)
        windows.advance(table, rows, batch.time_ms, batch.interval_ms, amount)
        verdict = Verdict.silent(len(batch))
        ratio = np.zeros(len(batch))
        wet = self._event(batch, amount)
        if wet.any():
            ratio[wet] = self._judge(batch.select(wet), wet, index[wet], verdict)
        verdict.soil_water, verdict.rain_ratio = index, ratio
        return verdict

    def _event(self, batch: Round, amount: F64) -> Mask:
        """Move the event on; true where one is under way."""
        table, rows = batch.table, batch.series
        dry_ms = np.maximum(DRY_HOURS * HOUR_MS, 3.0 * batch.interval_ms)
        total, last_wet = table["rain_event"][rows], table["rain_wet"][rows]
        over = (total > 0.0) & (batch.time_ms - last_wet > dry_ms)
        total = np.where(over, 0.0, total)
        table["rain_wet"][rows] = np.where(amount > 0.0, batch.time_ms, last_wet)
        table["rain_event"][rows] = total + amount
        largest = np.where(total == 0.0, 0.0, table["rain_largest"][rows])
        larger = amount > largest
        at = table["rain_largest_at"][rows]
        table["rain_largest_at"][rows] = np.where(larger, batch.time_ms, at)
        table["rain_largest"][rows] = np.where(larger, amount, largest)
        under_way: Mask = total + amount > 0.0
        return under_way

    def _judge(self, part: Round, wet: Mask, index: F64, verdict: Verdict) -> F64:
        """Hold the windows of wet gauges against the limits; returns the largest ratios."""
        limits, rows = part.limits, part.series
        hours, fell = self._counted(part)
        a, b = limits["rain_id_intercept_mm_per_h"], limits["rain_id_exponent"]
        ratio = fell / (a[:, None] * hours ** (1.0 - b[:, None]))
        ratio = np.where(np.isnan(ratio) | (fell < limits["rain_least_mm"][:, None]), 0.0, ratio)
        row, best = np.arange(len(part)), ratio.argmax(axis=1)
        largest: F64 = ratio[row, best]
        hours, fell = hours[row, best], fell[row, best]
        drier = 100.0 * history.share_of_drier_days(part.table, rows, index)
        effective = part.table["rain_effective"][rows]
        level, stay = _levels(part, largest, index, drier, effective[:, 1])
        good = part.good
        rare = drier >= limits["rain_yellow_drier_days_percent"]
        alone = rare | (index >= limits["rain_alone_soil_water_mm"])
        alone |= largest >= limits["rain_alone_ratio"]
        most = np.where(rare | (index >= limits["rain_alone_yellow_soil_water_mm"]), level, 1)
        verdict.claim[wet] = np.where(good, level, 0)
        verdict.sure[wet] = np.where(good & alone, np.minimum(level, most), 0)
        verdict.stay[wet] = np.where(good, stay, 0)
        columns = (hours, fell, fell / hours, largest, index, drier, *effective[:, 1:].T)
        verdict.features[wet, : len(columns)] = np.stack(columns, axis=1)
        return largest

    def _counted(self, part: Round) -> tuple[F64, F64]:
        """Windows with the rain that counts: the largest reading for no more than the others."""
        table, rows = part.table, part.series
        hours, fell = windows.windows(table, rows, part.time_ms)
        age_h = (part.time_ms - table["rain_largest_at"][rows]) / HOUR_MS
        often = (part.interval_ms <= HOUR_MS)[:, None]
        inside = often & (age_h[:, None] < hours)
        rest = fell - table["rain_largest"][rows][:, None]
        return hours, np.where(inside, np.minimum(fell, 2.0 * np.maximum(rest, 0.0)), fell)


def _levels(part: Round, ratio: F64, index: F64, drier: F64, effective: F64) -> tuple[U8, U8]:
    """Level supported, and the one kept: at half the ratio and four fifths of the water."""
    limits = part.limits
    up, stay = np.zeros((2, len(part)), np.uint8)
    for level, colour in enumerate(("blue", "yellow"), start=1):
        usual = drier < limits[f"rain_{colour}_drier_days_percent"]
        share, water = limits[f"rain_{colour}_ratio"], limits[f"rain_{colour}_soil_water_mm"]
        wet = (ratio >= share) & (index >= water) & ~usual
        half = (ratio >= 0.5 * share) & (index >= 0.8 * water)
        if level == 2:
            wet &= effective >= limits["rain_yellow_effective_mm"]
        up[wet & (up == level - 1)] = level
        stay[half & (stay == level - 1)] = level
    return up, np.maximum(up, stay)


DETECTOR = Rain()
