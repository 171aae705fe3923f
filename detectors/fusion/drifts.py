"""What fusion keeps of a series to tell a drift from a slope, and what it says of one."""

import numpy as np

from detectors.fusion.turns import Batch
from detectors.fusion.witnesses import VELOCITY
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state.columns import I64, Columns, Mask, Rows
from domain.levels import Flag, Level
from domain.quality import Test


def wake(fused: Columns, series: Rows, result: Screened, rows: Rows, time_ms: I64) -> Rows:
    """Note who supports a level now; find who claims yellow for the first time.

    Parameters
    ----------
    series, rows
        Distinct series, and the rows of the batch with their readings, shape (n,).

    Returns
    -------
    Rows
        Places among the n.
    """
    speaks = result.stay[rows] > 0
    fused["supported"][series[speaks]] = time_ms[rows[speaks]]
    before, now = fused["claim"][series], result.claim[rows]
    return np.flatnonzero((before < Level.YELLOW) & (now >= Level.YELLOW))


def note_speed(fused: Columns, series: Rows) -> None:
    """Keep the speed at which series first claimed yellow: a slope that fails exceeds it."""
    fused["first_speed"][series] = np.abs(fused["features"][series, VELOCITY])


def note_drift(
    book: SeriesBook, batch: Batch, points: Rows, rows: Rows, time_ms: I64, drift: Mask
) -> None:
    """Keep which series drift, and flag the readings of those that did before their own time.

    What the other instruments say at that same time may not have come yet.

    Parameters
    ----------
    points, rows, time_ms
        Distinct points, the rows of the batch with a reading of each, and its time, shape (n,).
    drift
        Which series of each point drift now, shape (n, members).
    """
    fused, members = book.fused, book.members[points]
    begins = time_ms[:, None] > fused["judged"][members]
    fused["drifted"][members[begins]] = fused["drifts"][members[begins]]
    fused["judged"][members] = time_ms[:, None]
    fused["drifts"][members] = drift
    fused["flag"][members[drift]] = Flag.SUSPECT
    mine = rows[fused["drifted"][batch.series[rows]] > 0]
    result = batch.result
    result.tests[mine] |= np.asarray(Test.DRIFT, result.tests.dtype)
    result.flag[mine] = np.maximum(result.flag[mine], Flag.SUSPECT)
