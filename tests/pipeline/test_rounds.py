"""Checkpoints are dealt out over the interval, one partition at a time."""

from domain.clock import ManualClock
from domain.settings import Settings
from pipeline.rounds import CheckpointRounds


def rounds(checkpoint_s: float) -> tuple[CheckpointRounds, ManualClock]:
    clock = ManualClock(1_000_000)
    settings = Settings(detect={"checkpoint_s": checkpoint_s})
    return CheckpointRounds(settings, clock), clock


def test_nothing_is_due_without_partitions() -> None:
    dealt, _ = rounds(10)
    assert dealt.due([]) is None


def test_every_partition_has_its_turn_once_an_interval() -> None:
    dealt, clock = rounds(8)
    turns = []
    for _ in range(24):
        number = dealt.due([0, 1, 2, 3])
        if number is not None:
            turns.append((clock.now_ms(), number))
        clock.advance(1000)
    assert [number for _, number in turns] == [0, 1, 2, 3] * 2 + [0, 1, 2][: len(turns) - 8]
    times = [at for at, _ in turns]
    assert all(b - a == 2000 for a, b in zip(times, times[1:], strict=False))


def test_a_new_partition_joins_the_round() -> None:
    dealt, clock = rounds(4)
    seen = set()
    for _ in range(12):
        seen.add(dealt.due([0, 1, 2]))
        clock.advance(1000)
    assert {0, 1, 2} <= seen
