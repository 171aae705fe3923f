"""Duplicates and lateness on arrays, against their plain definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.frames import Names
from storage.dedupe import first_of_each, late_rows
from storage.keys import distinct_keys

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), max_size=40)


@given(ROWS)
def test_first_of_each_is_the_first(rows: list[tuple[int, int]]) -> None:
    ids, event_ms = (
        (np.array(c, np.int64) for c in zip(*rows, strict=True)) if rows else [EMPTY] * 2
    )
    expected = [row not in rows[:i] for i, row in enumerate(rows)]
    assert first_of_each(ids, event_ms).tolist() == expected


@given(ROWS, st.lists(st.integers(-5, 5), min_size=5, max_size=5))
def test_late_is_older_than_what_came_before(rows: list[tuple[int, int]], known: list[int]) -> None:
    ids, event_ms = (
        (np.array(c, np.int64) for c in zip(*rows, strict=True)) if rows else [EMPTY] * 2
    )
    expected = [
        any(time > event for before, time in rows[:i] if before == series) or event < known[series]
        for i, (series, event) in enumerate(rows)
    ]
    assert late_rows(ids, event_ms, np.array(known)[ids]).tolist() == expected


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "ab"])] * 3), max_size=30))
def test_keys_read_back(rows: list[tuple[str, str, str]]) -> None:
    columns = [Names.of(row[i] for row in rows) for i in range(3)]
    keys, at = distinct_keys(columns)
    assert [keys[i] for i in at] == rows
    assert len(set(keys)) == len(keys)


EMPTY = np.empty(0, np.int64)
