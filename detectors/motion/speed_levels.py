"""From a speed to a level: absolute velocity, and velocity against the own constant stage."""

import numpy as np

from detectors.state.columns import F64, Array
from detectors.state.tracks import Round

_COLOURS = ("blue", "yellow", "orange", "red")


def level_of_speed(
    batch: Round, speed: F64, constant: F64, tilt: Array, share: float
) -> tuple[Array, Array]:
    """Level of a speed by the rules, and that without the angle.

    Parameters
    ----------
    speed
        Per day, shape (m, n).
    constant
        Rate of the constant stage, shape (n,); NaN where none is known.
    tilt
        Which are tilt, shape (n,).
    share
        Scales the limits.
    """
    limits = batch.limits
    absolute = np.zeros(speed.shape, np.int64)
    relative = np.zeros(speed.shape, np.int64)
    ratio = np.where(tilt | np.isnan(constant), 0.0, speed / np.maximum(constant, 1e-6))
    ratio[~(speed >= share * limits["angle_floor_mm_per_day"])] = 0.0
    for colour in _COLOURS:
        slow = limits[f"velocity_{colour}_mm_per_day"]
        absolute += speed >= share * np.where(tilt, limits[f"tilt_{colour}_deg_per_day"], slow)
        relative += ratio >= share * np.tan(np.radians(limits[f"angle_{colour}_deg"]))
    capped = np.minimum(relative, absolute + 1)
    awake = (relative >= 3) & (speed >= share * limits["angle_yellow_floor_mm_per_day"])
    capped = np.where(awake, np.maximum(capped, 2), capped)
    fast = speed >= share * limits["angle_red_floor_mm_per_day"]
    capped = np.where(fast, capped, np.minimum(capped, 3))
    return np.maximum(absolute, capped), absolute
