"""The model: one step of event time for the whole fleet, the same for every outlet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.points import Point
from sensors_sim.events import Quake, Surges
from sensors_sim.failures import Failure, Failures
from sensors_sim.fault_kinds import FaultStep
from sensors_sim.faults import Faults
from sensors_sim.instruments import Instruments
from sensors_sim.plans import Scenario
from sensors_sim.power import Power
from sensors_sim.sites import Sites, make_sites
from sensors_sim.slopes import Slopes
from sensors_sim.spoil import Spoiler
from sensors_sim.weather import Weather

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Step:
    """What all devices measure in one step.

    Attributes
    ----------
    number
        0, 1, 2 …
    event_ms
        When each device reads, by the true clock, shape (n,).
    values
        Faults of the instruments included, shape (n, width); NaN beyond a device's channels.
    exact
        The same without these faults.
    faults
        What goes wrong with each device in this step.
    """

    number: int
    event_ms: npt.NDArray[np.int64]
    values: Array
    exact: Array
    faults: FaultStep


class Model:
    """A province under way: each call of `advance` goes on by one interval.

    Parameters
    ----------
    interval_ms
        Event time between two readings of a device.

    Attributes
    ----------
    latest
        The step that `advance` returned last.

    Examples
    --------
    >>> from sensors_sim.province import build_points
    >>> from sensors_sim.scenario import load_scenario
    >>> points = build_points(60, seed=1, interval_s=600.0)
    >>> model = Model(points, load_scenario("demo"), 1, 1_780_000_000_000, 600_000)
    >>> step = model.advance()
    >>> step.values.shape, bool(np.isfinite(step.values).all())
    ((60, 6), True)
    """

    def __init__(
        self,
        points: Sequence[Point],
        scenario: Scenario,
        seed: int,
        start_ms: int,
        interval_ms: int,
    ) -> None:
        self.sites: Sites = make_sites(points, seed)
        self.scenario = scenario
        self.interval_ms = interval_ms
        self.start_ms = start_ms
        self._weather = Weather(scenario.weather, seed, start_ms)
        self.failures = Failures(self.sites, scenario.failures, start_ms)
        self._weather.plant(self.failures.storms())
        self.surges = Surges(self.sites, scenario.surges)
        self.quake = Quake(self.sites, scenario.earthquake, start_ms)
        self._phase_ms = np.floor(self.sites.phase * interval_ms).astype(np.int64)
        self.slopes = Slopes(
            self.sites,
            self._weather,
            self.failures,
            self.surges,
            self.quake,
            start_ms - interval_ms + self._phase_ms,
        )
        self._power = Power(self.sites, scenario.fleet)
        self._instruments = Instruments(self.sites, self._power)
        self._faults = Faults(self.sites, scenario.faults, seed, interval_ms)
        self._spoiler = Spoiler(self.sites, interval_ms / 3_600_000)
        self._number = 0
        self.latest: Step | None = None

    def advance(self) -> Step:
        """Go on by one interval."""
        number, dt_h = self._number, self.interval_ms / 3_600_000
        self._number += 1
        event_ms = self.start_ms + number * self.interval_ms + self._phase_ms
        self._weather.plant(self.failures.extend(number, event_ms, dt_h))
        ground = self.slopes.advance(number, event_ms, dt_h)
        self._power.advance(event_ms, ground.rain_mm, dt_h)
        exact = self._instruments.read(ground, number + 1, dt_h)
        failing, silenced = self.failures.failing(event_ms), self.failures.silenced(event_ms)
        faults = self._faults.advance(number, failing, silenced, self._power.charge.flat)
        values = self._spoiler.spoil(number, exact, faults)
        self.latest = Step(number, event_ms, values, exact, faults)
        return self.latest

    def between(self, rows: Rows, at_ms: Rows, turn: int) -> Array:
        """Read some devices between two steps, without going on.

        Parameters
        ----------
        rows
            Of the devices, each once.
        at_ms
            When each reads: from the step before the latest to the step after it, shape (rows,).
        turn
            Number of this call, on which the random numbers depend.

        Returns
        -------
        ndarray
            Values, lasting faults included, shape (rows, width). Rain is counted from the device's
            regular reading before.
        """
        latest = self.latest
        if latest is None:
            msg = "nothing can be read before the first step"
            raise RuntimeError(msg)
        regular_ms = latest.event_ms[rows]
        dt_h = np.abs(at_ms - regular_ms) / 3_600_000
        slopes, instruments = self.slopes.take(rows), self._instruments.take(rows)
        ground, base = slopes.between(latest.number, at_ms, self.interval_ms / 3_600_000)
        back = base.event_ms < regular_ms
        number = latest.number + 1 + (turn + 1 << 32)
        exact = instruments.read(ground, number, dt_h, back)
        spoiler = self._spoiler.take(rows)
        return spoiler.spoil_between(latest.number, exact, latest.faults.take(rows))

    def volts(self, row: int) -> float:
        """Voltage of a device's battery."""
        return round(float(self._power.volts()[row]), 2)

    def set_clock(self, row: int) -> None:
        """Set a device's clock right from its next reading on."""
        self._faults.set_clock(row, self._number)

    def truth(self, until_ms: int) -> list[Failure]:
        """Failures that began before a time."""
        return self.failures.truth(until_ms)
