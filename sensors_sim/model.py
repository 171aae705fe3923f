"""The model: one step of event time for the whole fleet, the same for every outlet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.points import Point
from sensors_sim.events import Quake, Surges
from sensors_sim.failures import Failure, Failures
from sensors_sim.faults import Faults, FaultStep
from sensors_sim.instruments import Instruments
from sensors_sim.plans import Scenario
from sensors_sim.power import Power
from sensors_sim.sites import Sites, make_sites
from sensors_sim.slopes import Slopes
from sensors_sim.spoil import Spoiler
from sensors_sim.weather import Weather

Array = npt.NDArray[np.float64]


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
        return Step(number, event_ms, self._spoiler.spoil(number, exact, faults), exact, faults)

    def truth(self, until_ms: int) -> list[Failure]:
        """Failures that began before a time."""
        return self.failures.truth(until_ms)
