"""What the instruments of a point say of one another: who confirms whom.

Who contradicts whom is in `detectors.fusion.contradiction`.

A *witness* of a series is a series of another instrument at the same point. (The channels of one
GNSS receiver or tilt meter are one instrument; a logger's second crack meter is another.)

- **Confirmed**: two instruments tell of motion that began at about the same time; or of motion
  that began once heavy rain was under way; or of shaking that is going on now.

Motion has begun where the series' support for any level began, at half the thresholds.
"""

from dataclasses import dataclass, fields

import numpy as np

from detectors.rules import FAMILIES, Rules
from detectors.series import SeriesBook
from detectors.state.columns import F64, I64, U8, Array, Mask, Rows
from detectors.state.shifts import KEPT, STAMP

HOUR_MS = 3_600_000.0
SHAKEN_MS = 60_000.0
"""Strong shaking by an earthquake is over within a minute; grinding and flowing masses go on."""

VELOCITY = 2
"""Place of the velocity among the features of `detectors.motion.kinematics`."""

DISPLACEMENT, TILT = FAMILIES.index("displacement"), FAMILIES.index("tilt")
RAIN, DYNAMIC = FAMILIES.index("rain"), FAMILIES.index("dynamic")


@dataclass(frozen=True)
class Bench:
    """The series of n points side by side, shape (n, members); row 0 of the book is nobody.

    Attributes
    ----------
    claim, sure, stay
        As told by each series, shaking of an earthquake left out.
    since_ms
        When its support began.
    recent
        Whether its last good reading is no older than the rules allow for a witness.
    supported_ms
        When it last supported a level.
    speed, first_speed
        Of its motion, a day, as last told and when it first claimed yellow.
    shift
        How far it moved lately, and within which noise (`detectors.state.shifts`).
    doubted_ms
        When its motion was last denied by another instrument.
    """

    members: Rows
    present: Mask
    family: U8
    instrument: U8
    claim: U8
    sure: U8
    stay: U8
    since_ms: F64
    recent: Mask
    supported_ms: F64
    speed: F64
    first_speed: F64
    shift: F64
    doubted_ms: F64

    @classmethod
    def of(cls, book: SeriesBook, points: Rows, now_ms: I64) -> "Bench":
        """Look up distinct points at the times of their readings, shape (n,)."""
        members = book.members[points]
        fused, family = book.fused, book.series["family"][members]
        since = fused["since"][members].astype(np.float64)
        interval = book.interval_ms[members]
        short = now_ms[:, None] - since + interval < SHAKEN_MS
        void = (family == DYNAMIC) & (short | (fused["together"][members] > 0))
        claim, sure = (np.where(void, 0, fused[name][members]) for name in ("claim", "sure"))
        age = now_ms[:, None] - fused["seen"][members]
        fresh = np.maximum(book.rules.witness_hours * HOUR_MS, 3.5 * interval)
        return cls(
            members=members,
            present=members > 0,
            family=family,
            instrument=book.series["instrument"][members],
            claim=claim.astype(np.uint8),
            sure=sure.astype(np.uint8),
            stay=fused["stay"][members],
            since_ms=since,
            recent=age <= fresh,
            speed=np.abs(fused["features"][members, VELOCITY].astype(np.float64)),
            supported_ms=fused["supported"][members].astype(np.float64),
            first_speed=fused["first_speed"][members].astype(np.float64),
            shift=fused["shift"][members].astype(np.float64),
            doubted_ms=fused["doubted"][members].astype(np.float64),
        )

    def take(self, rows: Rows) -> "Bench":
        """Keep some points."""
        return Bench(**{part.name: getattr(self, part.name)[rows] for part in fields(self)})

    @property
    def moves(self) -> Mask:
        """Series of displacement and tilt."""
        return _moves(self.family)

    @property
    def noise(self) -> F64:
        """Standard deviation of a shift at each kept scale, shape (n, members, KEPT)."""
        return self.shift[..., KEPT:STAMP]

    def others(self) -> Mask:
        """Which member (last axis) is a witness of which (middle axis), shape (n, m, m)."""
        differs = self.instrument[:, :, None] != self.instrument[:, None, :]
        found: Mask = differs & self.present[:, None, :] & self.present[:, :, None]
        return found


def second(bench: Bench, leader: Rows, claim: U8, rules: Rules, unborne: Mask) -> U8:
    """Highest claim of a witness that confirms each point's leader, shape (n,); 0 if none.

    Parameters
    ----------
    leader
        Position of the leading series among the members, shape (n,).
    claim
        Claims under the caps for evidence beside other evidence, shape (n, m).
    unborne
        Motion that another instrument denies, shape (n, m): it confirms no other motion.
    """
    row = np.arange(len(leader))
    family = bench.family[row, leader][:, None]
    other = bench.instrument != bench.instrument[row, leader][:, None]
    since, own = bench.since_ms, bench.since_ms[row, leader][:, None]
    motion, leads_motion = _moves(bench.family), _moves(family)
    apart = np.abs(since - own) <= rules.together_hours * HOUR_MS
    after = np.where(motion, since - own, own - since)
    follows = (after >= -rules.rain_lead_hours * HOUR_MS) & (after <= rules.rain_hours * HOUR_MS)
    rains = (bench.family == RAIN) ^ (family == RAIN)
    turned = (bench.family == TILT) | (family == TILT)
    shakes = (bench.family == DYNAMIC) & ~bench.recent
    fits = other & ~shakes & ~((bench.family == RAIN) & (family == RAIN))
    denied = unborne | unborne[row, leader][:, None]
    fits &= ~(motion & leads_motion) | (apart & ~denied)
    fits &= ~(rains & (motion | leads_motion)) | (follows & ~turned)
    found: U8 = np.where(fits, claim, 0).max(axis=1)
    return found


def _moves(family: Array) -> Mask:
    found: Mask = (family == DISPLACEMENT) | (family == TILT)
    return found
