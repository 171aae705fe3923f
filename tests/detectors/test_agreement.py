"""What bears a motion out, and how long a doubt lasts: nobody is believed for want of a witness."""

import numpy as np

from detectors.engine import Engine, Outcome
from tests.detectors.worlds import feed, highest, merged, one_point, rows_of

STEPS = 300
HOURS = np.arange(STEPS) / 6.0
SINCE_H = 20.0
RATE = 43.0 / 24.0


def noise(sigma: float, seed: int) -> np.ndarray:
    return sigma * np.random.default_rng(seed).normal(size=STEPS)


def drift(rate: float = RATE, since_h: float = SINCE_H) -> np.ndarray:
    return rate * np.maximum(HOURS - since_h, 0.0)


def judged(values: dict[str, np.ndarray], until_h: dict[str, float] | None = None) -> list[Outcome]:
    """Run series; some end early."""
    ends = until_h or {}
    rows = [rows_of(name, series[HOURS < ends.get(name, 1e9)]) for name, series in values.items()]
    return feed(Engine(one_point(*values)), merged(*rows))


CRACK = drift() + noise(0.02, 1)
TILT = {"tilt_x": noise(0.002, 2), "tilt_y": noise(0.002, 3)}
GNSS = {name: noise(1.0, seed) for seed, name in enumerate(("gnss_e", "gnss_n", "gnss_u"), 2)}


def test_motion_that_was_denied_stays_doubted_when_the_witness_falls_silent() -> None:
    ends = dict.fromkeys(GNSS, SINCE_H + 12.0)
    assert highest(judged({"crack": CRACK, **GNSS}, ends)) == 1


def test_a_step_of_the_receiver_bears_no_drift_out() -> None:
    """It was set anew at service while the crack meter drifted: both moved, but not alike."""
    step = np.where(HOURS >= SINCE_H + 14.0, 15.0, 0.0)
    moved = {name: values + (name != "gnss_u") * step for name, values in GNSS.items()}
    assert highest(judged({"crack": CRACK, **moved})) == 1


def test_two_instruments_that_drift_one_after_the_other_do_not_agree() -> None:
    """The tilt meter begins twenty hours after the crack meter, which was denied till then."""
    tilt = {"tilt_x": TILT["tilt_x"] + drift(0.24, 40.0), "tilt_y": TILT["tilt_y"]}
    assert highest(judged({"crack": CRACK, **tilt})) == 1


def test_a_receiver_that_moves_alike_bears_the_crack_out() -> None:
    along = {name: values + 0.6 * drift() for name, values in GNSS.items()}
    assert highest(judged({"crack": CRACK, **along})) >= 2


def test_rain_that_begins_after_the_motion_explains_nothing() -> None:
    def rain(from_h: float) -> np.ndarray:
        return np.where((HOURS > from_h) & (HOURS < from_h + 8.0), 2.2, 0.0)

    before, after = (
        highest(judged({"crack": CRACK, "rain": rain(from_h), **TILT}))
        for from_h in (SINCE_H - 8.0, SINCE_H + 6.0)
    )
    assert (before, after) == (2, 1)


def test_an_axis_that_drifts_alone_is_blue_also_where_few_messages_come() -> None:
    """One of four arrives: the other axes' last positions are as old as its own."""
    keep = (HOURS < SINCE_H + 4.0) | (np.arange(STEPS) % 4 == 0)
    values = GNSS | {"gnss_n": GNSS["gnss_n"] + drift()}
    rows = [
        [row for row, kept in zip(rows_of(name, series), keep, strict=True) if kept]
        for name, series in values.items()
    ]
    assert highest(feed(Engine(one_point(*values)), merged(*rows))) == 1
