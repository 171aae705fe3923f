"""Points and areas, many at a time."""

from collections.abc import Iterable

from dashboards.queries.base import (
    AREA,
    IN_TIME,
    KIND,
    LATELY,
    TAGS,
    Query,
    columns_of,
    one_of,
    select,
    select_of,
)
from domain.measurements import (
    AREA_STATE,
    POINT_EVENT,
    POINT_INFO,
    POINT_STATE,
)


def _latest_states(*fields: str, where: Iterable[str]) -> str:
    first, *rest = fields
    chosen = ", ".join([f'last("{first}") AS "{first}"', *(f'"{name}"' for name in rest)])
    return select(chosen, POINT_STATE, (IN_TIME, *where), TAGS)


def map_of_points(least_level: int = 0) -> Query:
    """Latest state of every point with its place: one frame, a row a point."""
    fields = ("level", "silent", "lat", "lon")
    inner = _latest_states(*fields, where=(AREA, KIND))
    where = f'"level" >= {least_level}' if least_level else ""
    return Query(select_of(columns_of([*fields, "point", "area", "kind"]), inner, where))


_COUNTS = ("n4", "n3", "n2", "n1", "n0", "silent", "n")


def _latest_counts(fields: Iterable[str]) -> str:
    # One selector and the rest of its line: several selectors would each go over every series.
    first, *rest = fields
    chosen = ", ".join([f'last("{first}") AS "{first}"', *(f'"{name}"' for name in rest)])
    return select(chosen, AREA_STATE, (IN_TIME, AREA), '"area", "partition"')


def counts() -> Query:
    """Points by level, silent ones and all: one row, summed over areas and partitions."""
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in _COUNTS)
    return Query(select_of(sums, _latest_counts(_COUNTS)))


def counts_by_area() -> Query:
    """Count as `counts` does, a row for each area."""
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in _COUNTS)
    return Query(select_of(sums, _latest_counts(_COUNTS), by='"area"'))


def silent_by_area() -> Query:
    """Silent points of each area."""
    fields = ("silent", "n")
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in fields)
    return Query(select_of(sums, _latest_counts(fields), by='"area"'))


def silent_points() -> Query:
    """Points that have stopped reporting, with the level that they keep."""
    inner = _latest_states("silent", "level", "age_s", "last_ms", where=(AREA, KIND))
    chosen = columns_of(["level", "age_s", "last_ms", "point", "area", "kind"])
    return Query(select_of(chosen, inner, '"silent" = 1', tail=" LIMIT 1000"))


def points() -> Query:
    """Latest state of every point, for a table."""
    fields = ("level", "score", "silent", "age_s", "last_ms")
    inner = _latest_states(*fields, where=(AREA, KIND))
    return Query(select_of(columns_of([*fields, "point", "kind"]), inner))


def names() -> Query:
    """Name and people of every point, to stand beside `points`."""
    chosen = 'last("name") AS "name", "people"'
    inner = select(chosen, POINT_INFO, (LATELY, AREA, KIND), '"point"')
    return Query(select_of(columns_of(["name", "people", "point"]), inner))


def changes(where: Iterable[str] = (AREA, KIND), limit: int = 200) -> Query:
    """Latest changes of warnings, newest first."""
    columns = ("level", "prev", "change", "point", "name", "area", "kind", "id")
    order = f" ORDER BY time DESC LIMIT {limit}"
    return Query(select(columns_of(columns), POINT_EVENT, (IN_TIME, *where), tail=order))


def annotations(where: Iterable[str], kinds: Iterable[str]) -> str:
    """Show changes of warnings as annotations: text in ``message``, tag in ``change``."""
    chosen = columns_of(["message", "change", "point"])
    conditions = (IN_TIME, *where, one_of("change", kinds))
    return select(chosen, POINT_EVENT, conditions, tail=" LIMIT 500")


POINTS_VARIABLE = f'SHOW TAG VALUES FROM "{POINT_STATE}" WITH KEY = "point" WHERE {AREA}'
"""The points of a district, for a variable."""
