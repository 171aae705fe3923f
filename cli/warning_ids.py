"""Which of some warnings an id means: a whole one, or its beginning."""

from collections.abc import Iterable

from domain.errors import GeohazardError
from domain.warnings import WarningEvent

LEAST_BEGINNING = 6
"""So much of an id must be given: ``w_`` and four digits."""


def pick(events: Iterable[WarningEvent], warning_id: str, where: object) -> WarningEvent:
    """Find a warning by its id, or by a beginning of it that no other has.

    Parameters
    ----------
    where
        What was searched, for the message.

    Raises
    ------
    GeohazardError
        If there is none, or more than one.
    """
    begin = {event.id: event for event in events if event.id.startswith(warning_id)}
    if len(warning_id) < LEAST_BEGINNING or not begin:
        msg = f"there is no warning {warning_id!r} in {where}"
        raise GeohazardError(msg)
    if warning_id in begin:
        return begin[warning_id]
    if len(begin) > 1:
        some = ", ".join(list(begin)[:3])
        msg = f"{len(begin)} warnings in {where} begin with {warning_id!r}: {some}"
        raise GeohazardError(msg + (", ..." if len(begin) > 3 else ""))
    return next(iter(begin.values()))
