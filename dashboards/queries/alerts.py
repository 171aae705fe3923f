"""What alert rules ask: no variables, one field each, and few series.

Grafana holds a state for every series that a rule's query returns, so what is of no interest is
left out by the query itself. A series that vanishes counts as resolved: a point at a level is
therefore looked for a whole day back, through any outage of the pipeline.
"""

from dashboards.queries.base import IN_TIME, TAGS, Query, select, select_of
from domain.measurements import AREA_STATE, PIPELINE, POINT_STATE, REJECT


def points_at_level(least_level: int) -> Query:
    """Level of every point that stands at one or more, silent ones too."""
    inner = select('last("level") AS "level"', POINT_STATE, (IN_TIME,), TAGS)
    return _series(select_of('last("level") AS "level"', inner, f'"level" >= {least_level}', TAGS))


def silent_at_level(least_level: int) -> Query:
    """Level of every silent point that stands at one or more."""
    inner = select('last("silent") AS "silent", "level"', POINT_STATE, (IN_TIME,), TAGS)
    where = f'"silent" = 1 AND "level" >= {least_level}'
    return _series(select_of('last("level") AS "level"', inner, where, TAGS))


def silent_share() -> Query:
    """Silent points among all of each district, per cent."""
    fields = 'last("silent") AS "silent", "n"'
    inner = select(fields, AREA_STATE, (IN_TIME,), '"area", "partition"')
    share = '100 * sum("silent") / sum("n") AS "share"'
    return _series(select_of(share, inner, by='"area"'))


def role_lag() -> Query:
    """Mean lag of each role, added up over its instances."""
    inner = select('mean("lag") AS "lag"', PIPELINE, (IN_TIME,), '"role", "instance"')
    return _series(select_of('sum("lag") AS "lag"', inner, by='"role"'))


def reject_count() -> Query:
    """Messages refused, by reason."""
    return _series(select('sum("n") AS "n"', REJECT, (IN_TIME,), '"reason"'))


def dead_letters() -> Query:
    """Webhook messages that were given up."""
    where = (IN_TIME, "\"role\" = 'notify'")
    inner = select('last("count_dead") AS "dead"', PIPELINE, where, '"instance"')
    return _series(select_of('sum("dead") AS "dead"', inner))


def readings_stored() -> Query:
    """Count readings that came into the store by the wall clock: none means that nothing does."""
    where = (IN_TIME, "\"role\" = 'store'")
    inner = select('spread("count_readings_rows") AS "n"', PIPELINE, where, '"instance"')
    return _series(select_of('sum("n") AS "n"', inner))


def _series(text: str) -> Query:
    return Query(text, "time_series")
