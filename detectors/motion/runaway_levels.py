"""Levels of a runaway: by the velocity of its newest step, and by the time that is left.

A sensor that drifts leaves its own past as a slope does, but does not grow step by step: what grows
beyond doubt is sure of the level that its angle supports too. It is red where that is red, the
velocity orange or more and steepening, and the failure near.
"""

import numpy as np

from detectors.motion.evidence import Evidence
from detectors.motion.runaway import LEAST_SHARE, Runaway
from detectors.motion.speed_levels import level_of_speed
from detectors.state.columns import F64, Array, Mask
from detectors.state.tracks import Round

RED = 4


def lift(evidence: Evidence, batch: Round, found: Runaway, tilt: Mask) -> None:
    """Raise evidence, in place, where a runaway supports more than steady motion does."""
    claim, sure = _levels(batch, found, evidence.constant, tilt)
    best = (claim * 10.0 + sure).argmax(axis=0)
    column = np.arange(len(batch))
    claim, sure = claim[best, column], sure[best, column]
    tells = (claim > 0) & (claim >= evidence.claim)
    for name, level in (("claim", claim), ("sure", sure), ("stay", claim)):
        raised = np.maximum(getattr(evidence, name), level)
        setattr(evidence, name, raised.astype(np.uint8))
    picked = {
        "displacement": found.moved,
        "sigmas": found.sigmas,
        "velocity": found.speed,
        "velocity_low": found.speed_low,
        "acceleration": found.acceleration,
        "acceleration_error": 2.0 * found.error,
        "left_hours": 24.0 * found.left_days,
        "window_hours": 24.0 * found.window_days,
    }
    for name, values in picked.items():
        own = values[best, column]
        setattr(evidence, name, np.where(tells, own, getattr(evidence, name)))
    angle = np.degrees(np.arctan(np.abs(evidence.velocity) / evidence.constant))
    evidence.angle = np.where(tilt, np.nan, angle)


def _levels(batch: Round, found: Runaway, constant: F64, tilt: Mask) -> tuple[Array, Array]:
    limits = batch.limits
    smallest = np.where(tilt, limits["motion_least_deg"], limits["motion_least_mm"])
    large = np.abs(found.moved) >= LEAST_SHARE * smallest
    level, _ = level_of_speed(batch, found.speed_low, constant, tilt, 1.0)
    steep = found.speed_low >= constant * np.tan(np.radians(limits["angle_red_deg"]))
    near = (
        found.steepens
        & steep
        & ~tilt
        & (24.0 * found.left_days <= limits["runaway_time_left_red_hours"])
    )
    near &= found.speed_low >= limits["runaway_velocity_red_mm_per_day"]
    level = np.where(near, RED, level)
    return np.where(found.claims & large, level, 0), np.where(found.certain & large, level, 0)
