"""Thresholds changed for one run, to see what a change does before it is used.

``name=value`` changes a threshold for every kind of hazard, ``kind.name=value`` for one. A TOML
file says the same: top-level keys, and tables named after kinds of hazard.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from detectors.overrides import check_rules, unknown
from detectors.rules import Rules
from domain.errors import GeohazardError
from domain.hazards import HazardType

GLOBAL = ("silence_intervals", "silence_least_s")


def parse_settings(texts: Iterable[str]) -> dict[str, float]:
    """Read ``name=value`` texts.

    Raises
    ------
    GeohazardError
        If one is not of that form.

    Examples
    --------
    >>> parse_settings(["velocity_red_mm_per_day=300", "debris_flow.hold_hours=3"])
    {'velocity_red_mm_per_day': 300.0, 'debris_flow.hold_hours': 3.0}
    """
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError as error:
            msg = f"{text!r} is not of the form name=number"
            raise GeohazardError(msg) from error
    return found


def read_rules_file(path: Path) -> dict[str, float]:
    """Read changes from a TOML file.

    Raises
    ------
    GeohazardError
        If it cannot be read or holds anything but numbers.
    """
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise GeohazardError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is not TOML: {error}"
        raise GeohazardError(msg) from error
    found: dict[str, float] = {}
    for name, value in content.items():
        pairs = {f"{name}.{k}": v for k, v in value.items()} if isinstance(value, dict) else None
        for key, number in (pairs if pairs is not None else {name: value}).items():
            if isinstance(number, bool) or not isinstance(number, int | float):
                msg = f"{path}: {key} must be a number, found {number!r}"
                raise GeohazardError(msg)
            found[key] = float(number)
    return found


def change_rules(rules: Rules, changes: Mapping[str, float]) -> Rules:
    """Make a table with changed thresholds; its version says that it is changed.

    Raises
    ------
    GeohazardError
        If a name is not in the table (the text lists close ones), a value is out of range, or a
        higher level would ask for less than a lower one.

    Examples
    --------
    >>> from detectors.rules import DEFAULT_RULES
    >>> changed = change_rules(DEFAULT_RULES, {"velocity_red_mm_per_day": 300.0})
    >>> changed.hazards[HazardType.LANDSLIDE].thresholds["velocity_red_mm_per_day"]
    300.0
    """
    if not changes:
        return rules
    hazards = dict(rules.hazards)
    general = {}
    for key, value in changes.items():
        if key in GLOBAL:
            general[key] = value
            continue
        kind, _, name = key.rpartition(".")
        if name not in rules.threshold_names or (kind and kind not in list(HazardType)):
            raise GeohazardError(unknown(key, rules))
        for hazard in [HazardType(kind)] if kind else list(hazards):
            table = dict(hazards[hazard].thresholds) | {name: value}
            hazards[hazard] = replace(hazards[hazard], thresholds=MappingProxyType(table))
    changed = replace(
        rules,
        version=f"{rules.version}+changed",
        hazards=MappingProxyType(hazards),
        silence_intervals=general.get("silence_intervals", rules.silence_intervals),
        silence_least_s=general.get("silence_least_s", rules.silence_least_s),
    )
    check_rules(changed)
    return changed
