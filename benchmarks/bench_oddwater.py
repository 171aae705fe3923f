"""oddwater: level, conductivity and turbidity of a river, labelled by kind of sensor anomaly.

    python -m benchmarks oddwater [--data FILE]

The live engine reads each column as a `generic` channel; a reading is anomalous when its score is
0.5 or more (a p-value of 1e-3), or 0.25 (1e-2). Precision is of all readings of a column, recall
also by the kind that the data set names with a letter. The quality flag (SUSPECT or FAIL) of the
reading is shown beside it: a spike is the business of both.
"""

import argparse
import csv
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.public_data import DATA, F64, I64, Counts, Mask, engine_features

COLUMNS = ("Level", "Cond", "Tur")
THRESHOLDS = (0.5, 0.25)


def read_table(path: Path) -> tuple[I64, F64, Mask, list[list[str]]]:
    """Read times (n,), values (n, 3), labels (n, 3) and kinds; repeated times are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stamps = [f"{row['Timestamp']}+0000" for row in rows]
    times = np.array([datetime.strptime(s, "%d/%m/%Y %H:%M%z").timestamp() for s in stamps])
    order = np.unique(times, return_index=True)[1]
    kept = [rows[place] for place in order.tolist()]
    values = [[_number(row[name]) for name in COLUMNS] for row in kept]
    labels = [[row[f"label_{name}"] == "1" for name in COLUMNS] for row in kept]
    kinds = [[row[f"type_{name}"] for name in COLUMNS] for row in kept]
    return (times[order] * 1000).astype(np.int64), np.array(values), np.array(labels), kinds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA / "oddwater" / "data_sandy_anom.csv")
    path = parser.parse_args().data
    if not path.exists():
        parser.error(f"no file {path}")
    times_ms, values, labels, kinds = read_table(path)
    scores, flags = engine_features(times_ms, values)
    verdicts = {f"score >= {limit}": scores >= limit for limit in THRESHOLDS}
    verdicts["flag suspect or fail"] = flags >= 3
    print(f"{len(times_ms):,} rows")
    print(f"{'column':8} {'verdict':22} {'anomalies':>9} {'precision':>9} {'recall':>7}  by kind")
    for place, name in enumerate(COLUMNS):
        kind = np.array([row[place] for row in kinds])
        for verdict, said in verdicts.items():
            counts = Counts.of(labels[:, place], said[:, place])
            true = labels[:, place]
            parts = [
                f"{one} {said[true & (kind == one), place].sum()}/{(true & (kind == one)).sum()}"
                for one in sorted(set(kind[true].tolist()))
            ]
            print(
                f"{name:8} {verdict:22} {true.sum():9} {counts.precision:9.3f}"
                f" {counts.recall:7.3f}  {', '.join(parts)}"
            )


def _number(text: str) -> float:
    return float("nan") if text in ("", "NA") else float(text)


if __name__ == "__main__":
    main()
