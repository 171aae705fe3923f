"""What the motion of series supports, and the numbers that say so."""

from dataclasses import dataclass, field

import numpy as np

from detectors.state.columns import F64, U8

FEATURE_NAMES = (
    "displacement_{unit}",
    "displacement_sigmas",
    "velocity_{unit}_per_day",
    "velocity_low_{unit}_per_day",
    "acceleration_{unit}_per_day2",
    "acceleration_error_{unit}_per_day2",
    "tangential_angle_deg",
    "velocity_constant_{unit}_per_day",
    "constant_days",
    "onset_hours",
    "time_left_hours",
    "window_hours",
)
VELOCITY, LEFT = (
    FEATURE_NAMES.index(name) for name in ("velocity_{unit}_per_day", "time_left_hours")
)


@dataclass
class Evidence:
    """Levels with what led to them, at each reading's telling scale; shape (n,).

    Attributes
    ----------
    velocity_low
        Lower bound of the velocity's size, two standard errors.
    constant, constant_days
        Rate of the constant stage, and how long that lasted.
    acceleration, acceleration_error
        Per day squared, and the half width of its band of 95 %.
    onset_hours
        For how long the motion has left the line of its constant stage.
    left_hours
        Upper bound of the time left by the inverse velocity; only of a runaway.
    """

    claim: U8
    sure: U8
    stay: U8
    displacement: F64
    sigmas: F64
    velocity: F64
    velocity_low: F64
    angle: F64
    constant: F64
    window_hours: F64
    acceleration: F64 = field(init=False)
    acceleration_error: F64 = field(init=False)
    constant_days: F64 = field(init=False)
    onset_hours: F64 = field(init=False)
    left_hours: F64 = field(init=False)

    def __post_init__(self) -> None:
        """Not known until something finds it."""
        names = ("acceleration", "acceleration_error", "constant_days", "onset_hours", "left_hours")
        for name, unknown in zip(names, np.full((5, len(self.claim)), np.nan), strict=True):
            setattr(self, name, unknown)

    def features(self) -> F64:
        """Columns in the order of `FEATURE_NAMES`."""
        return np.stack(
            (
                self.displacement,
                self.sigmas,
                self.velocity,
                self.velocity_low,
                self.acceleration,
                self.acceleration_error,
                self.angle,
                self.constant,
                self.constant_days,
                self.onset_hours,
                self.left_hours,
                self.window_hours,
            ),
            axis=1,
        )
