"""The tables of docs/evaluation.md, from the metrics of several runs.

``python -m benchmarks.evaluation_table many-1 many-2 season quake`` (folders with a metrics.json)
counts runs of one scenario together. ``--wet many-failures evaluation-season`` names the scenarios
that are counted as one where the document speaks of the wet records (these two unless it is given),
``--pictures docs/images`` draws the first run's pictures.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import evaluation_goals as goal_rows
from benchmarks import evaluation_rows as rows
from benchmarks.pooled import by_scenario, together
from evaluation import figures
from evaluation.metrics import Metrics, read_metrics

WET = ("many-failures", "evaluation-season")
LEFT = ("0 to 3", "3 to 6", "6 to 12", "12 to 24", "24 to 48", "beyond 48")
NOTHING = ("-", "- of 0", "0; 0", "0, 0, 0, 0")


def main() -> None:
    """Print a table for each subject."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--wet", nargs="+", default=WET, metavar="SCENARIO")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    runs = [read_metrics(folder / "metrics.json") for folder in arguments.folders]
    if arguments.pictures is not None:
        _draw(runs[0], arguments.pictures)
    print(tables(runs, arguments.wet))


def tables(runs: Sequence[Metrics], wet_scenarios: Sequence[str] = WET) -> str:
    """Write all tables as Markdown, a heading before each."""
    scenarios = by_scenario(runs)
    wet_runs = [run for run in runs if run.about.scenario in wet_scenarios]
    wet = together(wet_runs or runs)
    twice = [run for run in runs if sum(r.about.scenario == run.about.scenario for r in runs) > 1]
    columns = [(wet, "wet records"), *_named(scenarios), *_named(twice, seeds=True)]
    each, all_of_one = _named(runs, seeds=True), _named(scenarios)
    caught, right, own, recall = rows.flags()
    parts = (
        ("What was measured", _table(each, rows.about())),
        ("Goals", _table(columns, goal_rows.goals(runs))),
        ("Failures, all records", _failures(together(runs))),
        ("Forecasts", _table(all_of_one, [*rows.forecasts(), *rows.methods(runs)])),
        ("Forecasts by hours left, wet records", _lines(["", *LEFT], rows.by_time_left(wet))),
        ("Alarms a point-year", _table([(wet, "wet records"), *all_of_one], rows.alarms())),
        ("Duration matrix", _table(each, rows.matrix())),
        ("The detectors' share", _table(all_of_one, rows.shares(runs))),
        ("Caught, of occurrences", _table([(wet, "wet records"), *all_of_one], caught)),
        ("Of a fault, of the readings named", _table(all_of_one, right)),
        ("Of its own kinds, of the readings named", _table(all_of_one, own)),
        ("Caught by its own test", _table(all_of_one, recall)),
        ("Silence", _table(all_of_one, rows.silence(runs))),
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts)


def _named(runs: Iterable[Metrics], *, seeds: bool = False) -> list[tuple[Metrics, str]]:
    """Columns: a run, and what stands above it."""
    return [(r, f"{r.about.scenario} {r.about.seed}" if seeds else r.about.scenario) for r in runs]


def _failures(run: Metrics) -> str:
    head = ["failures", "yellow", "orange", "red", "lead at orange, h: median (quartiles)"]
    return _lines(head, goal_rows.failures(run))


def _table(columns: Sequence[tuple[Metrics, str]], named: Iterable[rows.Row]) -> str:
    lines = [[name, *(cell(run) for run, _ in columns)] for name, cell in named]
    told = [line for line in lines if any(cell not in NOTHING for cell in line[1:])]
    return _lines(["", *(name for _, name in columns)], told)


def _lines(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    marks = ["---"] * len(head)
    shown = ([cell if cell not in NOTHING else "" for cell in line] for line in body)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, marks, *shown))


def _draw(run: Metrics, folder: Path) -> None:
    for name, _, drawing in figures.PICTURES:
        target = folder / f"evaluation-{run.about.scenario}-{name}.svg"
        target.write_bytes(figures.draw(drawing, run))


if __name__ == "__main__":
    main()
