"""Whether an event can be put in words at all: it comes from a queue that others may write to."""

import re

from domain.warnings import WarningEvent

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_LEVELS = range(5)
_TIMES_MS = range(7_258_118_400_000)
"""From 1970 to 2200."""


def why_unusable(event: WarningEvent) -> str | None:
    """Say what makes an event unusable; ``None`` if nothing does.

    Examples
    --------
    >>> from domain.warnings import WarningKind, make_warning
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=9,
    ...                      previous_level=0, event_ms=1000, sequence=1)
    >>> why_unusable(event)
    'a level is not between 0 and 4'
    """
    if not (_ID.fullmatch(event.id) and _ID.fullmatch(event.point_id)):
        return "its id or point id is not 1 to 100 letters, digits, '_', '.', ':' or '-'"
    levels = [event.level, event.previous_level, *(reason.level for reason in event.reasons)]
    if any(level not in _LEVELS for level in levels):
        return "a level is not between 0 and 4"
    times = [event.event_ms, *(reason.time_ms for reason in event.reasons)]
    if event.forecast is not None:
        forecast = event.forecast
        times += [forecast.made_at_ms, forecast.failure_ms]
        times += [forecast.earliest_ms, forecast.latest_ms, forecast.onset_ms]
        for each in forecast.methods:
            times += [each.failure_ms, each.earliest_ms or 0, each.latest_ms or 0]
    if any(time not in _TIMES_MS for time in times):
        return "a time is not between 1970 and 2200"
    return None
