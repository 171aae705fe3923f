"""What all methods make of a round: the strongest claim of a reading, confirmed by the next."""

import numpy as np

from detectors.base import Verdict
from detectors.failure_time.forecasting import ask
from detectors.motion import lone_axis
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state.columns import U8, Mask, Rows
from detectors.state.tracks import Round
from domain.levels import Flag
from domain.quality import Test


def consult(book: SeriesBook, batch: Round, rows: Rows, out: Screened) -> None:
    """Ask every detector, keep the strongest claim, and confirm it by the reading before."""
    best, detector = _strongest(book, batch, rows, out)
    drifts = rows[lone_axis.hold(batch, best)]
    out.tests[drifts] |= np.uint16(Test.DRIFT)
    out.flag[drifts] = np.maximum(out.flag[drifts], Flag.SUSPECT)
    good, before = batch.good, batch.table["claim"][batch.series]
    confirmed = _confirm(batch, best)
    for name in ("claim", "sure", "stay"):
        getattr(out, name)[rows] = batch.table[name][batch.series]
    for name in ("score", "velocity", "acceleration", "angle"):
        getattr(out, name)[rows] = getattr(best, name)
    out.detector[rows] = np.where(good, detector, 0)
    for place in np.flatnonzero(good & (best.stay > 0)).tolist():
        out.features[int(rows[place])] = best.features[place].copy()
    for place, outlook in ask(batch, confirmed, before).items():
        out.forecasts[int(rows[place])] = outlook


def _strongest(book: SeriesBook, batch: Round, rows: Rows, out: Screened) -> tuple[Verdict, U8]:
    """Ask every detector; the strongest claim of each reading, and whose it is (0 for nobody's)."""
    best, detector = Verdict.silent(len(batch)), np.zeros(len(batch), np.uint8)
    for code, method in enumerate(book.detectors, start=1):
        mine = book.judged_by[code - 1][batch.family]
        if mine.any():
            said = method.update(batch.select(mine))
            _merge(best, detector, mine, said, code)
            if said.shift is not None:
                out.shift[rows[mine]] = said.shift
            if said.way is not None:
                batch.table["joint_way"][batch.series[mine]] = said.way
            if said.soil_water is not None and said.rain_ratio is not None:
                out.soil_water[rows[mine]] = said.soil_water
                out.rain_ratio[rows[mine]] = said.rain_ratio
    return best, detector


def _confirm(batch: Round, best: Verdict) -> U8:
    """Note what good readings claim; what the reading before claimed too is confirmed."""
    table, series = batch.table, batch.series
    confirmed: U8 = np.maximum(np.minimum(best.claim, table["claim_before"][series]), best.sure)
    for name, new in (
        ("claim_before", best.claim),
        ("claim", confirmed),
        ("sure", best.sure),
        ("stay", np.maximum(best.stay, confirmed)),
    ):
        table[name][series] = np.where(batch.good, new, table[name][series])
    return confirmed


def _merge(best: Verdict, detector: U8, mine: Mask, said: Verdict, code: int) -> None:
    for name in ("velocity", "acceleration", "angle", "score"):
        have, new = getattr(best, name), getattr(said, name)
        have[mine] = (
            np.fmax(have[mine], new)
            if name == "score"
            else np.where(np.isnan(new), have[mine], new)
        )
    stronger = np.maximum(said.claim, said.stay) > np.maximum(best.claim, best.stay)[mine]
    target = np.flatnonzero(mine)[stronger]
    detector[target] = code
    best.features[target] = said.features[stronger]
    for name in ("claim", "sure", "stay"):
        have = getattr(best, name)
        have[mine] = np.maximum(have[mine], getattr(said, name))
