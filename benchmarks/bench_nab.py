"""NAB, the Numenta Anomaly Benchmark: 58 series of one value, 116 labelled windows.

    python -m benchmarks nab --data DIR

DIR is a copy of numenta/NAB: ``data``, ``labels`` and ``results``, in which every entry's own
scores lie. Each series goes through the live engine as a `generic` channel. Judged as NAB does
(`benchmarks.nab_score`), all entries by the same code in the same run, each at its best threshold;
ours also at fixed ones, 0.5 (p = 1e-3) and 1 (1e-5), with nothing chosen. Ours stays high
while a change lasts, and NAB counts each row: so also where only the row counts at which it rises
to the threshold, and where only the first row of each spell counts (`detectors.score.spells`).

``--half`` takes the files of one half only: a file belongs to the development half if the first
byte of SHA-256 of its name, as it stands in the labels, is even. Ours was developed with a view
of that one.
"""

import argparse
import csv
import hashlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.nab_score import Found, Windows, at, best
from benchmarks.public_data import F64, I64, engine_scores
from detectors.score.spells import spells_of

FIXED = (0.5, 1.0)
LEFT_OUT = ("null", "random")
HALVES = ("all", "development", "held-out")

Series = tuple[I64, F64, Windows]


def read_corpus(folder: Path) -> dict[str, Series]:
    """Read every series with its windows as rows, by name."""
    labelled = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    corpus = {}
    for name, windows in sorted(labelled.items()):
        with (folder / "data" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        times = [_seconds(row["timestamp"]) for row in rows]
        ends = [(times.index(_seconds(a)), times.index(_seconds(b))) for a, b in windows]
        values = np.array([row["value"] for row in rows], np.float64)
        corpus[name] = ((np.array(times) * 1000).astype(np.int64), values, ends)
    return corpus


def of_half(corpus: dict[str, Series], half: str) -> dict[str, Series]:
    """Take the files of one of `HALVES`."""
    if half == "all":
        return corpus
    odd = int(half == "held-out")
    return {n: s for n, s in corpus.items() if hashlib.sha256(n.encode()).digest()[0] % 2 == odd}


def entry(folder: Path, method: str, corpus: dict[str, Series]) -> list[tuple[F64, Windows]]:
    """Read the scores that an entry handed in."""
    files = []
    for name, (_, _, windows) in corpus.items():
        group, file_name = name.split("/")
        path = folder / "results" / method / group / f"{method}_{file_name}"
        with path.open(encoding="utf-8", newline="") as file:
            told = [row["anomaly_score"] for row in csv.DictReader(file)]
        files.append((np.array(told, np.float64), windows))
    return files


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=HALVES, default="all")
    options = parser.parse_args()
    folder = options.data
    if not (folder / "labels").is_dir():
        parser.error(f"no folder labels in {folder}")
    corpus = of_half(read_corpus(folder), options.half)
    total = sum(len(windows) for _, _, windows in corpus.values())
    rows = sum(len(times) for times, _, _ in corpus.values())
    print(f"{len(corpus)} series, {rows:,} rows, {total} windows")
    print(f"{'method':34} {'threshold':>9} {'NAB':>6} {'windows':>8} {'false runs':>10}")
    began = time.process_time()
    ours = [(engine_scores(t, v[:, None])[:, 0], w) for t, v, w in corpus.values()]
    cost = (time.process_time() - began) / rows * 1e6
    _tell("geohazard", best(ours, total))
    for limit in FIXED:
        _tell("geohazard, nothing chosen", at(ours, total, limit))
        _tell("geohazard, rises, nothing chosen", at(_rises(ours, limit), total, limit))
    _tell("geohazard, spells, nothing chosen", at(_first_rows(ours), total, 1.0))
    methods = [p.name for p in sorted((folder / "results").iterdir()) if p.is_dir()]
    for method in methods:
        if method not in LEFT_OUT:
            _tell(method, best(entry(folder, method, corpus), total))
    print(f"geohazard: {cost:.0f} us of CPU a row, one series alone")


def _rises(files: list[tuple[F64, Windows]], limit: float) -> list[tuple[F64, Windows]]:
    """Keep scores where they rise to the limit."""
    found = []
    for scores, windows in files:
        high = np.nan_to_num(scores, nan=0.0) >= limit
        first = high & ~np.concatenate(([False], high[:-1]))
        found.append((np.where(first, 1.0, 0.0), windows))
    return found


def _first_rows(files: list[tuple[F64, Windows]]) -> list[tuple[F64, Windows]]:
    """Keep the first row of each spell."""
    found = []
    for scores, windows in files:
        first = np.zeros(len(scores))
        first[[spell.first for spell in spells_of(scores)]] = 1.0
        found.append((first, windows))
    return found


def _tell(name: str, found: Found) -> None:
    print(
        f"{name:34} {found.threshold:9.4f} {found.score:6.1f} {found.windows_found:8}"
        f" {found.false_runs:10}",
        flush=True,
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


if __name__ == "__main__":
    main()
