"""What the detectors say of measured slopes, point by point: Bazimen and Century Mine.

``python -m benchmarks.measured_records ../shared/data``
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from cli.series_file import Series, read_series
from detectors.analysed import Analysis
from detectors.analysis import analyze
from domain.levels import Level
from domain.times import iso

RECORDS = (
    ("three_gorges_bazimen/displacement_monthly.csv", "point", "month", "dF_mm"),
    (
        "century_mine/century_prisms_daily_subset.csv",
        "sensorId",
        "timestampLocal",
        "displacementMm",
    ),
)


def main() -> None:
    """Print a line for each series and way of reading it, and each change of level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    for name, key, time, value in RECORDS:
        path = folder / name
        with path.open(encoding="utf-8", newline="") as file:
            points = sorted({row[key] for row in csv.DictReader(file)})
        for point in points:
            for channel in ("crack", "gnss"):
                series = read_series(
                    path,
                    time_column=time,
                    value_column=value,
                    channel=channel,
                    unit="mm",
                    where=f"{key}={point}",
                    timezone="UTC",
                )
                found = analyze(series.times_ms, series.values, series.channel)
                print(f"{point} as {channel}: {_summary(series, found)}")
                for change in found.levels:
                    features = [r.features for r in change.reasons[:1]]
                    why = ", ".join(f"{n} {v:.3g}" for f in features for n, v in f.items())
                    print(f"    {iso(change.time_ms)[:10]} {Level(change.level).colour}: {why}")


def _summary(series: Series, found: Analysis) -> str:
    times, values = np.asarray(series.times_ms), np.asarray(series.values)
    days = np.diff(times) / 86_400_000
    speed = np.diff(values) / np.where(days > 0, days, np.nan)
    order = np.argsort(-np.nan_to_num(speed))[:3]
    peaks = ", ".join(f"{speed[i]:.1f} mm/d on {iso(int(times[i + 1]))[:10]}" for i in order)
    return (
        f"{found.rows} readings, {values[-1] - values[0]:.0f} mm; fastest {peaks}; highest level "
        f"{Level(found.max_level).colour}, {len(found.forecasts)} forecasts"
    )


if __name__ == "__main__":
    main()
