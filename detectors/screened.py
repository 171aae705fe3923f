"""What screening made of a batch, reading by reading."""

from dataclasses import dataclass, field

import numpy as np

from detectors.failure_time.forecast import Outlook
from detectors.state.columns import F32, F64, I64, U8, Array, Mask
from detectors.state.shifts import WIDTH
from domain.levels import Flag


@dataclass
class Screened:
    """What each reading gave, shape (n,) in the order of arrival.

    Attributes
    ----------
    used
        Readings with a row of features: all but duplicates and those too late.
    live
        Readings that move their point: fresh and not missing.
    flag, gate
        QARTOD flag for the record, and the flag that lets evidence through or not: they differ
        where a fault is known and mended, so that the value is as good as ever (`clocks`).
    tests
        Bits of `domain.quality.Test`.
    time_ms
        Event time, mended where the device's clock is known to be wrong.
    shift
        How far the series moved lately, and within which noise (`detectors.state.shifts`); only of
        displacement and tilt.
    """

    used: Mask
    live: Mask
    duplicate: Mask
    too_late: Mask
    flag: U8
    gate: U8
    tests: Array
    time_ms: I64
    score: F64
    velocity: F64
    acceleration: F64
    angle: F64
    claim: U8
    sure: U8
    stay: U8
    detector: U8
    soil_water: F64
    rain_ratio: F64
    shift: F32
    features: dict[int, F64] = field(default_factory=dict)
    forecasts: dict[int, Outlook] = field(default_factory=dict)

    @classmethod
    def empty(cls, size: int) -> "Screened":
        """Before anything is known."""
        used, live, duplicate, too_late = np.zeros((4, size), bool)
        claim, sure, stay, detector = np.zeros((4, size), np.uint8)
        score, velocity, acceleration, angle, soil_water, rain_ratio = np.full((6, size), np.nan)
        return cls(
            used=used,
            live=live,
            duplicate=duplicate,
            too_late=too_late,
            flag=np.full(size, Flag.MISSING, np.uint8),
            gate=np.zeros(size, np.uint8),
            tests=np.zeros(size, np.uint16),
            time_ms=np.zeros(size, np.int64),
            score=score,
            velocity=velocity,
            acceleration=acceleration,
            angle=angle,
            claim=claim,
            sure=sure,
            stay=stay,
            detector=detector,
            soil_water=soil_water,
            rain_ratio=rain_ratio,
            shift=np.full((size, WIDTH), np.nan, np.float32),
        )
