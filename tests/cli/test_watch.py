"""What the live view knows of a run."""

from cli.embedded.watch import Watch
from domain.health import Health, encode_health
from domain.warnings import WarningKind, encode_warning, make_warning

POINT = "500235010007"


def warning(kind: WarningKind, previous: int, level: int, sequence: int) -> bytes:
    event = make_warning(
        point_id=POINT,
        kind=kind,
        level=level,
        previous_level=previous,
        event_ms=sequence,
        sequence=sequence,
    )
    return encode_warning(event)


def test_a_warning_that_comes_again_changes_nothing() -> None:
    watch = Watch()
    for _ in range(2):
        watch.take_warning(warning(WarningKind.RAISED, 0, 3, 1))
    assert dict(watch.raised) == {3: 1}
    assert len(watch.last) == 1
    assert watch.levels == {POINT: 3}


def test_a_silent_point_keeps_its_level() -> None:
    watch = Watch()
    watch.take_warning(warning(WarningKind.RAISED, 0, 4, 1))
    watch.take_warning(warning(WarningKind.SILENT, 4, 4, 1))
    assert watch.levels == {POINT: 4}
    assert watch.silent == {POINT}
    watch.take_warning(warning(WarningKind.REPORTING, 4, 4, 2))
    assert watch.silent == set()


def test_counters_add_up_over_the_processes_of_a_role() -> None:
    watch = Watch()
    for instance, lag in (("0", 3), ("1", 4), ("1", 5)):
        health = Health(
            role="store",
            instance=instance,
            time_ms=0,
            lag=lag,
            rss_mb=1.0,
            counters={"rows": 10},
        )
        watch.take_health(encode_health(health))
    assert (watch.lag("store"), watch.counter("store", "rows")) == (8, 20)
    assert watch.counter("detect", "rows") == 0
