"""States, warnings, rejects and health as line protocol: few rows, so written plainly."""

from collections.abc import Sequence
from math import isfinite

from domain.frames import States
from domain.health import Health
from domain.measurements import PIPELINE, POINT_EVENT, POINT_STATE, REJECT
from domain.registry import Registry
from domain.rejects import Reject
from domain.warnings import Reason, WarningEvent, encode_warning
from storage.escape import escape_name, quote_text
from storage.lines import Line, Series

_NS_PER_MS = 1_000_000
_ACKNOWLEDGED_NS = 500_000
"""Keeps an acknowledgement apart from the warning of the same sequence and time."""


def state_lines(frames: Sequence[States], series: Series, registry: Registry) -> list[Line]:
    """Write states of points, with their place where the registry knows it."""
    lines = []
    for frame in frames:
        numbers = (frame.level, frame.score, frame.silent, frame.age_s)
        columns = (column.tolist() for column in (frame.event_ms, *numbers))
        rows = zip(frame.point_id.to_list(), *columns, strict=True)
        for point_id, time_ms, level, score, silent, age_s in rows:
            point = registry.points.get(point_id)
            floats = {"score": score, "age_s": age_s}
            floats |= {"lat": point.lat, "lon": point.lon} if point else {}
            fields = [f"level={level}i", f"silent={silent}i", *_floats(floats)]
            if isfinite(age_s):
                fields.append(f"last_ms={time_ms - round(age_s * 1000)}i")
            lines.append(_line(POINT_STATE, series.tags(point_id), fields, time_ms * _NS_PER_MS))
    return lines


def warning_lines(
    events: Sequence[tuple[WarningEvent, int]], series: Series, registry: Registry
) -> list[Line]:
    """Write changes of warnings, for annotations, with what led to them.

    The nanoseconds carry the sequence, so that two changes at one instant are both kept. Its field
    ``body`` is the whole event as JSON: the record alone can explain it.
    """
    return [_warning_line(event, produced_ms, series, registry) for event, produced_ms in events]


def reject_lines(rejects: Sequence[Reject]) -> list[Line]:
    """Write a mark for each reject, never its payload.

    The nanoseconds carry the reject's id, so that rejects of one instant are counted each, and one
    that comes again is not.
    """
    lines = []
    for reject in rejects:
        offset = int.from_bytes(reject.reject_id.encode("utf-8", "replace")[-8:]) % _NS_PER_MS
        tags = f",reason={escape_name(reject.reason)}"
        fields = ["n=1i", f"bytes={reject.payload_bytes}i"]
        lines.append(_line(REJECT, tags, fields, reject.received_ms * _NS_PER_MS + offset))
    return lines


def health_lines(healths: Sequence[Health]) -> list[Line]:
    """Write what the processes say of themselves; every counter is an integer field."""
    lines = []
    for h in healths:
        tags = f",role={escape_name(h.role)},instance={escape_name(h.instance)}"
        counters = [f"count_{escape_name(name)}={n}i" for name, n in sorted(h.counters.items())]
        fields = [f"lag={h.lag}i", *_floats({"rss_mb": h.rss_mb}), *counters]
        lines.append(_line(PIPELINE, tags, fields, h.time_ms * _NS_PER_MS))
    return lines


def _warning_line(
    event: WarningEvent, produced_ms: int, series: Series, registry: Registry
) -> Line:
    fields = [
        f"level={event.level}i",
        f"prev={event.previous_level}i",
        f"produced_ms={produced_ms}i",
        f"latency_ms={produced_ms - event.event_ms}i",
        f"sequence={event.sequence}i",
        f"change={quote_text(event.kind.value)}",
        f"id={quote_text(event.id)}",
        f"message={quote_text(_message(event))}",
        f"evidence={quote_text('; '.join(map(_evidence, event.reasons)))}",
        *_warning_extras(event, registry),
        f"body={quote_text(encode_warning(event).decode())}",
    ]
    offset = event.sequence
    if event.acknowledgement is not None:
        seen = event.acknowledgement
        fields += [f"{name}={quote_text(getattr(seen, name))}" for name in ("about", "by", "note")]
        offset += _ACKNOWLEDGED_NS
    time_ns = event.event_ms * _NS_PER_MS + offset % _NS_PER_MS
    return _line(POINT_EVENT, series.tags(event.point_id), fields, time_ns)


def _message(event: WarningEvent) -> str:
    """Say in one line what happened, for annotations."""
    if event.acknowledgement is not None:
        seen = event.acknowledgement
        return f"{event.kind.value} {event.colour} by {seen.by}: {seen.note}".rstrip(": ")
    rules = ", ".join(dict.fromkeys(f"{r.channel} {r.rule}" for r in event.reasons))
    return f"{event.kind.value} {event.colour} (was {event.previous_level}) {rules}".strip()


def _warning_extras(event: WarningEvent, registry: Registry) -> list[str]:
    """Fields that not every warning has: the point's name, the forecast."""
    point = registry.points.get(event.point_id)
    fields = [f"name={quote_text(point.name)}"] if point else []
    if event.forecast is not None:
        for name in ("earliest_ms", "failure_ms", "latest_ms"):
            fields.append(f"forecast_{name}={getattr(event.forecast, name)}i")
    return fields


def _evidence(reason: Reason) -> str:
    """Put one piece of evidence into a line, every name with its unit."""
    numbers = ", ".join(f"{name} {value:g}" for name, value in reason.features.items())
    limits = ", ".join(f"{name} {value:g}" for name, value in reason.thresholds.items())
    rule = f"rule {reason.rule} {reason.rule_version}, level {reason.level}, flag {reason.flag}"
    return f"{reason.channel} ({reason.device_id}) {numbers} [limits: {limits}] {rule}"


def _floats(fields: dict[str, float]) -> list[str]:
    return [f"{name}={float(value)!r}" for name, value in fields.items() if isfinite(value)]


def _line(measurement: str, tags: str, fields: list[str], time_ns: int) -> Line:
    return Line(f"{measurement}{tags} {','.join(fields)} {time_ns}", 1)
