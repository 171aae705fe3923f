"""The pipeline itself."""

from dashboards.queries.base import (
    EACH,
    IN_TIME,
    Query,
    one_of,
    select,
    select_of,
)
from domain.measurements import (
    PIPELINE,
    POINT_EVENT,
    REJECT,
)


def rate(role: str, counter: str) -> Query:
    """Rate of a counter a second, added up over a role's instances.

    Taken between each two reports and then averaged, so that the last interval, which is never
    whole, does not look like a fall.
    """
    chosen = f'non_negative_derivative("count_{counter}", 1s) AS "rate"'
    each = select(chosen, PIPELINE, (IN_TIME, f"\"role\" = '{role}'"), '"instance"')
    mean = select_of('mean("rate") AS "rate"', each, IN_TIME, f'{EACH}, "instance"')
    text = select_of(f'sum("rate") AS "{role} {counter}"', mean, IN_TIME, EACH)
    return Query(f"{text} fill(none)", "time_series", "$col")


def lag_by_role() -> Query:
    """Count what lies before each role, added up over its instances."""
    inner = select('max("lag") AS "lag"', PIPELINE, (IN_TIME,), f'{EACH}, "role", "instance"')
    text = select_of('sum("lag") AS "lag"', inner, IN_TIME, f'{EACH}, "role"')
    return Query(f"{text} fill(none)", "time_series", "$tag_role")


def memory_by_role() -> Query:
    """Resident memory of each role's largest process, MiB."""
    text = select('max("rss_mb") AS "rss_mb"', PIPELINE, (IN_TIME,), f'{EACH}, "role"')
    return Query(f"{text} fill(none)", "time_series", "$tag_role")


def rejects_by_reason() -> Query:
    """Refused messages of each interval by reason."""
    text = select('sum("n") AS "n"', REJECT, (IN_TIME,), f'{EACH}, "reason"')
    return Query(f"{text} fill(none)", "time_series", "$tag_reason")


def store_latency() -> Query:
    """Mean time from ingest to the store, ms."""
    waited, timed = (
        f'non_negative_difference(max("count_readings_{name}")) AS "{alias}"'
        for name, alias in (("waited_ms", "w"), ("timed", "t"))
    )
    where = (IN_TIME, "\"role\" = 'store'")
    inner = select(f"{waited}, {timed}", PIPELINE, where, f'{EACH}, "instance"')
    sums = select_of('sum("w") AS "w", sum("t") AS "t"', inner, IN_TIME, EACH)
    return Query(
        select_of('"w" / "t" AS "ingest to store"', sums, '"t" > 0'), "time_series", "$col"
    )


def warning_latency() -> Query:
    """From the event time of a reading to the warning that it raised: median and 99 %, ms."""
    chosen = (
        'percentile("latency_ms", 50) AS "reading to warning, median", '
        'percentile("latency_ms", 99) AS "reading to warning, 99 %"'
    )
    where = (IN_TIME, one_of("change", ("raised", "upgraded")))
    return Query(
        select(chosen, POINT_EVENT, where, EACH, tail=" fill(none)"), "time_series", "$col"
    )


def last_count(role: str, *counters: str) -> Query:
    """Counters of a role as they stand, added up over its instances."""
    chosen = ", ".join(f'last("count_{name}") AS "{name}"' for name in counters)
    inner = select(chosen, PIPELINE, (IN_TIME, f"\"role\" = '{role}'"), '"instance"')
    return Query(select_of(", ".join(f'sum("{name}") AS "{name}"' for name in counters), inner))


def store_errors() -> tuple[Query, Query]:
    """Count writes that InfluxDB did not take at once, and lines that it refused."""
    chosen = 'non_negative_difference(max("count_store_retries")) AS "d"'
    inner = select(chosen, PIPELINE, (IN_TIME, "\"role\" = 'store'"), f'{EACH}, "instance"')
    retries = select_of('sum("d") AS "retries"', inner, IN_TIME, EACH)
    refused = select(
        'sum("n") AS "refused lines"', REJECT, (IN_TIME, "\"reason\" = 'store_refused'"), EACH
    )
    return (
        Query(f"{retries} fill(none)", "time_series", "$col"),
        Query(f"{refused} fill(none)", "time_series", "$col"),
    )
