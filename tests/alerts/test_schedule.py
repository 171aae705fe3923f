"""The waits between tries."""

from random import Random

import pytest

from alerts.schedule import JITTER, MAX_RETRY_AFTER_S, SCHEDULE_S, parse_retry_after, wait_ms


def test_waits_grow_by_the_jitter_at_most() -> None:
    random = Random(1)
    for step, seconds in enumerate(SCHEDULE_S):
        waits = [wait_ms(step, random) for _ in range(200)]
        assert all(w is not None and 1000 * seconds <= w for w in waits)
        assert all(w is not None and w <= 1000 * seconds * (1 + JITTER) for w in waits)
        assert seconds == 0 or len(set(waits)) > 50


def test_schedule_ends() -> None:
    assert wait_ms(len(SCHEDULE_S), Random(1)) is None


def test_the_receiver_lengthens_but_never_shortens() -> None:
    assert wait_ms(1, Random(1), 600.0) == 600_000
    late = wait_ms(9, Random(1), 1.0)
    assert late is not None
    assert late >= 86_400_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("999999999999999999999999", MAX_RETRY_AFTER_S),
        ("٣", None),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 30.0),
        ("Thu, 01 Jan 1970 00:00:30 -0000", 30.0),
        ("Wed, 31 Dec 1969 23:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER_S),
        ("Fri, 99 Dec 9999 99:99:99 GMT", None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, 0) == seconds
