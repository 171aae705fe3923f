"""What belongs together: the events of a point from the first alarm to its end.

An episode starts with a point's first event (a raise, or its falling silent) and ends with the
event that leaves nothing to watch: level 0 and reporting. An acknowledgement that comes later still
belongs to the warning that it is about, and starts nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.warnings import WarningKind

MAX_EARLIER = 20
"""An episode of many ups and downs names its first event and the newest ones, this many in all."""

_ENDING = (WarningKind.CLEARED, WarningKind.DOWNGRADED, WarningKind.REPORTING)


@dataclass(frozen=True)
class Earlier:
    """An earlier event of the same point: what later messages must know of it."""

    id: str
    event_ms: int
    kind: WarningKind
    level: int


def ends_episode(kind: WarningKind, level: int) -> bool:
    """Whether an event leaves nothing to watch.

    Examples
    --------
    >>> ends_episode(WarningKind.CLEARED, 0), ends_episode(WarningKind.SILENT, 0)
    (True, False)
    """
    return level == 0 and kind in _ENDING


def open_episode(newest_first: Iterable[Earlier]) -> tuple[Earlier, ...]:
    """Take the events of the episode that is still open, oldest first.

    Parameters
    ----------
    newest_first
        All earlier events of one point; read only as far as needed.

    Examples
    --------
    >>> past = [Earlier("w_3", 30, WarningKind.RAISED, 1),
    ...         Earlier("w_2", 20, WarningKind.CLEARED, 0),
    ...         Earlier("w_1", 10, WarningKind.RAISED, 2)]
    >>> [event.id for event in open_episode(past)]
    ['w_3']
    """
    found: list[Earlier] = []
    for event in newest_first:
        if ends_episode(event.kind, event.level):
            break
        found.append(event)
    while found and found[-1].kind is WarningKind.ACKNOWLEDGED:
        found.pop()  # a late one, of an episode that has ended: it begins none
    if len(found) > MAX_EARLIER:
        found = [*found[: MAX_EARLIER - 1], found[-1]]
    return tuple(reversed(found))
