"""Motion that one instrument tells of and another, which would have seen it, does not.

Sensors drift, mounts give way and baselines wander one by one; slopes move under all their
instruments. So motion that a single instrument tells of is held against what the others *measured*
in the same time (`detectors.state.shifts`). An instrument is asked only for what it can answer: the
motion, times the least share of it that the other would take part in, must stand four standard
deviations above that instrument's own learned noise, by now or within a day at the present speed.

- **Borne out**: another instrument supports a level too, or has moved by four of its standard
  deviations and by half of that least share; both agree (`detectors.fusion.agreement`).
- **Alone**: not borne out, and there is an instrument that can tell.
- **Contradicted**: alone, and the other has not moved though it would have been seen: a drift. That
  stays doubted for a day, whether or not the other can still answer.

Least shares: half, between crack meters and receivers (an opening is not the whole slip, an axis
not the whole vector); a tilt meter against a displacement `turn_least_deg_per_mm`, the other way
`MM_PER_DEG`. Many slopes slide without turning, and deep ones turn little: so a tilt meter at rest
says nothing where it had rained before, where the motion has grown since it was first told, or
where it is fast; and a point whose limit is 0 never asks it.
"""

from dataclasses import dataclass

import numpy as np

from detectors.fusion.agreement import began_together, grew_alike
from detectors.fusion.witnesses import DISPLACEMENT, HOUR_MS, RAIN, TILT, Bench
from detectors.rules import Rules
from detectors.series import SeriesBook
from detectors.state.columns import F64, I64, Mask
from detectors.state.shifts import FINE, KEPT, STAMP, span_ms

SEEN_SIGMA = 4.0
LEAST_SHARE = 0.5
MM_PER_DEG = 50.0
"""Displacement that goes with a turn of one degree, where both are seen: a rough lower value."""

WAIT_MS = 24.0 * HOUR_MS
"""An instrument that would need longer to tell is not waited for."""

RAIN_MEMORY_MS = 36.0 * HOUR_MS
DOUBT_MS = 24.0 * HOUR_MS
"""So long motion stays doubted after nobody can answer any more: a level lasts as long."""

GROWN = 1.5
"""Speed, against that when yellow was first claimed, of motion that grows as no drift does."""


@dataclass(frozen=True)
class Doubt:
    """What the other instruments make of each series' motion, shape (n, members).

    Attributes
    ----------
    alone
        Nobody bears it out, and somebody can tell.
    against
        A displacement instrument would have seen it by now and has not.
    drift
        Some instrument would have, and has not.
    denied
        Some instrument would have, and has not, by what is known at this moment or of lately.
    """

    alone: Mask
    against: Mask
    drift: Mask
    denied: Mask


def doubt(book: SeriesBook, bench: Bench, points: I64, now_ms: I64) -> Doubt:
    """Hold each series' motion against what the other instruments measured.

    Parameters
    ----------
    points
        Rows of the points of the bench, shape (n,).
    """
    moving = bench.moves & (bench.stay > 0)
    nothing = np.zeros((4, *moving.shape), bool)
    found = Doubt(*nothing)
    rows = np.flatnonzero(moving.any(axis=1) & _several(bench))
    if not rows.size:
        return found
    some, now = bench.take(rows), now_ms[rows]
    share = _share(book, some, points[rows])
    asked = some.others() & some.recent[:, None, :] & (share > 0.0) & _in_step(book, some)
    held = _Held.of(book, some, share, asked)
    lately = now[:, None] - some.doubted_ms <= DOUBT_MS
    told = ((some.stay > 0) & some.moves & ~lately)[:, None, :]
    told = some.others() & told & began_together(some, share, book.rules)
    # Once denied, a movement of the other is not enough: it must itself support a level.
    borne = ((held.moved & ~lately[:, :, None]) | told) & ~held.apart
    lone = moving[rows] & ~borne.any(axis=2)
    doubtful = lone & ~_excused(some, book.rules, now)
    slides = (some.family == DISPLACEMENT)[:, None, :]
    heeded = asked & (slides | doubtful[:, :, None])
    found.denied[rows] = lone & (held.silent & heeded).any(axis=2)
    found.alone[rows] = (lone & (held.able & heeded).any(axis=2)) | (doubtful & lately)
    found.against[rows] = lone & (held.silent & slides).any(axis=2)
    found.drift[rows] = lone & (held.still & heeded).any(axis=2)
    return found


@dataclass(frozen=True)
class _Held:
    """Motion of a series (middle axis) held against what another measured, shape (n, m, m).

    Attributes
    ----------
    able
        The other can tell, by now or within a day.
    silent, still
        It would have seen the motion and has not; and so by a window that shows today.
    moved
        It has moved by what is expected, over each length of time alike.
    """

    able: Mask
    silent: Mask
    still: Mask
    moved: Mask

    @property
    def apart(self) -> Mask:
        """Whether one of the two denies the other."""
        found: Mask = self.silent | self.silent.transpose(0, 2, 1)
        return found

    @classmethod
    def of(cls, book: SeriesBook, bench: Bench, share: F64, asked: Mask) -> "_Held":
        size, scatter = np.abs(bench.shift[..., :KEPT]), SEEN_SIGMA * bench.noise
        expected = np.where(_same_bins(bench), share[..., None] * size[:, :, None, :], np.nan)
        measured, needed = size[:, None], scatter[:, None]
        # A window that shows the way out of an instrument that is back says nothing of today.
        today = (bench.shift[..., STAMP + 1 :] == 0.0)[:, :, None, :]
        least = np.where(bench.family == TILT, 2, 1)[:, None, :]
        with np.errstate(invalid="ignore"):
            own = (size >= scatter)[:, :, None, :]
            sees = own & (expected >= needed)
            rests = sees & (_widest(bench, size)[:, None] < LEAST_SHARE * expected)
            shown = own & today & (measured >= np.maximum(needed, LEAST_SHARE * expected))
            soon = _soon(book, bench, share, needed)
        alike = grew_alike(np.where(own, expected, np.nan), measured, bench.noise[:, None])
        return cls(
            able=asked & (sees.any(axis=3) | soon),
            silent=asked & rests.any(axis=3),
            still=asked & (rests & today).any(axis=3),
            moved=asked & (shown.sum(axis=3) >= least) & alike,
        )


def _several(bench: Bench) -> Mask:
    """Points with two instruments or more that tell of motion, shape (n,)."""
    number = bench.instrument
    tells = bench.moves & bench.present
    least = np.where(tells, number, 255).min(axis=1)
    found: Mask = least < np.where(tells, number, 0).max(axis=1)
    return found


def _share(book: SeriesBook, bench: Bench, points: I64) -> F64:
    """Least part of the motion of a series (middle axis) that another shows (last axis)."""
    turn = book.limits[points, book.threshold_names["turn_least_deg_per_mm"]][:, None, None]
    slides, turns = bench.family == DISPLACEMENT, bench.family == TILT
    share = np.where(slides[:, :, None] & slides[:, None, :], LEAST_SHARE, 0.0)
    share = np.where(slides[:, :, None] & turns[:, None, :], turn, share)
    return np.where(turns[:, :, None] & slides[:, None, :], MM_PER_DEG, share)


def _in_step(book: SeriesBook, bench: Bench) -> Mask:
    """Whether two series look back equally far, shape (n, m, m)."""
    interval = book.interval_ms[bench.members]
    found: Mask = interval[:, :, None] == interval[:, None, :]
    return found


def _same_bins(bench: Bench) -> Mask:
    """Where two series may be compared, shape (n, m, m, KEPT): coarse scales in the same bin."""
    stamp = bench.shift[..., STAMP]
    # One that is a bin ahead has seen more, not less.
    ahead = stamp[:, None, :] - stamp[:, :, None]
    same = (ahead == 0.0) | (ahead == 1.0)
    found: Mask = same[..., None] | FINE
    return found


def _widest(bench: Bench, size: F64) -> F64:
    """Largest change of any channel of each series' instrument, shape (n, members, KEPT)."""
    same = bench.instrument[:, :, None] == bench.instrument[:, None, :]
    same &= bench.moves[:, None, :] & bench.present[:, None, :]
    found: F64 = np.where(same[..., None], np.nan_to_num(size)[:, None], 0.0).max(axis=2)
    return found


def _soon(book: SeriesBook, bench: Bench, share: F64, scatter: F64) -> Mask:
    """Whether an instrument would see the motion within `WAIT_MS` at its present speed."""
    span = span_ms(book.interval_ms[bench.members])[:, None]
    coming = (share * bench.speed[:, :, None])[..., None] * span / (24.0 * HOUR_MS)
    found: Mask = np.any((coming >= scatter) & (span <= WAIT_MS), axis=3)
    return found


def _excused(bench: Bench, rules: Rules, now_ms: I64) -> Mask:
    """Motion of which a tilt meter at rest says nothing: it rained, or the motion has grown."""
    dry_ms = now_ms[:, None] - bench.supported_ms
    wet = (bench.family == RAIN) & bench.present & (dry_ms <= RAIN_MEMORY_MS)
    lead_ms = bench.since_ms[:, None, :] - bench.since_ms[:, :, None]
    rained = (wet[:, None, :] & (lead_ms <= rules.rain_lead_hours * HOUR_MS)).any(axis=2)
    grown = (bench.first_speed > 0.0) & (bench.speed >= GROWN * bench.first_speed)
    found: Mask = rained | grown
    return found
