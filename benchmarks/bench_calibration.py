"""Does a score keep its promise? Shares of scores above s where nothing happens.

    python -m benchmarks calibration [--seed 201] [--series 100] [--length 5000]

Each figure is a share over what the score promises: 1 is exact, below 1 cautious, above 1 too many
alarms. A score of 0 stands for p = 0.1, 0.25 for 0.01, 0.5 for 0.001, 0.75 for 0.0001. The last
rows are the scores of points whose eight channels move alike.
"""

import argparse

import numpy as np

from benchmarks.nulls import CHANNELS, F64, NULLS, TOGETHER, scores_side_by_side, settled
from detectors.score.baseline import WARM_UP

PROMISES = {0.0: 0.1, 0.25: 0.01, 0.5: 0.001, 0.75: 0.0001}
BURN_IN = 1_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=201)
    parser.add_argument("--series", type=int, default=100)
    parser.add_argument("--length", type=int, default=5_000)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.series} series of {options.length} readings each")
    heads = "  ".join(f"s>{limit:<4}" for limit in PROMISES)
    print(f"{'':14} {'reading 8 to 1000':^30}   {'from 1000 on':^30}")
    print(f"{'':14} {heads}   {heads}")
    points = max(options.series // CHANNELS, 1)
    values = {
        name: null(
            np.random.default_rng([options.seed, number]),
            options.series if name in NULLS else points,
            options.length,
        )
        for number, (name, null) in enumerate((NULLS | TOGETHER).items())
    }
    for name, scores in scores_side_by_side(values).items():
        _tell(name, scores)
    print(f"the last {len(TOGETHER)}: {points} points of {CHANNELS} channels")


def _tell(name: str, scores: F64) -> None:
    place = np.arange(scores.shape[1])
    use = settled(name, scores.shape[1])
    halves = (use & (place >= WARM_UP) & (place < BURN_IN), use & (place >= BURN_IN))
    cells = ["  ".join(f"{r:6.2f}" for r in _ratios(scores[:, half])) for half in halves]
    print(f"{name:14} {cells[0]}   {cells[1]}", flush=True)


def _ratios(scores: F64) -> list[float]:
    return [float((scores > limit).mean()) / share for limit, share in PROMISES.items()]


if __name__ == "__main__":
    main()
