"""What is kept of each point: who spoke last, its level, and what others may ask about it.

Only `detectors.fusion` writes here. Times are event times in milliseconds since the epoch.
"""

from detectors.state.columns import Field

NEVER = 1e15
"""A time that never comes; negated, one that never was."""

FIELDS = (
    Field("hazard", "u1"),
    Field("level", "u1"),
    Field("silent", "u1"),
    Field("reported", "u1"),
    Field("active", "u1"),
    Field("last", "i8"),
    Field("heard", "i8"),
    Field("shaken", "i8", 2, fill=-NEVER),
    Field("triggered", "i8", fill=-NEVER),
    Field("trigger_since", "i8", fill=-NEVER),
    Field("below", "u1"),
    Field("below_since", "i8"),
    Field("below_most", "u1"),
    *(Field(name, "i4") for name in ("sequence", "silences", "forecasts")),
    Field("mutes", "u1"),
    # What its neighbours are told when their level rises (`detectors.fusion.surroundings`).
    Field("known", "u1"),
    Field("away", "u1"),
    Field("gauge_first", "i8", fill=NEVER),
    Field("gauge_last", "i8", fill=-NEVER),
    Field("rain_since", "i8", fill=-NEVER),
    Field("rain_until", "i8", fill=-NEVER),
    Field("rain_ended", "i8", fill=-NEVER),
    Field("quaked", "i8", fill=-NEVER),
    Field("raised_at", "i8", fill=NEVER),
)
