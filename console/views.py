"""What the page is told of points and warnings, as plain JSON values."""

from collections.abc import Iterator
from typing import Any

from alerts.explain import Words, explain
from alerts.forecast_words import outlook_en, outlook_zh
from alerts.surroundings_words import surroundings_en, surroundings_zh
from console.model import Entry, Model
from domain.channels import CHANNELS
from domain.districts import districts
from domain.hazards import HazardType
from domain.points import Point
from domain.quality import Test
from domain.warnings import Forecast, WarningEvent
from storage.histories import PointHistory, SeriesHistory

MOST_EXPLAINED = 30
"""Of a point's warnings, the newest that come with their explanation."""


def province(model: Model) -> dict[str, Any]:
    """Everything that the map needs: points by column, and their states now."""
    points = list(model.registry.points.values())
    kinds = list(HazardType)
    return {
        "edition": model.edition,
        "id": model.ids,
        "name": [p.name for p in points],
        "kind": [kinds.index(p.hazard_type) for p in points],
        "lat": [round(p.lat, 5) for p in points],
        "lon": [round(p.lon, 5) for p in points],
        "people": [p.people_threatened for p in points],
        "level": model.level.tolist(),
        "silent": model.silent.tolist(),
        "known": (model.event_ms >= 0).astype(int).tolist(),
        "kinds": [{"en": k.name_en, "zh": k.name_zh} for k in kinds],
        "districts": [
            {"code": d.code, "en": d.name_en, "zh": d.name_zh, "lat": d.lat, "lon": d.lon}
            for d in districts().values()
        ],
    }


def states_since(model: Model, revision: int) -> list[list[int]]:
    """Row, level and silence of the points that changed after a revision."""
    rows = model.changed_points(revision)
    columns = (rows, model.level[rows], model.silent[rows])
    return [list(row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def warnings_since(model: Model, revision: int) -> list[dict[str, Any]]:
    """Warnings that came or were acknowledged after a revision, oldest first."""
    return [_listed(model, entry) for entry in model.changed_warnings(revision)]


def point_view(
    model: Model, point: Point, found: PointHistory | None, start_ms: int, status: str
) -> dict[str, Any]:
    """Everything that the page shows of one point.

    Parameters
    ----------
    found
        Its history; ``None`` if the record cannot be asked now.
    start_ms
        Start of the history in event time.
    status
        CAP status: whether the data are real.
    """
    row = model.row(point.point_id)
    assert row is not None, "the point is of the model's registry"  # noqa: S101
    place = districts()[point.district]
    return {
        "id": point.point_id,
        "row": row,
        "name": point.name,
        "kind": {"en": point.hazard_type.name_en, "zh": point.hazard_type.name_zh},
        "district": {"en": place.name_en, "zh": place.name_zh},
        "lat": point.lat,
        "lon": point.lon,
        "people": point.people_threatened,
        "channels": _channels(point),
        "level": int(model.level[row]),
        "silent": int(model.silent[row]),
        "event_ms": int(model.event_ms[row]),
        "start_ms": start_ms,
        "history": None if found is None else _history(point, found),
        "warnings": list(_explained(model, point, found, status)),
    }


def warning_json(event: WarningEvent) -> dict[str, Any]:
    """Write one warning without its evidence."""
    seen = event.acknowledgement
    return {
        "id": event.id,
        "point": event.point_id,
        "kind": event.kind.value,
        "level": event.level,
        "previous": event.previous_level,
        "event_ms": event.event_ms,
        "forecast": _forecast(event.forecast),
        "why": [[r.channel, r.rule] for r in event.reasons[:3]],
        "acknowledgement": seen and {"about": seen.about, "by": seen.by, "note": seen.note},
    }


def _listed(model: Model, entry: Entry) -> dict[str, Any]:
    return {
        **warning_json(entry.event),
        "produced_ms": entry.produced_ms,
        "seen": seen_json(model.acknowledgement(entry.event.id)),
    }


def seen_json(event: WarningEvent | None) -> dict[str, Any] | None:
    """Write who acknowledged a warning."""
    if event is None or event.acknowledgement is None:
        return None
    seen = event.acknowledgement
    return {"by": seen.by, "note": seen.note, "event_ms": event.event_ms}


def _explained(
    model: Model, point: Point, found: PointHistory | None, status: str
) -> Iterator[dict[str, Any]]:
    """Yield the point's warnings, newest first, each with its words in both languages."""
    standing = model.standing.get(point.point_id)
    events = found.warnings if found else [standing] if standing else []
    if standing is not None and all(event.id != standing.id for event in events):
        events = [standing, *events]  # the record has not got it yet
    seen = {e.acknowledgement.about: e for e in events if e.acknowledgement is not None}
    for event in events[:MOST_EXPLAINED]:
        words = explain(event, point, status)
        yield {
            **warning_json(event),
            "seen": seen_json(model.acknowledgement(event.id) or seen.get(event.id)),
            "en": _words(words.en, outlook_en(event), surroundings_en(event.surroundings)),
            "zh": _words(words.zh, outlook_zh(event), surroundings_zh(event.surroundings)),
        }


def _words(words: Words, outlook: str, around: str) -> dict[str, str]:
    parts = {"headline": words.headline, "text": words.text, "advice": words.advice}
    return {**parts, "outlook": outlook, "around": around}


def _forecast(forecast: Forecast | None) -> dict[str, Any] | None:
    if forecast is None:
        return None
    names = ("failure_ms", "earliest_ms", "latest_ms", "coverage", "r2", "method")
    return {name: getattr(forecast, name) for name in names}


def _channels(point: Point) -> list[dict[str, Any]]:
    return [
        {
            "channel": name,
            "device": device.device_id,
            "unit": CHANNELS[name].unit,
            "family": CHANNELS[name].family,
            "zh": CHANNELS[name].title_zh,
        }
        for device in point.devices
        for name in device.channels
    ]


def _history(point: Point, found: PointHistory) -> dict[str, Any]:
    states = found.states
    spoke = {bits for series in found.series for bits in series.tests if bits}
    return {
        "series": [_series(point, series) for series in found.series],
        "tests": {str(bits): {"en": Test(bits).en, "zh": Test(bits).zh} for bits in sorted(spoke)},
        "states": {"t": states.time_ms, "level": states.level, "silent": states.silent},
        "last_ms": found.last_ms,
    }


def _series(point: Point, series: SeriesHistory) -> dict[str, Any]:
    # InfluxDB names the first instrument of a channel by the channel alone.
    first = next((d.device_id for d in point.devices if series.channel in d.channels), "")
    channel = CHANNELS.get(series.channel)
    return {
        "channel": series.channel,
        "device": series.device_id or first,
        "unit": channel.unit if channel else "",
        "family": channel.family if channel else "other",
        "zh": channel.title_zh if channel else series.channel,
        "t": series.time_ms,
        "v": series.value,
        "flag": series.flag,
        "tests": series.tests,
        "velocity": series.velocity,
        "angle": series.tangential_angle,
        "rows": series.rows,
    }
