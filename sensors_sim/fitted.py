"""Which devices are fitted with a channel, and what of their instruments is remembered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sensors_sim.crack import CrackMeter
from sensors_sim.gauge import Gauge
from sensors_sim.gnss import GnssAxis
from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice
from sensors_sim.sites import Sites

Rows = npt.NDArray[np.int64]
Instrument = GnssAxis | CrackMeter | Gauge

_WITH_MEMORY: Mapping[str, Callable[[Noise], Instrument]] = MappingProxyType(
    {
        "gnss_e": lambda noise: GnssAxis("e", noise),
        "gnss_n": lambda noise: GnssAxis("n", noise),
        "gnss_u": lambda noise: GnssAxis("u", noise),
        "crack": CrackMeter,
        "rain": Gauge,
    }
)
"""Instruments whose readings go on from the ones before."""


@dataclass(frozen=True)
class Fitted(PerDevice):
    """The devices that have a channel.

    Attributes
    ----------
    place
        Position of each device of the fleet among them, -1 where it has not got the channel.
    rows, slots
        Their rows in the fleet, and the channel's position among their channels.
    noise
        Their random numbers.
    instrument
        Their instruments, if these remember.
    """

    place: Rows
    rows: Rows
    slots: Rows
    noise: Noise
    instrument: Instrument | None

    def take(self, rows: Rows) -> "Fitted":
        """Copy what belongs to some devices of the fleet."""
        at = self.place[rows]
        kept = np.flatnonzero(at >= 0)
        own = at[kept]
        place = np.full(len(rows), -1)
        place[kept] = np.arange(len(kept))
        instrument = self.instrument.take(own) if self.instrument else None
        return Fitted(place, kept, self.slots[own], self.noise.take(own), instrument)


def fit(sites: Sites) -> dict[str, Fitted]:
    """Fit a fleet with its instruments, by channel.

    Examples
    --------
    >>> from sensors_sim.province import build_points
    >>> from sensors_sim.sites import make_sites
    >>> rain = fit(make_sites(build_points(50, 1, 600.0), seed=1))["rain"]
    >>> rain.take(rain.rows[:3]).rows.tolist(), len(rain.take(np.flatnonzero(rain.place < 0)).rows)
    ([0, 1, 2], 0)
    """
    return {name: _fitted(sites, name) for name in sites.rows}


def _fitted(sites: Sites, name: str) -> Fitted:
    rows = sites.rows[name]
    place = np.full(len(sites), -1)
    place[rows] = np.arange(len(rows))
    noise = sites.device.take(rows)
    made = _WITH_MEMORY[name](noise) if name in _WITH_MEMORY else None
    return Fitted(place, rows, sites.slots[name], noise, made)
