"""A person has seen a warning: an event of the stream like any other change in its life.

A warning is acknowledged once. The id follows from the acknowledged warning alone, so a second
click, a retry or a second console makes the same event, and whoever keeps events by their id keeps
the first. An acknowledgement changes no level: readers take ``level`` of it as information only.
"""

import re
from hashlib import sha256

from domain.warnings import Acknowledgement, WarningEvent, WarningKind

MAX_NAME = 80
MAX_NOTE = 500

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def acknowledgement_id(about: str) -> str:
    """Id of the event that acknowledges a warning.

    Examples
    --------
    >>> acknowledgement_id("w_1") == acknowledgement_id("w_1") != acknowledgement_id("w_2")
    True
    """
    return "w_" + sha256(f"{about}|acknowledged".encode()).hexdigest()[:24]


def acknowledge(
    about: WarningEvent, *, by: str, note: str, level: int, event_ms: int
) -> WarningEvent:
    """Make the event that acknowledges a warning.

    Parameters
    ----------
    by, note
        Who and what; at most `MAX_NAME` and `MAX_NOTE` characters. Control characters go, spaces at
        the ends too.
    level
        Level of the point now.
    event_ms
        How far the point's event time has come; never before the warning's own.

    Raises
    ------
    ValueError
        If the name is empty, a text is too long, or the event is itself an acknowledgement.

    Examples
    --------
    >>> from domain.warnings import make_warning
    >>> warning = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=4,
    ...                        previous_level=0, event_ms=1000, sequence=1)
    >>> event = acknowledge(warning, by=" Li Na ", note="", level=4, event_ms=0)
    >>> event.acknowledgement.by, event.event_ms, event.level
    ('Li Na', 1000, 4)
    >>> acknowledge(warning, by=" ", note="", level=4, event_ms=0)
    Traceback (most recent call last):
    ...
    ValueError: a name is needed
    """
    if about.kind is WarningKind.ACKNOWLEDGED:
        msg = "an acknowledgement is not acknowledged"
        raise ValueError(msg)
    by, note = _clean(by, "name", MAX_NAME), _clean(note, "note", MAX_NOTE)
    if not by:
        msg = "a name is needed"
        raise ValueError(msg)
    return WarningEvent(
        id=acknowledgement_id(about.id),
        point_id=about.point_id,
        kind=WarningKind.ACKNOWLEDGED,
        level=level,
        previous_level=level,
        event_ms=max(about.event_ms, event_ms),
        sequence=about.sequence,
        acknowledgement=Acknowledgement(about=about.id, by=by, note=note),
    )


def _clean(text: str, what: str, most: int) -> str:
    text = _CONTROL.sub(" ", text).strip()
    if len(text) > most:
        msg = f"the {what} may have at most {most} characters"
        raise ValueError(msg)
    return text
