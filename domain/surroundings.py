"""What goes on around a point: whether an anomaly stands alone."""

from enum import StrEnum

import msgspec


class Belonging(StrEnum):
    """What a rise of a level belongs to, by what goes on around the point."""

    ALONE = "alone"
    NEIGHBOURS = "neighbours"
    STORM = "storm"
    EARTHQUAKE = "earthquake"
    OUTAGE = "outage"


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What went on around a point as its level rose; the point itself is not counted.

    *Around* are the points of its district and those within 30 km, as far as the engine that judged
    it sees them: those of the same partition.

    Attributes
    ----------
    belongs_to
        The first that fits of earthquake, storm, outage and neighbours; else alone.
    hours
        How far back rain and shaking were counted.
    points
        Points around that have reported.
    gauges, raining
        Of them, those whose rain was heard of, and those where it was evidence for a level.
    shaken
        Points within 100 km that shook together with many others.
    silent
        Points around that are silent.
    raised, raised_near
        Points around at yellow or higher, and those of them within 5 km.
    """

    belongs_to: str
    hours: float
    points: int
    gauges: int
    raining: int
    shaken: int
    silent: int
    raised: int
    raised_near: int
