"""What the reference receiver must know of each kind of sender: one file a kind implements this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.errors import GeohazardError


class BadBodyError(GeohazardError):
    """A message is rightly signed, but not what its sender should send."""


@dataclass(frozen=True)
class Received:
    """One message, or one alert of a message that holds several.

    Attributes
    ----------
    id
        The same on every try; messages are told apart by it.
    line
        The message in one line for a person.
    level
        0 to 4; the line's colour.
    body
        The whole message.
    point_id
        Point that it is about, if any.
    warning_id
        Id of the point's warning that it reports, if it says so itself.
    """

    id: str
    line: str
    level: int
    body: dict[str, Any] = field(repr=False)
    point_id: str | None = None
    warning_id: str | None = None


class Sender(Protocol):
    """Reads the messages of one kind of sender."""

    @property
    def path(self) -> str:
        """Path on which its messages arrive."""
        ...

    def read(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> tuple[Received, ...]:
        """Verify and read a message.

        Parameters
        ----------
        headers
            Finds names whatever their case.

        Raises
        ------
        alerts.signature.BadSignatureError
            If it does not come from whom it should.
        BadBodyError
            If it does, but cannot be read.
        """
        ...
