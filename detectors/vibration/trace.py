"""A whole record of vibration: filtered, with its STA/LTA and the triggers, in seconds."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from detectors.state.columns import F64
from detectors.vibration.sta_lta import Average, Trigger, find_triggers, sta_lta

FILTER_ORDER = 4
MOST = 1e100


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a record is judged.

    Attributes
    ----------
    sampling_hz
        Samples a second.
    sta_seconds, lta_seconds
        Lengths of the short and the long average.
    on_ratio, off_ratio
        A trigger begins at the first and ends below the second.
    band_hz
        Only frequencies between these two count (causal Butterworth filter, order 4); all if None.
    """

    sampling_hz: float
    sta_seconds: float = 0.5
    lta_seconds: float = 30.0
    on_ratio: float = 4.0
    off_ratio: float = 1.5
    average: Average = Average.RECURSIVE
    band_hz: tuple[float, float] | None = None


@dataclass(frozen=True)
class Judged:
    """The ratio at each sample, shape (n,), and the triggers."""

    ratio: F64
    triggers: tuple[Trigger, ...]


def judge_vibration(trace: F64, settings: Settings) -> Judged:
    """Find the triggers of a record without gaps, shape (n,), any unit; its mean is taken off.

    Raises
    ------
    ValueError
        With the reason, if the settings make no sense for the record, or a sample is missing.

    Examples
    --------
    >>> trace = np.random.default_rng(1).normal(size=6_000)
    >>> trace[4_000:4_300] *= 20.0
    >>> found = judge_vibration(trace, Settings(sampling_hz=100.0))
    >>> [(t.first / 100.0, t.last / 100.0) for t in found.triggers]
    [(40.01, 43.88)]
    """
    hz = settings.sampling_hz
    if not (np.isfinite(hz) and hz > 0.0):
        msg = f"a sampling rate is a positive number of samples a second, not {hz:g}"
        raise ValueError(msg)
    for name, seconds in (("short", settings.sta_seconds), ("long", settings.lta_seconds)):
        if not (np.isfinite(seconds) and seconds > 0.0):
            msg = f"the {name} average takes a positive number of seconds, not {seconds:g}"
            raise ValueError(msg)
    sta, lta = (max(round(s * hz), 1) for s in (settings.sta_seconds, settings.lta_seconds))
    if len(trace) <= lta:
        msg = f"the record has {len(trace)} samples; the long average alone takes {lta}"
        raise ValueError(msg)
    if not np.isfinite(trace).all():
        msg = f"sample {int(np.flatnonzero(~np.isfinite(trace))[0]) + 1} is missing"
        raise ValueError(msg)
    if np.abs(trace).max() > MOST:
        msg = f"samples of more than {MOST:g} are none; the energy is their square"
        raise ValueError(msg)
    wave = trace - trace.mean()
    if settings.band_hz is not None:
        wave = _filtered(wave, hz, *settings.band_hz)
    ratio = sta_lta(wave, sta, lta, settings.average)
    return Judged(ratio, tuple(find_triggers(ratio, settings.on_ratio, settings.off_ratio)))


def _filtered(wave: F64, hz: float, low_hz: float, high_hz: float) -> F64:
    if not 0.0 < low_hz < high_hz < hz / 2.0:
        msg = f"a band lies between 0 and {hz / 2.0:g} Hz, half the sampling rate: {low_hz:g} to "
        raise ValueError(msg + f"{high_hz:g} Hz does not")
    sections = butter(FILTER_ORDER, (low_hz, high_hz), "bandpass", fs=hz, output="sos")
    found: F64 = sosfilt(sections, wave)
    return found
