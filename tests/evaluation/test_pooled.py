"""Records counted as one: what the tables of docs/evaluation.md are made of."""

import msgspec
import pytest

from benchmarks.evaluation_table import tables
from benchmarks.pooled import by_scenario, together
from domain.settings import IngestSettings
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.forecasts import ForecastFound
from evaluation.intervals import Rate, Share
from evaluation.judge import evaluate
from tests.evaluation.builders import write_record


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_record(tmp_path_factory.mktemp("record") / "faults", scenario="faults")
    return evaluate(open_data_set(folder), partitions=1, door=Door.of(IngestSettings()))[0]


def test_counts_are_added_and_intervals_are_those_of_the_sum(run):
    both = together([run, run])
    false = run.alarms["all"]["blue"].false
    assert both.alarms["all"]["blue"].false == Rate.of_count(2 * false.count, 2 * false.exposure)
    right = run.flags.right
    assert right.of > 0
    assert both.flags.right == Share.of_counts(2 * right.count, 2 * right.of)
    assert both.flags.kinds.keys() == run.flags.kinds.keys()
    assert both.about.point_years == pytest.approx(2 * run.about.point_years)
    assert both.false_hours_per_point_year == pytest.approx(run.false_hours_per_point_year)
    assert [g.name for g in both.goals] == [g.name for g in run.goals]


def test_quartiles_are_taken_again_over_all_forecasts(run):
    def with_errors(*errors_h):
        found = [
            ForecastFound(point_id="p", left_h=10.0, early_h=e - 1.0, middle_h=e, late_h=e + 2.0)
            for e in errors_h
        ]
        return msgspec.structs.replace(run, forecast_list=found)

    issued = together([with_errors(1.0, 2.0, 9.0), with_errors(4.0, 5.0)]).forecasts_issued
    assert issued.error_h.median == 4.0
    assert issued.error_share.median == pytest.approx(0.4)
    assert issued.width_share.median == pytest.approx(0.3)


def test_runs_of_one_scenario_share_a_column(run):
    other = msgspec.structs.replace(run, about=msgspec.structs.replace(run.about, scenario="wet"))
    assert [len(r.failures) for r in by_scenario([run, other, run])] == [
        2 * len(run.failures),
        len(run.failures),
    ]
    alone = together([run])
    assert alone is run
    text = tables([run, other, run])
    seed = run.about.seed
    assert f"| faults {seed} | wet {seed} | faults {seed} |" in text.replace("|  |", "|")
