"""What ``geohazard rain fit`` finds in a catalogue, as a report: fits, and how they do unseen."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from cli.rain_catalogue import groups_of, numbers
from detectors.rain.fit import Threshold, fit_positives, fit_responses
from detectors.rain.logistic import LogisticFit, fit_logistic, log_loss
from detectors.rain.skill import FOLDS, cross_validated, skill

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Method(StrEnum):
    """How storms with and without a response are parted."""

    THREAT = "threat"
    LOGISTIC = "logistic"


@dataclass(frozen=True)
class Options:
    """Of a fit."""

    below: float
    probability: float
    test_share: float
    resamples: int
    seed: int
    method: Method


@dataclass(frozen=True)
class Storms:
    """Storms with and without a response.

    Attributes
    ----------
    hours
        Durations, ascending, shape (k,).
    peaks
        Peak intensities in mm/h, shape (n, k).
    hit, groups
        Whether there was a response, and what is not independent, shape (n,).
    """

    hours: Numbers
    peaks: Numbers
    hit: Mask
    groups: npt.NDArray[Any]

    @classmethod
    def of(
        cls, rows: list[dict[str, str]], response: str, peak: list[str], group: str | None
    ) -> "Storms":
        """Read them; ``peak`` has HOURS=COLUMN."""
        pairs = sorted((_hours(text), text.partition("=")[2]) for text in peak)
        columns = [numbers(rows, name) for _, name in pairs] or [np.zeros(len(rows))]
        given = numbers(rows, response)
        known = np.isfinite(given)
        return cls(
            np.array([h for h, _ in pairs]),
            np.stack(columns, axis=1)[known],
            given[known] > 0.5,
            groups_of(rows, group)[known],
        )


@dataclass(frozen=True)
class Found:
    """A threshold, what is said of it, and the model if there is one."""

    threshold: Threshold
    report: dict[str, Any]
    model: LogisticFit | None = None


def report_positives(
    rows: list[dict[str, str]], columns: tuple[str, str], group: str | None, options: Options
) -> Found:
    """Fit to events that did something."""
    hours, rain_mm = (numbers(rows, name) for name in columns)
    train = _train(groups_of(rows, group), options)
    threshold = fit_positives(
        hours[train],
        rain_mm[train],
        below_percent=options.below,
        resamples=options.resamples,
        seed=options.seed,
    )
    good = (hours > 0.0) & (rain_mm > 0.0) & np.isfinite(hours) & np.isfinite(rain_mm)
    report = _report(threshold, train) | {"below_percent": options.below}
    report["unusable_rows"] = int((~good).sum())
    for name, part in (("train", train), ("test", ~train)):
        usable = part & good
        if usable.any():
            under = rain_mm[usable] < threshold.rain_mm(hours[usable])
            report[f"{name}_below_percent"] = round(100.0 * float(under.mean()), 2)
    return Found(threshold, report)


def report_responses(storms: Storms, options: Options) -> Found:
    """Fit to storms with and without a response; both methods are tried on unseen groups."""
    train = _train(storms.groups, options)
    fitted = _fit(storms, train, options, options.resamples)
    threshold = fitted.threshold if isinstance(fitted, LogisticFit) else fitted
    report = {"method": options.method.value} | _report(threshold, train)
    model = fitted if isinstance(fitted, LogisticFit) else None
    if model is not None:
        report |= _coefficients(model, options.probability)
    parts = {"train": train, "test": ~train} if not train.all() else {"train": train}
    for name, part in parts.items():
        for at, duration_h in enumerate(storms.hours):
            ratio = _ratios(storms, threshold)[part, at]
            limit = float(threshold.rain_mm(np.array(duration_h)) / duration_h)
            scores = skill(ratio >= 1.0, ratio, storms.hit[part])
            report[f"{name}_{duration_h:g}h"] = {"threshold_mm_per_h": round(limit, 2)} | scores
    report["cross_validated"] = _beside(storms, options)
    return Found(threshold, report, model)


def _fit(storms: Storms, part: Mask, options: Options, resamples: int) -> Threshold | LogisticFit:
    given = (storms.hours, storms.peaks[part], storms.hit[part], storms.groups[part])
    if options.method is Method.THREAT:
        return fit_responses(*given, resamples=resamples, seed=options.seed)
    return fit_logistic(
        *given, probability=options.probability, resamples=resamples, seed=options.seed
    )


def _ratios(storms: Storms, threshold: Threshold) -> Numbers:
    """Intensities against the threshold, shape (n, k)."""
    found: Numbers = storms.peaks * storms.hours / threshold.rain_mm(storms.hours)
    return found


def _beside(storms: Storms, options: Options) -> dict[str, Any]:
    """Both methods, each storm judged by fits to other groups."""
    hours, peaks, hit, groups = storms.hours, storms.peaks, storms.hit, storms.groups
    p = options.probability

    def threat(part: Mask) -> Numbers:
        fitted = fit_responses(hours, peaks[part], hit[part], groups[part], resamples=2)
        return _ratios(storms, fitted)

    def logistic(part: Mask) -> Numbers:
        fitted = fit_logistic(hours, peaks[part], hit[part], groups[part], resamples=2)
        return fitted.model.probability(peaks, hours)

    chance = cross_validated(groups, logistic, seed=options.seed)
    line = cross_validated(groups, threat, seed=options.seed)
    report: dict[str, Any] = {"folds": FOLDS, "threat": {}, "logistic": {}}
    usual = hit.mean()
    for at, duration_h in enumerate(hours):
        name, known = f"{duration_h:g}h", np.isfinite(chance[:, at])
        report["threat"][name] = skill(line[:, at] >= 1.0, line[:, at], hit)
        scores = skill(chance[:, at] >= p, chance[:, at], hit)
        brier = float(np.mean((chance[known, at] - hit[known]) ** 2))
        against = float(np.mean((usual - hit[known]) ** 2))
        loss = log_loss(chance[known, at], hit[known])
        more = {"brier_skill": round(1.0 - brier / against, 3), "log_loss": round(loss, 3)}
        report["logistic"][name] = scores | more
    return report


def _coefficients(fit: LogisticFit, probability: float) -> dict[str, Any]:
    names = ("constant", "intensity", "duration")
    drawn = np.array([[getattr(one, name) for name in names] for one in fit.drawn])
    low, high = np.percentile(drawn, [5.0, 95.0], axis=0)
    return {
        "probability": probability,
        "logit": {name: round(getattr(fit.model, name), 4) for name in names},
        "logit_90_percent": {
            name: [round(float(low[i]), 4), round(float(high[i]), 4)]
            for i, name in enumerate(names)
        },
    }


def _report(threshold: Threshold, train: Mask) -> dict[str, Any]:
    return {
        "intercept_mm_per_h": round(threshold.intercept, 3),
        "intercept_90_percent": [round(v, 3) for v in threshold.intercept_limits],
        "exponent": round(threshold.exponent, 4),
        "exponent_90_percent": [round(v, 4) for v in threshold.exponent_limits],
        "overrides": threshold.overrides(),
        "train_rows": int(train.sum()),
        "test_rows": int((~train).sum()),
    }


def _train(groups: npt.NDArray[Any], options: Options) -> Mask:
    """Rows to fit to; whole groups go one way."""
    names = np.unique(groups)
    drawn = np.random.default_rng([options.seed, 7]).random(len(names)) >= options.test_share
    train: Mask = np.isin(groups, names[drawn])
    return train


def _hours(text: str) -> float:
    given, separator, column = text.partition("=")
    try:
        hours = float(given)
    except ValueError:
        hours = 0.0
    if not (separator and column and 0.0 < hours < np.inf):
        msg = f"--peak takes HOURS=COLUMN, say 0.25=peak_i15_mmh, not {text!r}"
        raise ValueError(msg)
    return hours
