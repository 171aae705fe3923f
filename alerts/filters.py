"""Which receiver hears of which event.

A receiver hears of an event when the level before or after reaches its ``min_level``. Silence,
return and acknowledgement leave the level as it is, so they are heard where the level itself is:
the silence of a warned point by everyone who hears of such warnings, the silence of a calm point
only by receivers with ``min_level`` 0. A receiver is told when a point falls beneath its level, and
then nothing until the point reaches it again.
"""

from alerts.place import hazard_of
from domain.settings import Receiver
from domain.warnings import WarningEvent


def wants(receiver: Receiver, event: WarningEvent) -> bool:
    """Whether an event goes to a receiver.

    District and kind of hazard are read from the point's id, so that a point that the registry
    does not know is filtered like any other.

    Examples
    --------
    >>> from domain.warnings import WarningKind, make_warning
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.DOWNGRADED, level=2,
    ...                      previous_level=3, event_ms=0, sequence=2)
    >>> [wants(Receiver(name="a", url="", min_level=level), event) for level in (1, 3, 4)]
    [True, True, False]
    """
    if receiver.districts and event.point_id[:6] not in receiver.districts:
        return False
    hazard = hazard_of(event.point_id)
    if receiver.hazard_types and (hazard is None or hazard.value not in receiver.hazard_types):
        return False
    return max(event.level, event.previous_level) >= receiver.min_level
