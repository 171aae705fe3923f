"""A change of a point's level, with all that led to it.

The id is a function of the content: the same input gives the same id in every run, so that
whatever is sent twice is recognised as one.
"""

from enum import StrEnum
from hashlib import sha256

import msgspec

from domain.levels import Level
from domain.surroundings import Surroundings
from domain.times import iso

INSTRUMENT_SILENCE = "silence.instrument"
"""Rule in the reason of a silence that is not the whole point's."""


class WarningKind(StrEnum):
    """What happened to the point."""

    RAISED = "raised"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    SILENT = "silent"
    REPORTING = "reporting"
    FORECAST = "forecast"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence.

    Attributes
    ----------
    channel, device_id, detector
        Which instrument said it, by which method.
    level
        Level that this evidence alone supports.
    time_ms, value
        The reading that completed it, in the channel's unit.
    features
        Computed quantities by name, unit in the name; rounded to six significant digits.
    thresholds
        The limits that they were held against.
    rule, rule_version
        Which row of the rule table spoke.
    flag
        QARTOD flag of the reading.
    """

    channel: str
    device_id: str
    detector: str
    level: int
    time_ms: int
    value: float
    features: dict[str, float]
    thresholds: dict[str, float]
    rule: str
    rule_version: str
    flag: int


class ForecastRefusal(StrEnum):
    """Why moving ground gets no forecast of its time of failure."""

    TOO_LITTLE_MOTION = "too_little_motion"
    TOO_SLOW = "too_slow"
    CONSTANT_RATE = "constant_rate"
    SLOWING = "slowing"
    STEP = "step"
    NO_FINITE_TIME = "no_finite_time"
    NO_LAW_FITS = "no_law_fits"
    TOO_FAR_AHEAD = "too_far_ahead"
    WINDOW_TOO_WIDE = "window_too_wide"
    UNCONFIRMED = "unconfirmed"
    OVERDUE = "overdue"
    NO_DISPLACEMENT = "no_displacement"
    AT_REST = "at_rest"


class MethodForecast(msgspec.Struct, frozen=True, kw_only=True):
    """What one method says; times in milliseconds since the epoch, ``None`` where it has none."""

    method: str
    failure_ms: int
    earliest_ms: int | None = None
    latest_ms: int | None = None
    r2: float | None = None


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Forecast time of failure with its window; all times in milliseconds since the epoch.

    Attributes
    ----------
    coverage
        Share of such windows that contain the failure, as calibrated; 0 where it is not known.
    onset_ms
        When the acceleration began, by the best fit; 0 where it is not known.
    methods
        The methods that it was made of.
    """

    made_at_ms: int
    failure_ms: int
    earliest_ms: int
    latest_ms: int
    method: str
    r2: float
    coverage: float = 0.0
    onset_ms: int = 0
    methods: tuple[MethodForecast, ...] = ()


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Who has seen a warning, and what they said of it (`domain.acknowledgements`).

    Attributes
    ----------
    about
        Id of the warning.
    by, note
        As a person typed them: outside text.
    """

    about: str
    by: str
    note: str = ""


class WarningEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One change in the life of a point's warning (`geohazard.warnings`, keyed by point).

    Attributes
    ----------
    sequence
        1 for the point's first change of level, then one more for each; ``silent`` and
        ``reporting`` are counted apart, in the same way, and so is ``forecast``.
    level, previous_level
        0 to 4; equal for ``silent``, ``reporting``, ``acknowledged`` and ``forecast``.
    event_ms
        Event time of the reading that caused it; for ``acknowledged``, how far the point's event
        time had come.
    acknowledgement
        Only of kind ``acknowledged``.
    forecast_refused
        Why there is no forecast although motion supports yellow or more: a `ForecastRefusal`.
    surroundings
        Of a rise, where other points are known.

    Examples
    --------
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=2,
    ...                      previous_level=0, event_ms=1000, sequence=1)
    >>> event.id == decode_warning(encode_warning(event)).id
    True
    >>> event.event_time
    '1970-01-01T00:00:01.000Z'
    """

    id: str
    point_id: str
    kind: WarningKind
    level: int
    previous_level: int
    event_ms: int
    sequence: int
    reasons: tuple[Reason, ...] = ()
    forecast: Forecast | None = None
    rules_version: str = ""
    acknowledgement: Acknowledgement | None = None
    forecast_refused: str = ""
    surroundings: Surroundings | None = None

    @property
    def event_time(self) -> str:
        """Event time as ISO 8601 in UTC."""
        return iso(self.event_ms)

    @property
    def of_instrument(self) -> bool:
        """Whether a silence, or its end, is one instrument's while its point goes on speaking."""
        return bool(self.reasons) and self.reasons[0].rule == INSTRUMENT_SILENCE

    @property
    def colour(self) -> str:
        """Colour of the level."""
        return Level(self.level).colour


def make_warning(
    *,
    point_id: str,
    kind: WarningKind,
    level: int,
    previous_level: int,
    event_ms: int,
    sequence: int,
    reasons: tuple[Reason, ...] = (),
    forecast: Forecast | None = None,
    rules_version: str = "",
    forecast_refused: str = "",
) -> WarningEvent:
    """Make a warning event with its deterministic id."""
    identity = f"{point_id}|{sequence}|{kind.value}|{previous_level}>{level}|{event_ms}"
    return WarningEvent(
        id="w_" + sha256(identity.encode()).hexdigest()[:24],
        point_id=point_id,
        kind=kind,
        level=level,
        previous_level=previous_level,
        event_ms=event_ms,
        sequence=sequence,
        reasons=reasons,
        forecast=forecast,
        rules_version=rules_version,
        forecast_refused=forecast_refused,
    )


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(WarningEvent)


def encode_warning(event: WarningEvent) -> bytes:
    """Write as JSON; equal events give equal bytes."""
    return _ENCODER.encode(event)


def decode_warning(data: bytes) -> WarningEvent:
    """Read from JSON; unknown fields are ignored.

    Raises
    ------
    msgspec.DecodeError
        If the bytes are not a warning event.
    """
    return _DECODER.decode(data)
