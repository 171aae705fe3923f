"""The fleet as arrays: a row for each device, with its point's place and its channels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNEL_NAMES
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.points import Device, Point
from sensors_sim.noise import Noise

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sites:
    """Every device of a registry.

    Attributes
    ----------
    points, devices
        Point and device of each row, length n.
    lat, lon
        Degrees, shape (n,).
    slope, device
        Random numbers by point, and by device.
    phase
        Where in its interval a device speaks, in [0, 1), shape (n,).
    rows, slots
        For each channel: the rows that have it, and its position among their channels.
    width
        Largest number of channels of a device.
    """

    points: tuple[Point, ...]
    devices: tuple[Device, ...]
    lat: Array
    lon: Array
    slope: Noise
    device: Noise
    phase: Array
    rows: dict[str, npt.NDArray[np.int64]]
    slots: dict[str, npt.NDArray[np.int64]]
    width: int

    def __len__(self) -> int:
        return len(self.devices)

    def of_kind(self, *kinds: HazardType) -> npt.NDArray[np.bool_]:
        """Which rows are of these kinds of hazard, shape (n,)."""
        return np.array([point.hazard_type in kinds for point in self.points])


def make_sites(points: Sequence[Point], seed: int) -> Sites:
    """Lay a registry out as arrays.

    Raises
    ------
    GeohazardError
        If there is no device to simulate, or one without channels.

    Examples
    --------
    >>> from sensors_sim.province import build_points
    >>> sites = make_sites(build_points(50, seed=1, interval_s=600.0), seed=1)
    >>> len(sites), sites.width, bool((sites.phase < 1).all())
    (50, 6, True)
    """
    pairs = [(point, device) for point in points for device in point.devices]
    if not pairs or not all(device.channels for _, device in pairs):
        msg = "the registry has no device to simulate, or one without channels"
        raise GeohazardError(msg)
    own = Noise(seed, [device.device_id for _, device in pairs])
    rows, slots = _index([device for _, device in pairs])
    return Sites(
        points=tuple(point for point, _ in pairs),
        devices=tuple(device for _, device in pairs),
        lat=np.array([point.lat for point, _ in pairs]),
        lon=np.array([point.lon for point, _ in pairs]),
        slope=Noise(seed, [point.point_id for point, _ in pairs]),
        device=own,
        phase=own.uniform("phase"),
        rows=rows,
        slots=slots,
        width=max(len(device.channels) for _, device in pairs),
    )


def _index(
    devices: Sequence[Device],
) -> tuple[dict[str, npt.NDArray[np.int64]], dict[str, npt.NDArray[np.int64]]]:
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in CHANNEL_NAMES}
    for row, device in enumerate(devices):
        for slot, channel in enumerate(device.channels):
            found[channel].append((row, slot))
    present = {name: np.array(pairs, np.int64).T for name, pairs in found.items() if pairs}
    return (
        {name: pair[0] for name, pair in present.items()},
        {name: pair[1] for name, pair in present.items()},
    )
