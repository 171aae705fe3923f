"""SKAB: eight channels of a water loop, one anomaly a file; outlier F1 of ours and of peers.

    python -m benchmarks skab [--data DIR] [--peers]

Protocol of waico/SKAB: the first 400 rows of each file are for training, all rows after them are
judged, counts are pooled over the files. Ours trains on nothing: the live engine reads the file
from its first row, one `generic` channel for each column, and a row is anomalous when the eight
scores combined (`detectors.scores.combined_p_value`) stand for a p-value of 0.01 or less:
the 99th percentile, which the peers take of their training scores.

DIR holds CSV files as `valve1/*.csv` (default ../shared/data/skab beside the checkout), or is the
folder ``data`` of a copy of waico/SKAB, with `valve2` and `other` too. Ours was developed with a
view of `valve1`; the files of the other folders are held out and told apart. The published
figures are of all 34 files.
"""

import argparse
import csv
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.public_data import DATA, F64, I64, Counts, Mask, engine_scores
from detectors.scores import combined_p_value, p_value_of_score

TRAINING = 400
RARE = 1e-2
COLUMNS = 8
SEEN = ("valve1",)
"""Folders whose labels were looked at in development."""

HELD_OUT = ("valve2", "other")

Table = tuple[I64, F64, Mask]
Method = Callable[[I64, F64], Mask]


def read_table(path: Path) -> Table:
    """Read times in milliseconds (n,), values (n, 8), labels (n,; none without the column)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    times = [datetime.fromisoformat(row[0]).replace(tzinfo=UTC).timestamp() for row in rows[1:]]
    values = np.array([row[1 : 1 + COLUMNS] for row in rows[1:]], np.float64)
    labelled = "anomaly" in rows[0]
    place = rows[0].index("anomaly") if labelled else 0
    labels = np.array([labelled and float(row[place]) > 0 for row in rows[1:]])
    return (np.array(times) * 1000).astype(np.int64), values, labels


def ours(times_ms: I64, values: F64) -> Mask:
    """Judge by the live engine; see the module."""
    p_values = p_value_of_score(engine_scores(times_ms, values))
    said: Mask = combined_p_value(p_values.T) <= RARE
    return said


def judge(tables: list[Table], method: Method) -> list[Counts]:
    """Count each file."""
    return [
        Counts.of(labels[TRAINING:], method(times_ms, values)[TRAINING:])
        for times_ms, values, labels in tables
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA / "skab")
    parser.add_argument("--peers", action="store_true", help="compare with river and scikit-learn")
    options = parser.parse_args()
    paths = [p for name in SEEN + HELD_OUT for p in sorted((options.data / name).glob("*.csv"))]
    if not paths:
        parser.error(f"no valve1/*.csv in {options.data}")
    tables = [read_table(path) for path in paths]
    groups = {"seen": SEEN, "held out": HELD_OUT, "all": SEEN + HELD_OUT}
    chosen = {
        group: [place for place, path in enumerate(paths) if path.parent.name in names]
        for group, names in groups.items()
    }
    methods: dict[str, Method] = {"geohazard": ours, "everything": _everything}
    if options.peers:
        from benchmarks.peers import PEERS  # noqa: PLC0415 - needs the extra `peers`

        methods |= PEERS
    rows = sum(len(labels) for _, _, labels in tables)
    print(f"{len(paths)} files, {rows:,} rows, judged from row {TRAINING} on: F1, FAR %, MAR %")
    heads = "".join(f"{f'{group}, {len(chosen[group])} files':>24}" for group in groups)
    print(f"{'method':20}{heads} {'CPU us/row':>11}")
    for name, method in methods.items():
        began = time.process_time()
        counts = judge(tables, method)
        cost = (time.process_time() - began) / rows * 1e6
        cells = "".join(
            _cell(sum((counts[place] for place in places), Counts())) for places in chosen.values()
        )
        print(f"{name:20}{cells} {cost:11.0f}", flush=True)


def _cell(counts: Counts) -> str:
    far, missed = 100 * counts.false_alarm_rate, 100 * (1 - counts.recall)
    return f"{counts.f1:10.3f} {far:6.2f} {missed:6.2f}"


def _everything(times_ms: I64, values: F64) -> Mask:
    return np.ones(len(times_ms), bool)


if __name__ == "__main__":
    main()
