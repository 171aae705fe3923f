"""Checks of what a detector makes of signals: gaps, constants, noise, an onset, its evidence."""

import numpy as np

from detectors.base import FEATURES, Detector
from detectors.engine import Engine
from detectors.state.columns import Field
from domain.channels import CHANNELS
from domain.points import Device
from tests.detectors.guarded import (
    CHANNEL_OF,
    ONSET,
    ONSET_DELAY,
    RECEIVER,
    engine_of,
    event,
    quiet,
)
from tests.detectors.worlds import (
    Row,
    feed,
    fingerprint,
    highest,
    merged,
    one_point,
    point,
    rows_of,
)


def ignores_missing_values_and_duplicates(detector: Detector) -> None:
    """Check that what is missing or repeated leaves no trace in what comes after."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        clean = rows_of(channel, np.abs(quiet(family, 80, 6)) + 1.0)
        gaps = [(*r[:3], r[3] - 1000, r[4], float("nan"), r[6]) for r in clean[5::7]]
        dirty = merged(gaps, [r for row in clean for r in (row, row)])
        points = one_point(channel)
        whole = feed(Engine(points, methods=(detector,)), clean)
        spoiled = feed(Engine(points, methods=(detector,)), dirty)
        times = {row[3] for row in clean}
        kept = [row for row in fingerprint(spoiled)[1] if row[3] in times]
        assert kept == fingerprint(whole)[1], f"{family}: missing or repeated readings mattered"


def bears_gaps_and_late_readings(detector: Detector) -> None:
    """Hours without data, and readings that come late, are no event."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        rows = rows_of(channel, np.abs(quiet(family, 200, 7)) + 1.0 * (family != "rain"))
        rows = rows[:60] + rows[100:]
        late = rows[:120] + [rows[119 + i] for i in (3, 1, 2, 5, 4)] + rows[125:]
        outcomes = feed(engine_of(detector, one_point(channel)), late)
        assert highest(outcomes) == 0, f"{family}: a gap or a late reading raised a level"


def bears_constants(detector: Detector) -> None:
    """Check that a constant signal is no anomaly and no event."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        value = 0.0 if family == "rain" else 5.0
        outcomes = feed(
            engine_of(detector, one_point(channel)), rows_of(channel, np.full(120, value))
        )
        assert highest(outcomes) == 0, f"{family}: a constant raised a level"
        scores = np.concatenate([o.features.anomaly_score for o in outcomes])
        assert not (scores > 0.0).any(), f"{family}: a constant has a score"


def keeps_quiet_in_noise(detector: Detector) -> None:
    """Check on 12 series of a week: no level above blue, and few scores above one half."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        ids = [f"50023501{i:04d}" for i in range(12)]
        channels = RECEIVER if channel in RECEIVER else (channel,)
        points = {p: point(p, Device(f"d{p}", channels)) for p in ids}
        rows: list[Row] = []
        for seed, point_id in enumerate(ids):
            for number, name in enumerate(channels):
                values = quiet(family, 1000, 100 + seed + 50 * number)
                values = np.abs(values) if CHANNELS[name].low == 0.0 else values
                rows += rows_of(name, values, device=f"d{point_id}", point_id=point_id)
        outcomes = feed(Engine(points, methods=(detector,)), merged(rows))
        assert highest(outcomes) <= 1, f"{family}: noise raised a level above blue"
        scores = np.concatenate([o.features.anomaly_score for o in outcomes])
        assert (scores > 0.5).mean() < 1e-3, f"{family}: noise has high scores"


def finds_a_known_onset(detector: Detector) -> None:
    """Check that an event that nobody would miss is found within the stated readings."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        channels = RECEIVER if channel in RECEIVER else (channel,)
        messages = zip(*(rows_of(c, event(family, i)) for i, c in enumerate(channels)), strict=True)
        outcomes = feed(
            Engine(one_point(*channels), methods=(detector,)),
            [row for message in messages for row in message],
            cuts=range(len(channels), (ONSET + 20) * len(channels), len(channels)),
        )
        found = [
            step
            for step, outcome in enumerate(outcomes)
            if (outcome.features.anomaly_score > 0.5).any() or highest([outcome]) > 0
        ]
        assert found, f"{family}: the onset was never found"
        delay = found[0] - ONSET
        assert 0 <= delay <= ONSET_DELAY[family], f"{family}: found {delay} readings after onset"


def names_its_evidence(detector: Detector) -> None:
    """Feature and threshold names exist, carry no unknown fields, and are distinct."""
    names = [name.format(unit="mm") for name in detector.feature_names]
    assert len(set(names)) == len(names) <= FEATURES, "names of features"
    known = Engine({})._book.threshold_names
    for family in detector.families:
        assert set(detector.thresholds(family)) <= set(known), "an unknown threshold"
    own = [field for field in detector.fields if not isinstance(field, Field)]
    assert not own, "a state column that is no Field"
