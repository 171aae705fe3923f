"""Motion of a GNSS receiver as a whole: how fast along its own direction, and how steadily.

An axis sees only its share of a motion, with its own noise. Here the displacement of all three axes
together, in blocks at the eight time scales of `detectors.motion.kinematics`, gives the direction;
what moves along it is the true displacement, whose velocity the limits are meant for. It counts
when all three steps between the blocks go forward, and the way is straight: its length against the
sum of its steps (1 for a straight line, about a third for noise). A straight way counts a little
sooner; a crooked one does not count. The positions are those before the reading
(`detectors.state.partners`), so this method says something one message later than `motion` could.

It is beyond doubt only where all axes share in every step: one that drifts and one that jumps make
up a crooked way. And where the way grows so that the time of failure is warranted along it
(`detectors.failure_time.joint_record`), it is sure of orange however fast it is, and of red as a
runaway is.

A single axis that moves alone, with the others at rest, is left to `motion` unless it grows in that
manner: instruments drift axis by axis at a constant rate, slopes seldom move due east and level.
"""

import numpy as np

from detectors.base import Verdict
from detectors.failure_time.joint_record import PRIOR_OF_AXES
from detectors.motion.direction_levels import COLOURS, judge
from detectors.motion.ways import SCALES
from detectors.state.blocks import SIZES
from detectors.state.columns import F32, F64, Array, Columns, Field, Mask, Rows
from detectors.state.noise import floored, learn
from detectors.state.receiver import FIRST_AXIS, LENGTH, PARTS, contrasts
from detectors.state.tracks import RING, Round

PRESCREEN = 0.6


def _weights() -> F64:
    """Newest block against the oldest, and the third against its neighbours, at four scales."""
    weights = np.zeros((LENGTH, 2 * len(SIZES)))
    for scale, size in enumerate(SIZES):
        blocks = [slice(LENGTH - (4 - k) * size, LENGTH - (3 - k) * size) for k in range(4)]
        for block, whole, departure in zip(
            blocks, (-1.0, 0.0, 0.0, 1.0), (0.0, -0.5, 1.0, -0.5), strict=True
        ):
            weights[block, scale] = whole / size
            weights[block, len(SIZES) + scale] = departure / size
    return weights


_WEIGHTS = _weights()


class Direction:
    """Joined kinematics of receivers; see the module."""

    name = "direction"
    families = ("displacement",)
    fields = (
        Field("joint_noise", "f4", 3 * SCALES),
        Field("joint_slow", "u1"),
        Field("joint_moved", "u1"),
    )
    feature_names = (
        "displacement_{unit}",
        "displacement_sigmas",
        "velocity_{unit}_per_day",
        "velocity_low_{unit}_per_day",
        "azimuth_deg",
        "plunge_deg",
        "straightness",
        "window_hours",
        "time_to_failure_hours",
    )

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits in force for a family."""
        own = tuple(f"velocity_{colour}_mm_per_day" for colour in COLOURS)
        own += ("runaway_velocity_red_mm_per_day", "runaway_time_left_red_hours")
        return (*own, "motion_claim_sigma", "motion_sure_sigma")

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start from the prior noise of the axes."""
        table["joint_noise"][series] = PRIOR_OF_AXES.reshape(-1)

    def update(self, batch: Round) -> Verdict:
        """Judge the first axis of each receiver; see `detectors.base.Detector`."""
        verdict = Verdict.silent(len(batch))
        verdict.way = ways = np.zeros((len(batch), 3))
        first = (batch.channel == FIRST_AXIS) & (batch.table["track_count"][batch.series] >= 4)
        if first.any():
            self._judge(batch.select(first), np.flatnonzero(first), verdict, ways)
        return verdict

    def _judge(self, batch: Round, place: Rows, verdict: Verdict, ways: F64) -> None:
        table, rows = batch.table, batch.series
        size = len(rows)
        noise = table["joint_noise"][rows].reshape(size, 3, SCALES).astype(np.float64)
        track = table["track"][rows].reshape(size, PARTS, LENGTH)[:, :3]
        stands = self._look(batch, track, noise, 0, table["track_count"][rows])
        closed = table["joint_closed"][rows] > 0
        if closed.any():
            part, slow = batch.select(closed), noise[closed]
            ring = table["joint_value"][rows[closed]].reshape(-1, 3, RING)
            far = self._look(part, ring, slow, len(SIZES), table["joint_count"][part.series])
            table["joint_slow"][part.series] = far
            noise[closed] = slow
        table["joint_noise"][rows] = noise.reshape(size, -1)
        detail = batch.good & (
            stands | (table["joint_slow"][rows] > 0) | (table["joint_moved"][rows] > 0)
        )
        if detail.any():
            part = batch.select(detail)
            found, way, asked = judge(part, track[detail], floored(noise[detail], PRIOR_OF_AXES))
            table["joint_moved"][part.series] = (found.stay > 0) | asked
            ways[place[detail]] = np.where(asked[:, None], way, 0.0)
            for name in ("claim", "sure", "stay", "score", "features"):
                getattr(verdict, name)[place[detail]] = getattr(found, name)

    def _look(self, batch: Round, ring: F32, noise: F64, scale: int, count: Array) -> Mask:
        """Learn the noise of four scales in place; tell what stands out of it, shape (n,)."""
        sums = contrasts(ring, _WEIGHTS)
        mine = slice(scale, scale + len(SIZES))
        prior = PRIOR_OF_AXES[:, mine]
        error = np.sqrt(2.0) * floored(noise[:, :, mine], prior)
        chi = ((sums[:, :, : len(SIZES)] / error) ** 2).sum(axis=1)
        blocks = count[:, None] // np.array(SIZES)
        ready = (count[:, None] % np.array(SIZES) == 0) & (blocks >= 3) & (chi < 25.0)
        updates = (blocks - 3.0)[:, None, :]
        learned = learn(noise[:, :, mine], np.abs(sums[:, :, len(SIZES) :]), updates, prior)
        noise[:, :, mine] = np.where(ready[:, None, :], learned, noise[:, :, mine])
        needed = PRESCREEN * batch.limits["motion_claim_sigma"][:, None]
        found: Mask = ((chi > needed**2) & (blocks >= 4)).any(axis=1)
        return found


DETECTOR = Direction()
