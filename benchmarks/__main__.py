"""``python -m benchmarks [NAME] [OPTIONS]``: measure, and say on which machine.

Without a name: ``detectors``, ``simulator``, then ``pipeline``. Names: ``pipeline``, ``batches``
of any size, ``dashboards``, ``detectors``, ``forecast``, ``ingest``, ``simulator``, ``commanded``
(its extra readings), ``sampling`` (what these bring), ``storage``; ``calibration`` of the anomaly
score, and its data sets ``skab``, ``nab`` and ``oddwater``; ``quality`` flags against the truth.
"""

import platform
import runpy
import sys

import psutil

from benchmarks import pipeline

OTHERS = {
    "batches": "benchmarks.bench_batches",
    "calibration": "benchmarks.bench_calibration",
    "commanded": "benchmarks.bench_commanded",
    "dashboards": "benchmarks.bench_dashboards",
    "detectors": "benchmarks.bench_detectors",
    "earthquake": "benchmarks.bench_earthquake",
    "forecast": "benchmarks.bench_forecast",
    "ingest": "benchmarks.bench_ingest",
    "nab": "benchmarks.bench_nab",
    "oddwater": "benchmarks.bench_oddwater",
    "quality": "benchmarks.bench_quality",
    "sampling": "benchmarks.bench_sampling",
    "simulator": "benchmarks.bench_simulator",
    "skab": "benchmarks.bench_skab",
    "storage": "benchmarks.bench_storage",
}


def machine() -> str:
    """Describe the machine in one line."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} processors, "
        f"{memory_gb:.0f} GiB, Python {platform.python_version()}"
    )


def main() -> int:
    """Run one benchmark."""
    print(machine(), flush=True)
    if not sys.argv[1:]:
        _run("detectors", [])
        _run("simulator", [])
    name, *options = sys.argv[1:] or ["pipeline"]
    if name == "pipeline":
        return pipeline.main(options)
    if name not in OTHERS:
        print(f"unknown benchmark {name!r}; known: pipeline, {', '.join(OTHERS)}")
        return 2
    _run(name, options)
    return 0


def _run(name: str, options: list[str]) -> None:
    sys.argv, own = [name, *options], sys.argv
    runpy.run_module(OTHERS[name], run_name="__main__")
    sys.argv = own


if __name__ == "__main__":
    sys.exit(main())
