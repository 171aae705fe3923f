"""The detectors' share: which of them brought each warning, right or wrong, and how early.

A detector has a share in a failure that was warned, or in an alarm, if one of its reasons stood in
the warning that raised the point to the level; several may. Where none but it spoke it was *alone*.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from domain.hazards import HazardType
from evaluation.alarms import VERDICTS, Alarm
from evaluation.failures import WARNED_LEVELS, FailureFound
from evaluation.intervals import Rate, Share, Spread

Shares = dict[str, dict[str, "DetectorShare"]]
"""By level, then by detector."""


class DetectorShare(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector did at a level.

    Attributes
    ----------
    warned
        Failures that were warned with its help, of all failures.
    warned_alone
        How many of these by nothing else.
    lead_h
        Lead times of these, hours.
    alarms
        Alarms with its help, by verdict.
    false, false_alone
        Rate of the false ones a point-year, and how many of these by nothing else.
    """

    warned: Share
    warned_alone: int
    lead_h: Spread
    alarms: dict[str, int]
    false: Rate
    false_alone: int


def shares_of_detectors(
    found: Sequence[FailureFound], alarms: Sequence[Alarm], point_years: float
) -> Shares:
    """Tell the detectors' share by level.

    Parameters
    ----------
    point_years
        What false alarms are counted against.
    """
    return {level.colour: _at(level, found, alarms, point_years) for level in WARNED_LEVELS}


def by_hazard(
    found: Sequence[FailureFound],
    alarms: Sequence[Alarm],
    years: Mapping[str, float],
    hazard_of: Callable[[str], str],
) -> dict[str, Shares]:
    """Tell it for every kind of hazard, ``all`` first.

    Parameters
    ----------
    years
        Point-years by kind of hazard, ``all`` among them.
    hazard_of
        Kind of hazard of a point, by its id.
    """
    result = {"all": shares_of_detectors(found, alarms, years["all"])}
    for hazard in HazardType:
        if hazard.value in years:
            own_failures = [f for f in found if f.hazard == hazard.value]
            own_alarms = [a for a in alarms if hazard_of(a.point_id) == hazard.value]
            result[hazard.value] = shares_of_detectors(
                own_failures, own_alarms, years[hazard.value]
            )
    return result


def _at(
    level: int, found: Sequence[FailureFound], alarms: Sequence[Alarm], point_years: float
) -> dict[str, DetectorShare]:
    colour = WARNED_LEVELS[level - 1].colour
    own = [alarm for alarm in alarms if alarm.previous < level <= alarm.level]
    brought = {id(f): f.detectors.get(colour, ()) for f in found}
    names = {name for alarm in own for name in alarm.detectors}
    names |= {name for detectors in brought.values() for name in detectors}
    result = {}
    for name in sorted(names):
        helped = [f for f in found if name in brought[id(f)]]
        spoke = [alarm for alarm in own if name in alarm.detectors]
        false = [alarm for alarm in spoke if alarm.verdict == "false"]
        leads = [lead for f in helped if (lead := f.lead_h[colour]) is not None]
        result[name] = DetectorShare(
            warned=Share.of_counts(len(helped), len(found)),
            warned_alone=sum(brought[id(f)] == (name,) for f in helped),
            lead_h=Spread.of_values(leads),
            alarms={v: sum(alarm.verdict == v for alarm in spoke) for v in VERDICTS},
            false=Rate.of_count(len(false), point_years),
            false_alone=sum(alarm.detectors == (name,) for alarm in false),
        )
    return result
