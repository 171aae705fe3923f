"""The door: readings that ingest refuses never reach the detectors, so evaluation refuses them too.

The same rules as `ingest.validate` (a test holds them equal), on columns: too far in the future,
too old, outside the channel's gross range.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from domain.frames import Readings
from domain.settings import IngestSettings

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Door:
    """Limits in milliseconds; `open_to_all` lets everything pass.

    Examples
    --------
    >>> rows = [("p", "d", "crack", t, 0, 1.0, "file") for t in (0, 300_000, 300_001)]
    >>> Door.of(IngestSettings()).admits(Readings.of_rows(rows)).tolist()
    [True, True, False]
    """

    ahead_ms: int
    behind_ms: int
    open_to_all: bool = False

    @classmethod
    def of(cls, limits: IngestSettings) -> "Door":
        """Take the limits that ingest has."""
        ahead_ms = round(limits.future_tolerance_s * 1000)
        return cls(ahead_ms, round(limits.oldest_days * DAY_MS))

    def admits(self, readings: Readings) -> npt.NDArray[np.bool_]:
        """Tell which readings come in, shape (n,)."""
        if self.open_to_all:
            return np.isfinite(readings.value)
        ahead = readings.event_ms - readings.received_ms
        known = [CHANNELS.get(name) for name in readings.channel.names]
        low = np.array([c.low if c else np.inf for c in known])[readings.channel.codes]
        high = np.array([c.high if c else -np.inf for c in known])[readings.channel.codes]
        admitted: npt.NDArray[np.bool_] = (
            (ahead <= self.ahead_ms)
            & (-ahead <= self.behind_ms)
            & (readings.value >= low)
            & (readings.value <= high)
        )
        return admitted
