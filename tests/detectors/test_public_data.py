"""The benchmarks on public data read what they say and count right."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.bench_oddwater import read_table as read_oddwater
from benchmarks.bench_skab import TRAINING, judge, ours
from benchmarks.bench_skab import read_table as read_skab
from benchmarks.public_data import Counts, engine_features, engine_scores
from detectors.analysis import analyze

SKAB = Path(__file__).resolve().parents[3] / "shared" / "data" / "skab"


def test_counts_by_hand() -> None:
    truth = np.array([True, True, True, False, False, False, False, False])
    said = np.array([True, True, False, True, False, False, False, False])
    counts = Counts.of(truth, said) + Counts.of(truth[:1], said[:1])
    assert counts == Counts(right=3, false=1, missed=1, quiet=4)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.75, 0.75)
    assert counts.false_alarm_rate == 0.2


def test_scores_of_a_table_are_those_of_each_column_alone() -> None:
    """And so those of `geohazard analyze`, with gaps in one column and not in the other."""
    times = 1_780_000_000_000 + np.arange(300) * 1_000
    values = np.random.default_rng(1).normal(size=(300, 3))
    values[40:45, 1] = np.nan
    values[200, 2] += 30.0
    scores, flags = engine_features(times, values)
    for column in range(3):
        alone = analyze(times, values[:, column], "generic", interval_s=1.0)
        np.testing.assert_array_equal(np.nan_to_num(scores[:, column]), alone.anomaly_score)
        np.testing.assert_array_equal(flags[:, column], alone.flag)
    assert np.isnan(scores[40:45, 1]).all()
    assert scores[200, 2] == 1.0


def test_a_lasting_change_of_two_channels_in_eight_is_found(tmp_path: Path) -> None:
    """A file in SKAB's layout, made here: read, judged from row 400, counted."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=(1_000, 8))
    values[600:900, :2] += 3.0
    names = ";".join(["datetime", *(f"c{i}" for i in range(8)), "anomaly", "changepoint"])
    rows = [
        f"2020-03-09 10:{i // 60:02d}:{i % 60:02d};"
        + ";".join(f"{v:.4f}" for v in row)
        + f";{float(600 <= i < 900)};0.0"
        for i, row in enumerate(values)
    ]
    path = tmp_path / "0.csv"
    path.write_text("\n".join([names, *rows]), encoding="utf-8")
    table = read_skab(path)
    assert table[2].sum() == 300
    np.testing.assert_allclose(table[1], values, atol=1e-4)
    (counts,) = judge([table], ours)
    assert counts.right + counts.missed + counts.false + counts.quiet == 1_000 - TRAINING
    assert counts.f1 > 0.9


def test_oddwater_is_read_in_order_and_without_repeats(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(
        "Timestamp,Level,Cond,Tur,label_Level,label_Cond,label_Tur,type_Level,type_Cond,type_Tur\n"
        "12/03/2017 2:30,0.6,326.6,NA,0,0,1,0,0,E\n"
        "12/03/2017 1:00,0.5,326.3,34.4,0,1,0,0,A,0\n"
        "12/03/2017 1:00,9.9,326.3,34.4,0,1,0,0,A,0\n",
        encoding="utf-8",
    )
    times, values, labels, kinds = read_oddwater(path)
    assert np.diff(times).tolist() == [90 * 60_000]
    assert values[0].tolist() == [0.5, 326.3, 34.4]
    assert np.isnan(values[1, 2])
    assert labels.tolist() == [[False, True, False], [False, False, True]]
    assert kinds == [["0", "A", "0"], ["0", "0", "E"]]


@pytest.mark.skipif(not SKAB.exists(), reason=f"no measured data at {SKAB}")
def test_usual_rows_of_the_test_bed_are_seldom_called_odd() -> None:
    """SKAB's record without anomalies: eight channels for 2.6 hours."""
    times, values, labels = read_skab(SKAB / "anomaly-free" / "anomaly-free.csv")
    assert not labels.any()
    assert ours(times, values)[TRAINING:].mean() < 0.03
    assert np.nanmean(engine_scores(times, values) > 0.5) < 0.01
