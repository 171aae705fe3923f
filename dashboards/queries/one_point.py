"""One point."""

from dashboards.queries.base import (
    EACH,
    IN_TIME,
    POINT,
    Query,
    columns_of,
    select,
)
from domain.measurements import (
    FEATURE,
    NEIGHBOURS,
    POINT_EVENT,
    POINT_INFO,
    POINT_STATE,
    READING,
    TESTS,
    neighbour_field,
)


def state_of_point(*fields: str) -> Query:
    """Latest state of the point, whatever the time range: a point without data is said to be so."""
    first, *rest = fields
    chosen = ", ".join([f'last("{first}") AS "{first}"', *(f'"{name}"' for name in rest)])
    return Query(select(chosen, POINT_STATE, (POINT,)))


def about_point() -> Query:
    """Tell what the registry says of the point, and its neighbours."""
    near = [neighbour_field(rank) for rank in range(1, NEIGHBOURS + 1)]
    chosen = columns_of(["people", "lat", "lon", "kind", *near])
    return Query(select(f'last("name") AS "name", {chosen}', POINT_INFO, (POINT,)))


def levels_of_point() -> Query:
    """Level and silence over time, the highest of each interval."""
    chosen = 'max("level") AS "level", max("silent") AS "silent"'
    text = select(chosen, POINT_STATE, (IN_TIME, POINT), EACH, tail=" fill(none)")
    return Query(text, "time_series", "$col")


def instruments(channels: str, how: str = "mean") -> Query:
    """Read all instruments of some channels (a regular expression) at the point."""
    text = select(
        f"{how}(/^({channels})(__.*)?$/)", READING, (IN_TIME, POINT), EACH, tail=" fill(none)"
    )
    return Query(text, "time_series", "$col")


def features(quantity: str, channels: str = ".*", how: str = "mean") -> Query:
    """Return a computed quantity of all instruments of some channels at the point."""
    text = select(
        f"{how}(/^({channels})(__.*)?_{quantity}$/)",
        FEATURE,
        (IN_TIME, POINT),
        EACH,
        tail=" fill(none)",
    )
    return Query(text, "time_series", "$col")


def tests_that_spoke() -> Query:
    """Names of the quality tests that spoke of each instrument, the last of each interval."""
    return features(TESTS, how="last")


def explanations(limit: int = 100) -> Query:
    """List changes of the point's warning with the evidence of each, newest first."""
    columns = ("change", "prev", "level", "evidence", "id", "by", "note")
    order = f" ORDER BY time DESC LIMIT {limit}"
    return Query(select(columns_of(columns), POINT_EVENT, (IN_TIME, POINT), tail=order))


def forecasts() -> Query:
    """Latest forecast of failure with its window."""
    columns = [f"forecast_{name}_ms" for name in ("earliest", "failure", "latest")]
    where = (IN_TIME, POINT, '"forecast_failure_ms" > 0')
    return Query(
        select(columns_of(columns), POINT_EVENT, where, tail=" ORDER BY time DESC LIMIT 1")
    )
