"""Names of InfluxDB's measurements and fields: what `storage` writes and `dashboards` asks for.

A point has one line a time in ``reading`` and ``feature``, with a field for each instrument. The
instrument that the registry lists first for a channel is named by the channel (``crack``); any
other one of that channel at the point is ``crack__<device>``. No channel's name holds two
underscores in a row, so the names never collide.
"""

READING = "reading"
"""Tags area, kind, point; a float field for each instrument."""
FEATURE = "feature"
"""Tags as `READING`; ``<instrument>_<quantity>`` (`FEATURE_QUANTITIES`, `TESTS`) and ``level``."""
POINT_STATE = "point_state"
"""Tags as `READING`; level, score, silent, age_s, last_ms (time of the last reading), lat, lon."""
POINT_EVENT = "point_event"
"""Tags as `READING`; a line for each change of a warning; ``body`` is the whole of it as JSON."""
POINT_INFO = "point_info"
"""Tags as `READING`; name, people, lat, lon, and `neighbour_field`: ids of the nearest points."""
NEIGHBOURS = 5
"""How many of the nearest points `POINT_INFO` names."""
AREA_STATE = "area_state"
"""Tags area, partition; n, n0 to n4, silent, worst: sum (for worst: max) over the partitions."""
RAIN_HOUR = "rain_hour"
"""Tags as `READING`; mm: rain of the hour that begins at its time, of the point's first gauge."""
RAIN_AREA = "rain_area"
"""Tags area, kind, partition; of the gauges in an hour, by its beginning: ``hour_n``, ``hour_mm``
(sum), ``hour_most``; the same of the 24 hours until its end (``day_…``) and of the soil water index
(``index_…``); ``ratio``: largest of rain to its threshold. Add up over the partitions."""
RAIN_MARK = "rain_mark"
"""Tag partition; ``waits`` is 1 while the hour that begins at its time is to be summed anew."""
PIPELINE = "pipeline"
"""Tags role, instance; lag, rss_mb and ``count_<counter>``."""
REJECT = "reject"
"""Tag reason; ``n`` is 1 for each refused message."""

FEATURE_QUANTITIES = (
    "flag",
    "anomaly_score",
    "velocity",
    "acceleration",
    "tangential_angle",
    "soil_water_index",
    "rain_ratio",
)
"""Of these ``flag`` is an integer and the others are floats."""
TESTS = "tests"
"""Text: names of the quality tests that spoke of a reading (`domain.quality`), comma between them.

Names and not bits: no query language and no dashboard that reads them takes bits apart. Where no
test spoke there is no field.
"""


def instrument_field(channel: str, device_id: str | None = None) -> str:
    """Field of a reading; ``device_id`` for an instrument that is not the channel's first.

    Examples
    --------
    >>> instrument_field("crack"), instrument_field("crack", "d2")
    ('crack', 'crack__d2')
    """
    return channel if device_id is None else f"{channel}__{device_id}"


def neighbour_field(rank: int) -> str:
    """Field of a point's neighbour; rank 1 is the nearest.

    Examples
    --------
    >>> neighbour_field(1)
    'near1'
    """
    return f"near{rank}"


def feature_field(instrument: str, quantity: str) -> str:
    """Field of a computed quantity of one instrument.

    Examples
    --------
    >>> feature_field("crack", "velocity")
    'crack_velocity'
    """
    return f"{instrument}_{quantity}"
