"""Frames of an earlier release can still be read."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from domain.errors import FrameError
from domain.frames import Features
from domain.quality import Test
from tests.storage import builders as b

ADDED = ["soil_water_index", "rain_ratio", "tests"]


def without(columns: list[str]) -> bytes:
    frame = b.features([(b.POINT, "d1", "rain", 1000, 2.5), (b.POINT, "d1", "rain", 2000, 3.5)])
    batch = frame.to_arrow()
    batch = batch.drop_columns(columns).replace_schema_metadata(batch.schema.metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def test_features_of_the_release_before_lack_columns_which_are_then_unknown() -> None:
    frame = Features.decode(without(ADDED))
    assert frame.velocity.tolist() == [2.5, 3.5]
    for name in ("soil_water_index", "rain_ratio"):
        assert np.isnan(getattr(frame, name)).tolist() == [True, True]
    assert (frame.tests.tolist(), frame.tests.dtype) == ([0, 0], np.uint32)
    assert Features.decode(frame.encode()).level.tolist() == [0, 1]


def test_which_tests_spoke_survives_the_journey() -> None:
    frame = b.features([(b.POINT, "d1", "rain", 1000, 2.5), (b.POINT, "d1", "rain", 2000, 3.5)])
    frame = replace(frame, tests=np.array([0, Test.SPIKE | Test.DRIFT], np.uint32))
    assert Features.decode(frame.encode()).tests.tolist() == [0, 4 + 8192]


def test_every_test_has_words_in_both_languages_and_reads_back_by_name() -> None:
    assert len({test.en for test in Test}) == len({test.zh for test in Test}) == len(Test)
    for test in Test:
        assert Test.of(test.names) is test
        assert test.en.isascii()
        assert not test.zh.isascii()


def test_a_column_that_was_always_there_must_be_there() -> None:
    with pytest.raises(FrameError, match="velocity"):
        Features.decode(without(["velocity"]))
