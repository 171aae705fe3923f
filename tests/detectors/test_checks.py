"""Every detector passes every check; and every check catches some deliberately bad detector."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import Phase

from detectors.base import Detector, Verdict
from detectors.discovery import find_detectors
from detectors.state.columns import Columns, Field
from detectors.state.tracks import Round
from tests.detectors import checks


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("detector", find_detectors(), ids=lambda detector: detector.name)
def test_detector(detector: Detector, check: Callable[[Detector], None]) -> None:
    check(detector)


def test_every_detector_is_found() -> None:
    assert [d.name for d in find_detectors()] == [
        "baseline",
        "direction",
        "motion",
        "rain",
        "shaking",
        "surge",
    ]


class Threshold:
    """A sound if simple detector: readings far above zero; the bad ones below spoil it."""

    name = "threshold"
    families: tuple[str, ...] = ("displacement",)
    fields: tuple[Field, ...] = (Field("seen_by_threshold", "i4"),)
    feature_names: tuple[str, ...] = ("value_{unit}",)

    def thresholds(self, family: str) -> tuple[str, ...]:
        return ()

    def begin(self, table: Columns, series: int, channel: int) -> None:
        pass

    def update(self, batch: Round) -> Verdict:
        verdict = Verdict.silent(len(batch))
        batch.table["seen_by_threshold"][batch.series] += 1
        high = np.where(batch.good & (self.height(batch) > 25.0), 2, 0)
        verdict.claim[:], verdict.sure[:], verdict.stay[:] = high, high, high
        verdict.features[:, 0] = batch.raw
        return verdict

    def height(self, batch: Round) -> np.ndarray:
        return batch.raw


class ChangesItsInput(Threshold):
    def height(self, batch: Round) -> np.ndarray:
        batch.raw *= 1.0001
        return batch.raw


class ChangesOthers(Threshold):
    def height(self, batch: Round) -> np.ndarray:
        batch.table["level_of_nobody"][:] = 1
        batch.table["flat_run"][batch.series] += 1
        return batch.raw

    fields = (Field("seen_by_threshold", "i4"), Field("level_of_nobody", "u1"))


class LooksAtItsNeighbours(Threshold):
    def height(self, batch: Round) -> np.ndarray:
        return batch.raw - 0.5 * batch.raw.mean()


class LooksAtThePresent(Threshold):
    """Reads the newest value of its partner, whether that has come already or not."""

    def height(self, batch: Round) -> np.ndarray:
        partner = batch.partners.rows("gnss_n")
        beside = batch.table["value"][partner, -1].astype(np.float64)
        return np.where(partner > 0, batch.raw + beside, batch.raw)

    def update(self, batch: Round) -> Verdict:
        verdict = super().update(batch)
        verdict.score[:] = np.clip(np.abs(self.height(batch)) / 1e4, 0.0, 1.0)
        return verdict


class AsksItsPartner(LooksAtThePresent):
    """The same as it should be."""

    def height(self, batch: Round) -> np.ndarray:
        beside = batch.partners.of("gnss_n")
        return np.where(beside.known, batch.raw + beside.clean, batch.raw)


class RemembersElsewhere(Threshold):
    """Keeps state in itself, where no snapshot finds it."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def update(self, batch: Round) -> Verdict:
        verdict = super().update(batch)
        for place, row in enumerate(batch.series.tolist()):
            self._seen[row] = self._seen.get(row, 0) + 1
            verdict.score[place] = min(self._seen[row] / 1000.0, 1.0)
        return verdict


class Credulous(Threshold):
    def update(self, batch: Round) -> Verdict:
        verdict = super().update(batch)
        verdict.claim[:] = np.where(batch.raw > 25.0, 2, 0)
        return verdict


class Nervous(Threshold):
    def height(self, batch: Round) -> np.ndarray:
        return 4.0 * batch.raw


class Deaf(Threshold):
    def height(self, batch: Round) -> np.ndarray:
        return np.zeros(len(batch))


class CountsTime(Threshold):
    """Takes a gap for an event."""

    def height(self, batch: Round) -> np.ndarray:
        gap_h = -24.0 * batch.times[-2]
        return np.where((batch.count > 1) & (gap_h > 2.0), 100.0, 0.0)


class LikesConstants(Threshold):
    def update(self, batch: Round) -> Verdict:
        verdict = super().update(batch)
        flat = (batch.values[-3:] == batch.values[-1]).all(axis=0) & (batch.count > 3)
        verdict.score[:] = np.where(flat, 0.9, 0.0)
        return verdict


class CountsCalls(Threshold):
    """Counts its calls, so that a batch split in two is not one batch."""

    def __init__(self) -> None:
        self._calls = 0

    def update(self, batch: Round) -> Verdict:
        verdict = super().update(batch)
        self._calls += 1
        verdict.score[:] = (self._calls % 7) / 100.0
        return verdict


class Brittle(Threshold):
    """Sound until a value comes that nobody thought of."""

    def height(self, batch: Round) -> np.ndarray:
        assert (np.abs(batch.raw) < 1e6).all()
        return batch.raw

    families = ("other",)


class Hoarder(Threshold):
    """Keeps every reading of a month."""

    fields = (Field("seen_by_threshold", "i4"), Field("hoard", "f8", 4320))


class Nameless(Threshold):
    feature_names = ("value", "value")


@pytest.mark.parametrize(
    ("bad", "check"),
    [
        (ChangesItsInput, checks.keeps_to_its_own),
        (ChangesOthers, checks.keeps_to_its_own),
        (Credulous, checks.keeps_to_its_own),
        (LooksAtItsNeighbours, checks.does_not_depend_on_batches),
        (CountsCalls, checks.does_not_depend_on_batches),
        (LooksAtThePresent, checks.sees_no_present_of_others),
        (RemembersElsewhere, checks.survives_snapshots),
        (Brittle, checks.bears_anything),
        (Hoarder, checks.keeps_little_state),
        (CountsCalls, checks.ignores_missing_values_and_duplicates),
        (CountsTime, checks.bears_gaps_and_late_readings),
        (LikesConstants, checks.bears_constants),
        (Nervous, checks.keeps_quiet_in_noise),
        (Deaf, checks.finds_a_known_onset),
        (Nameless, checks.names_its_evidence),
    ],
)
def test_a_bad_detector_is_caught(
    bad: type[Threshold], check: Callable[[Detector], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "PHASES", (Phase.generate,))
    with pytest.raises(AssertionError):
        check(bad())


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_sound_detector_passes(check: Callable[[Detector], None]) -> None:
    """So the bad ones fail for what was spoilt, not for what they share."""
    check(Threshold())


def test_a_detector_may_look_at_what_partners_had_before() -> None:
    checks.sees_no_present_of_others(AsksItsPartner())
    checks.does_not_depend_on_batches(AsksItsPartner())
