"""Truths, warnings and records planted by hand; hours since an epoch of their own."""

from pathlib import Path

from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import Registry
from domain.warnings import Forecast, Reason, WarningKind, make_warning
from evaluation.replay import Known
from evaluation.truth import Event
from sensors_sim.generate import GenerateConfig, generate
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario

HOUR = 3_600_000
POINT = "500235010007"
OTHER = "500235030001"
START_MS = 1_780_272_000_000


def registry() -> Registry:
    """Register a landslide with a logger of two channels, and a debris flow with a gauge."""
    return Registry.of(
        [
            Point(
                POINT,
                "slide",
                HazardType.LANDSLIDE,
                30.9,
                108.7,
                devices=(Device("d1", ("crack", "rain"), 600.0),),
            ),
            Point(
                OTHER,
                "gully",
                HazardType.DEBRIS_FLOW,
                30.9,
                108.8,
                devices=(Device("d2", ("rain", "mud_level"), 600.0),),
            ),
        ]
    )


def event(kind, start_h, end_h, *, point=POINT, device="d1", channel="", size=None) -> Event:
    return Event(point, device, kind, channel, round(start_h * HOUR), round(end_h * HOUR), size)


def reason(level=3, *, channel="crack", device="d1", detector="motion", rule="") -> Reason:
    return Reason(
        channel=channel,
        device_id=device,
        detector=detector,
        level=level,
        time_ms=0,
        value=1.0,
        features={},
        thresholds={},
        rule=rule or f"{detector}.x",
        rule_version="1",
        flag=1,
    )


def change(hour, level, previous, *, point=POINT, reasons=None, forecast=None, seq=1) -> Known:
    """Change a level, known at an hour."""
    rises = WarningKind.UPGRADED if previous else WarningKind.RAISED
    falls = WarningKind.DOWNGRADED if level else WarningKind.CLEARED
    made = make_warning(
        point_id=point,
        kind=rises if level > previous else falls,
        level=level,
        previous_level=previous,
        event_ms=round(hour * HOUR),
        sequence=seq,
        reasons=(reason(level),) if reasons is None else reasons,
        forecast=forecast,
    )
    return Known(made, round(hour * HOUR))


def silent(hour, *, point=POINT, reasons=()) -> Known:
    made = make_warning(
        point_id=point,
        kind=WarningKind.SILENT,
        level=0,
        previous_level=0,
        event_ms=round(hour * HOUR),
        sequence=1,
        reasons=reasons,
    )
    return Known(made, round(hour * HOUR))


def forecast(early_h, middle_h, late_h) -> Forecast:
    return Forecast(
        made_at_ms=0,
        failure_ms=round(middle_h * HOUR),
        earliest_ms=round(early_h * HOUR),
        latest_ms=round(late_h * HOUR),
        method="m",
        r2=1.0,
    )


def write_record(out: Path, *, scenario="demo", points=60, days=0.5, seed=3) -> Path:
    """Write a small simulated record, 10 minutes between readings."""
    generate(
        GenerateConfig(
            points=build_points(points, seed, 600.0),
            scenario=load_scenario(scenario),
            seed=seed,
            start_ms=START_MS,
            days=days,
            out=out,
        )
    )
    return out
