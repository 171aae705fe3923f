"""Which series are asked for their time of failure, and when.

Only displacement that screening marked: what supports yellow or more. Each series is asked when
its claim rises and at every third reading in between, so a forecast with a warning is fresh, and
the cost stays within one call of about a millisecond for three readings of a marked series.
"""

import numpy as np

from detectors.failure_time import joint_record
from detectors.failure_time.forecast import LEAST_SIGMAS, Outlook, forecast
from detectors.failure_time.history import History, history_of
from detectors.failure_time.joint_record import ASKED_FROM, LEAST_SIGMAS_ALONG, record_along
from detectors.rules import FAMILIES
from detectors.state.columns import U8, Field
from detectors.state.noise import PRIOR, SCALE_SHARE, floored
from detectors.state.receiver import FIRST_AXIS, complete
from detectors.state.tracks import BIN_INTERVALS, BIN_LEAST_MS, DAY_MS, RING, Round
from domain.warnings import ForecastRefusal

EVERY = 3
CONFIRMED_BY, MOST_KEPT = 2, 3
"""Warranted fits less refused ones that give a forecast, and how many are kept in mind."""

FIELDS = (Field("warranted", "u1"), *joint_record.FIELDS)
_BIN_SCALE = 4
_DISPLACEMENT = FAMILIES.index("displacement")


def ask(batch: Round, claim: U8, claim_before: U8) -> dict[int, Outlook]:
    """Outlooks of the series that are asked, by their place in the batch.

    Parameters
    ----------
    claim, claim_before
        Confirmed claim of each reading's series, with this reading and before it, shape (n,).
    """
    table, rows = batch.table, batch.series
    axes = complete(batch)
    leads = axes & (batch.channel == FIRST_AXIS)
    marked = (table["stay"][rows] >= ASKED_FROM) & (batch.family == _DISPLACEMENT) & ~axes
    marked = batch.good & (marked | (leads & (table["joint_way"][rows] != 0.0).any(axis=1)))
    table["joint_fails"][rows[batch.good & leads & ~marked]] = np.nan
    if not marked.any():
        return {}
    asked = marked & ((claim > claim_before) | (batch.count % EVERY == 0))
    floor = batch.limits["velocity_blue_mm_per_day"]
    said = {}
    for place in np.flatnonzero(asked).tolist():
        history = record_along(batch, place) if leads[place] else record_of(batch, place)
        outlook = forecast(
            history,
            floor_per_day=float(floor[place]),
            interval_days=float(batch.interval_ms[place]) / DAY_MS,
            least_sigmas=LEAST_SIGMAS_ALONG if leads[place] else LEAST_SIGMAS,
        )
        said[place] = _confirmed(batch, place, outlook)
        made = said[place].forecast
        if leads[place]:
            table["joint_fails"][rows[place]] = np.nan if made is None else made.failure_ms
    return said


def _confirmed(batch: Round, place: int, outlook: Outlook) -> Outlook:
    """Hold a forecast back until fits before it have warranted one: a single fit may be luck."""
    row, kept = batch.series[place], batch.table["warranted"]
    step = -1 if outlook.forecast is None else 1
    kept[row] = min(max(int(kept[row]) + step, 0), MOST_KEPT)
    if outlook.forecast is not None and kept[row] < CONFIRMED_BY:
        return Outlook(None, ForecastRefusal.UNCONFIRMED)
    return outlook


def record_of(batch: Round, place: int) -> History | None:
    """Fine and coarse ring of one series, without readings that are suspect."""
    table, row = batch.table, batch.series[place]
    fine = RING - min(int(table["count"][row]), RING)
    coarse = RING - min(int(table["coarse_count"][row]), RING)
    good = table["flags"][row, fine:] < 3
    prior = PRIOR[batch.channel[place]] * SCALE_SHARE
    noise = floored(table["noise"][row].astype(np.float64), prior)
    width_ms = max(float(batch.interval_ms[place]) * BIN_INTERVALS, BIN_LEAST_MS)
    return history_of(
        table["time"][row, fine:][good],
        table["value"][row, fine:][good],
        float(noise[0]),
        bin_time_ms=table["coarse_time"][row, coarse:],
        bin_value=table["coarse_value"][row, coarse:],
        bin_noise=float(noise[_BIN_SCALE]),
        bin_ms=width_ms,
    )
