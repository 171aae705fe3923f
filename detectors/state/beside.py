"""Which series belong to one device or logger: found once, when a series is entered."""

from collections.abc import Iterable

import numpy as np

from detectors.state.columns import Rows
from domain.channels import CHANNEL_NAMES

Key = tuple[str, str, str]

_INSTRUMENTS = {"gnss_e": "gnss", "gnss_n": "gnss", "gnss_u": "gnss", "tilt_x": "tilt"}
_INSTRUMENTS |= {"tilt_y": "tilt"}


def logger_of(device_id: str) -> str:
    """Logger of a device: the id before the number of a sensor on it.

    Examples
    --------
    >>> logger_of("60120001/2"), logger_of("60120001")
    ('60120001', '60120001')
    """
    return device_id.partition("/")[0]


class Beside:
    """Rows of the series of the same device by channel; `rows` has shape (series, channels).

    A sensor's own channels come first (the axes of one receiver); of what it does not have itself,
    those of its logger count (battery, temperature, another sensor). 0 is nobody.

    Examples
    --------
    >>> beside = Beside()
    >>> beside.enter(1, "d", 14, {}), beside.enter(2, "d/1", 0, {1: ("d", 14)})
    (None, None)
    >>> int(beside.rows[2, 14]), int(beside.rows[1, 0])
    (1, 2)
    """

    def __init__(self) -> None:
        self.rows: Rows = np.zeros((64, len(CHANNEL_NAMES)), np.intp)

    def enter(
        self, row: int, device: str, channel: int, others: dict[int, tuple[str, int]]
    ) -> None:
        """Take a new series in.

        Parameters
        ----------
        others
            The series entered before at its point: row to device and channel's code.
        """
        if row >= len(self.rows):
            grown = np.zeros((max(row + 1, 2 * len(self.rows)), self.rows.shape[1]), np.intp)
            grown[: len(self.rows)] = self.rows
            self.rows = grown
        self.rows[row, channel] = row
        for other, (its_device, its_channel) in others.items():
            if logger_of(its_device) != logger_of(device):
                continue
            same = its_device == device
            for of, code, found in ((row, its_channel, other), (other, channel, row)):
                if same or self.rows[of, code] == 0:
                    self.rows[of, code] = found


def instrument_number(key: Key, others: Iterable[tuple[Key, int]]) -> int:
    """Give an instrument its number at its point; channels of a GNSS or tilt meter share it.

    Instruments beyond the 250th of a point count as one.

    Parameters
    ----------
    key
        Point, device and channel of the new series.
    others
        The other series of the point, with the numbers of their instruments.

    Examples
    --------
    >>> instrument_number(("p", "d", "gnss_n"), [(("p", "d", "gnss_e"), 1)])
    1
    >>> instrument_number(("p", "d", "crack"), [(("p", "d", "gnss_e"), 1)])
    2
    """
    _, device, channel = key
    mine = (device, _INSTRUMENTS.get(channel, channel))
    highest = 0
    for (_, device, channel), number in others:
        if (device, _INSTRUMENTS.get(channel, channel)) == mine:
            return number
        highest = max(highest, number)
    return min(highest + 1, 250)
