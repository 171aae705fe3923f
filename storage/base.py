"""What every store can do, whichever database is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.errors import GeohazardError
from domain.frames import Features, Readings, States
from domain.health import Health
from domain.rejects import Reject
from domain.warnings import WarningEvent


class StoreUnavailableError(GeohazardError):
    """The store cannot take anything now; the caller waits and writes the same again.

    Parameters
    ----------
    detail
        One sentence for a person; free of secrets.
    retry_after_s
        Seconds to wait at least, as the server asked for; a second if it did not.
    """

    def __init__(self, detail: str, retry_after_s: float = 1.0) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Written:
    """What one call did.

    Attributes
    ----------
    rows
        Rows that the store took; those that it already held are not among them.
    duplicates
        Rows dropped because the store held them, as far as it can tell: InfluxDB overwrites in
        silence, so there it is always 0.
    rejects
        Rows that the store refuses for ever, with its reason.
    """

    rows: int = 0
    duplicates: int = 0
    rejects: tuple[Reject, ...] = ()


class Store(Protocol):
    """Where the record is kept.

    Every method is synchronous and may be called from any thread, one at a time. All are
    idempotent: writing the same again changes nothing. What a call wrote is durable when it
    returns; when it raises `StoreUnavailableError`, the caller repeats it.
    """

    def write_readings(self, frames: Sequence[Readings]) -> Written:
        """Keep readings; the first value for a series and event time stands."""
        ...

    def write_features(self, frames: Sequence[Features]) -> Written:
        """Keep what the detectors made of readings."""
        ...

    def write_states(self, frames: Sequence[States]) -> Written:
        """Keep states of points; the last state for a point and event time stands."""
        ...

    def write_warnings(self, events: Sequence[tuple[WarningEvent, int]]) -> Written:
        """Keep warnings, each with the wall clock (ms) at which it was produced."""
        ...

    def write_rejects(self, rejects: Sequence[Reject]) -> Written:
        """Keep what was refused at the door, or count it."""
        ...

    def write_health(self, healths: Sequence[Health]) -> Written:
        """Keep what the processes say of themselves."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
