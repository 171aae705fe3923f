"""Instruments: what each really delivers of the state of the ground.

Each channel adds its own zero, gain, thermal term, noise and resolution, drawn once for a device
within the spans of data sheets of the class used in community monitoring (crack meters 0.01-0.1 mm,
MEMS inclinometers 0.001 deg, tipping buckets of 0.1, 0.2 or 0.5 mm). A reading has a number of its
own, on which its random numbers depend; a reading between two regular ones changes nothing of what
comes after it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from domain.hazards import HazardType
from sensors_sim.crack import CrackMeter
from sensors_sim.fitted import fit
from sensors_sim.gauge import Gauge
from sensors_sim.gnss import GnssAxis
from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice
from sensors_sim.power import Power
from sensors_sim.sites import Sites
from sensors_sim.slopes import Ground
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

DECIMALS = {
    "crack": 2,
    "gnss_e": 1,
    "gnss_n": 1,
    "gnss_u": 1,
    "tilt_x": 3,
    "tilt_y": 3,
    "acceleration": 1,
    "vibration": 2,
    "rain": 1,
    "soil_moisture": 1,
    "pore_pressure": 2,
    "groundwater": 3,
    "mud_level": 2,
    "infrasound": 3,
    "battery": 2,
    "rssi": 0,
    "generic": 3,
}
"""Digits after the point that a device sends; its resolution where no coarser one is drawn."""

WORST_DBM, BEST_DBM = -105.0, -60.0
"""Signal strength of links in fair weather."""


class Instruments(PerDevice):
    """All instruments of a fleet."""

    def __init__(self, sites: Sites, power: Power) -> None:
        self._width = sites.width
        self._power = power
        self._fitted = fit(sites)
        self._azimuth = sites.slope.between("azimuth", 0.0, 2 * np.pi)
        sinking = sites.of_kind(HazardType.COLLAPSE)
        self._dip = np.where(sinking, 1.45, sites.slope.between("dip", 0.2, 0.7))

    def read(
        self,
        ground: Ground,
        number: int,
        dt_h: Array | float,
        back: npt.NDArray[np.bool_] | None = None,
    ) -> Array:
        """Read every channel; regular readings are made in order.

        Parameters
        ----------
        number
            Of the reading.
        dt_h
            Hours since the last reading that was kept.
        back
            Given for a reading between two regular ones, on which no later one goes on: whether
            `ground` is reckoned from the regular reading before the latest, shape (n,). Its rain is
            counted from there.

        Returns
        -------
        ndarray
            Shape (n, width): each device's values in the order of its channels; NaN beyond them.
            A value has the digits that the device sends and lies in the channel's gross range.
        """
        keep = back is None
        readers = self._readers()
        values = np.full((len(ground.event_ms), self._width), np.nan)
        for name, fitted in self._fitted.items():
            rows, instrument = fitted.rows, fitted.instrument
            if isinstance(instrument, GnssAxis):
                moved = ground.slip_mm[rows] * self._share(name, rows)
                elapsed = dt_h[rows] if isinstance(dt_h, np.ndarray) else dt_h
                at_ms = ground.event_ms[rows]
                exact = moved + instrument.error_mm(at_ms, number, elapsed, keep=keep)
            elif isinstance(instrument, CrackMeter):
                moved, air = ground.slip_mm[rows], ground.temperature_c[rows]
                exact = instrument.read(moved, air, number, keep=keep)
            elif isinstance(instrument, Gauge):
                fallen = ground.rain_mm[rows]
                told = None if back is None else back[rows]
                exact = (
                    instrument.read(fallen)
                    if told is None
                    else instrument.told_within(fallen, told)
                )
            elif rows.size:
                exact = readers[name](ground, number)
            else:
                continue
            values[rows, fitted.slots] = written(name, exact)
        return values

    def _readers(self) -> dict[str, Callable[[Ground, int], Array]]:
        """How each channel is read whose instrument remembers nothing."""
        return {
            "tilt_x": lambda g, number: self._tilt("tilt_x", g, number),
            "tilt_y": lambda g, number: self._tilt("tilt_y", g, number),
            "acceleration": self._acceleration,
            "vibration": self._vibration,
            "soil_moisture": self._soil_moisture,
            "pore_pressure": self._pore_pressure,
            "groundwater": self._groundwater,
            "mud_level": self._mud_level,
            "infrasound": self._infrasound,
            "battery": self._battery,
            "rssi": self._rssi,
            "generic": lambda _, number: self._at("generic")[1].normal("generic", number),
        }

    def _at(self, name: str) -> tuple[Rows, Noise]:
        """Rows that have a channel, and their random numbers."""
        fitted = self._fitted[name]
        return fitted.rows, fitted.noise

    def _share(self, axis: str, rows: Rows) -> Array:
        """Part of a displacement down the slope that an axis of GNSS sees."""
        azimuth, dip = self._azimuth[rows], self._dip[rows]
        shares: dict[str, Array] = {
            "gnss_e": np.cos(dip) * np.sin(azimuth),
            "gnss_n": np.cos(dip) * np.cos(azimuth),
            "gnss_u": -np.sin(dip),
        }
        return shares[axis]

    def _tilt(self, name: str, g: Ground, number: int) -> Array:
        rows, noise = self._at(name)
        gain = noise.between(f"{name} gain", 0.004, 0.012) * _sign(noise, name)
        thermal = noise.between(f"{name} thermal", -0.002, 0.002)
        zero = noise.between(f"{name} zero", -3.0, 3.0)
        bent = np.clip(gain * g.slip_mm[rows], -60.0, 60.0)
        error = thermal * (g.temperature_c[rows] - 18.0)
        return zero + bent + error + 0.002 * noise.normal(f"{name} noise", number)

    def _acceleration(self, g: Ground, number: int) -> Array:
        """Magnitude of the three axes, which at rest is gravity's."""
        rows, noise = self._at("acceleration")
        at_rest = noise.between("gravity", 995.0, 1_005.0)
        quiet = at_rest + 0.4 * noise.normal("acceleration", number)
        return quiet + g.shaking[rows] * noise.between("blow", 80.0, 400.0, number)

    def _vibration(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("vibration")
        quiet = 1.5 + 0.3 * np.abs(noise.normal("vibration", number))
        return quiet + g.shaking[rows] * noise.between("rumble", 20.0, 40.0, number)

    def _soil_moisture(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("soil_moisture")
        dry, wet = noise.between("dry", 12.0, 22.0), noise.between("wet", 35.0, 48.0)
        share = -np.expm1(-g.soil_mm[rows] / 40.0)
        return dry + (wet - dry) * share + 0.15 * noise.normal("moisture", number)

    def _pore_pressure(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("pore_pressure")
        gain = noise.between("pore gain", 0.3, 1.2)
        water = 0.7 * g.deep_mm[rows] + 0.3 * g.soil_mm[rows]
        return (
            noise.between("pore zero", 5.0, 40.0)
            + gain * water
            + 0.05 * noise.normal("pore", number)
        )

    def _groundwater(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("groundwater")
        rise = 0.02 * g.deep_mm[rows] - 1.5 * g.shaking[rows]
        return noise.between("table", -25.0, -3.0) + rise + 0.004 * noise.normal("water", number)

    def _mud_level(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("mud_level")
        surge = noise.between("surge", 1.5, 4.5) * g.surge[rows] + 0.4 * g.shaking[rows]
        base = 0.1 + 0.01 * g.soil_mm[rows]
        return base + surge + 0.01 * noise.normal("mud", number)

    def _infrasound(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("infrasound")
        return (0.05 + 8.0 * g.shaking[rows]) * np.abs(noise.normal("infrasound", number))

    def _battery(self, g: Ground, number: int) -> Array:
        rows, noise = self._at("battery")
        return self._power.volts()[rows] + 0.02 * noise.normal("battery", number)

    def _rssi(self, g: Ground, number: int) -> Array:
        """Signal strength: each link's own, weaker in rain, slowly fading."""
        rows, noise = self._at("rssi")
        wet = 5.0 * -np.expm1(-g.rain_mm[rows] / 5.0)
        hours = g.event_ms[rows] / HOUR_MS
        slow = np.sin(2 * np.pi * (hours / noise.between("fade hours", 5.0, 40.0)))
        return link_dbm(noise) - wet + 2.0 * slow + 2.0 * noise.normal("rssi", number)


def link_dbm(noise: Noise) -> Array:
    """Signal strength of each device's link in fair weather, in dBm."""
    return noise.between("link", WORST_DBM, BEST_DBM)


def written(channel: str, values: Array) -> Array:
    """Round to the digits that a device sends, and stop at the channel's gross range.

    Examples
    --------
    >>> written("soil_moisture", np.array([12.3456, 140.0])).tolist()
    [12.3, 100.0]
    """
    limits = CHANNELS[channel]
    inside: Array = np.clip(values, limits.low, limits.high).astype(np.float64)
    return np.round(inside, DECIMALS[channel]) + 0.0


def _sign(noise: Noise, name: str) -> Array:
    return np.where(noise.uniform(f"{name} sign") < 0.5, -1.0, 1.0)
