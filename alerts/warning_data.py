"""The ``data`` of a message: everything known of a warning, in the form of the JSON Schema."""

from collections.abc import Sequence

import msgspec

from alerts.episode import Earlier
from alerts.explain import Explanation, Words
from alerts.forecast_words import MAX_METHODS
from alerts.words import clean_text
from domain.levels import Level
from domain.surroundings import Surroundings
from domain.times import iso
from domain.warnings import (
    Acknowledgement,
    Forecast,
    MethodForecast,
    Reason,
    WarningEvent,
    WarningKind,
)


class PointData(msgspec.Struct, frozen=True, kw_only=True):
    """The point; what the registry does not know is null."""

    id: str
    name: str
    hazard_type: str
    district: str
    district_name: str
    district_name_zh: str
    lat: float | None
    lon: float | None
    people_threatened: int | None


class TextData(msgspec.Struct, frozen=True, kw_only=True):
    """The warning in one language's words."""

    headline: str
    text: str
    advice: str


class MethodData(msgspec.Struct, frozen=True, kw_only=True):
    """What one method says; null where it has none."""

    method: str
    failure: str
    earliest: str | None
    latest: str | None
    r2: float | None


class ForecastData(msgspec.Struct, frozen=True, kw_only=True):
    """Forecast time of failure with its window."""

    made_at: str
    failure: str
    earliest: str
    latest: str
    method: str
    r2: float
    coverage: float | None
    onset: str | None
    methods: tuple[MethodData, ...]


class ReasonData(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence; see `domain.warnings.Reason`."""

    channel: str
    device_id: str
    detector: str
    level: int
    time: str
    value: float
    flag: int
    features: dict[str, float]
    thresholds: dict[str, float]
    rule: str
    rule_version: str


class AcknowledgementData(msgspec.Struct, frozen=True, kw_only=True):
    """Who has seen which warning."""

    about: str
    by: str
    note: str


class WarningData(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` of the event."""

    id: str
    kind: str
    level: int
    colour: str
    previous_level: int
    previous_colour: str
    event_time: str
    sequence: int
    silent: bool
    status: str
    point: PointData
    reasons: tuple[ReasonData, ...]
    forecast: ForecastData | None
    forecast_refused: str
    surroundings: Surroundings | None
    rules_version: str
    acknowledgement: AcknowledgementData | None
    earlier: tuple[str, ...]
    en: TextData
    zh: TextData
    cap: str


def warning_data(
    event: WarningEvent, words: Explanation, status: str, earlier: Sequence[Earlier], cap: str
) -> WarningData:
    """Gather all that a message says of an event.

    Parameters
    ----------
    words
        The same event, explained.
    earlier
        Earlier events of the same episode, oldest first.
    cap
        The same event as a CAP document.
    """
    return WarningData(
        id=event.id,
        kind=event.kind.value,
        level=event.level,
        colour=event.colour,
        previous_level=event.previous_level,
        previous_colour=Level(event.previous_level).colour,
        event_time=iso(event.event_ms),
        sequence=event.sequence,
        silent=event.kind is WarningKind.SILENT and not event.of_instrument,
        status=status,
        point=_point(words),
        reasons=tuple(_reason(reason) for reason in event.reasons),
        forecast=_forecast(event.forecast) if event.forecast else None,
        forecast_refused=clean_text(event.forecast_refused),
        surroundings=event.surroundings,
        rules_version=clean_text(event.rules_version),
        acknowledgement=_seen(event.acknowledgement) if event.acknowledgement else None,
        earlier=tuple(e.id for e in earlier),
        en=_text(words.en),
        zh=_text(words.zh),
        cap=cap,
    )


def _point(words: Explanation) -> PointData:
    place = words.place
    return PointData(
        id=place.point_id,
        name=place.name,
        hazard_type=place.hazard_type,
        district=place.district,
        district_name=place.district_en,
        district_name_zh=place.district_zh,
        lat=place.lat,
        lon=place.lon,
        people_threatened=place.people_threatened,
    )


def _text(words: Words) -> TextData:
    return TextData(headline=words.headline, text=words.text, advice=words.advice)


def _reason(reason: Reason) -> ReasonData:
    return ReasonData(
        channel=clean_text(reason.channel),
        device_id=clean_text(reason.device_id),
        detector=clean_text(reason.detector),
        level=reason.level,
        time=iso(reason.time_ms),
        value=reason.value,
        flag=reason.flag,
        features=reason.features,
        thresholds=reason.thresholds,
        rule=clean_text(reason.rule),
        rule_version=clean_text(reason.rule_version),
    )


def _seen(seen: Acknowledgement) -> AcknowledgementData:
    return AcknowledgementData(
        about=clean_text(seen.about), by=clean_text(seen.by), note=clean_text(seen.note)
    )


def _forecast(forecast: Forecast) -> ForecastData:
    return ForecastData(
        made_at=iso(forecast.made_at_ms),
        failure=iso(forecast.failure_ms),
        earliest=iso(forecast.earliest_ms),
        latest=iso(forecast.latest_ms),
        method=clean_text(forecast.method),
        r2=forecast.r2,
        coverage=forecast.coverage or None,
        onset=iso(forecast.onset_ms) if forecast.onset_ms else None,
        methods=tuple(_method(each) for each in forecast.methods[:MAX_METHODS]),
    )


def _method(each: MethodForecast) -> MethodData:
    return MethodData(
        method=clean_text(each.method),
        failure=iso(each.failure_ms),
        earliest=None if each.earliest_ms is None else iso(each.earliest_ms),
        latest=None if each.latest_ms is None else iso(each.latest_ms),
        r2=each.r2,
    )
