"""Rows of docs/evaluation.md's tables of goals and of failures."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.evaluation_rows import VERDICTS, Row, median_text, part, verdicts
from evaluation.failures import Warned
from evaluation.goals import LONG, Goal
from evaluation.metrics import Metrics
from evaluation.texts import number_text, rate_text, share_text


def goals(runs: Sequence[Metrics]) -> list[Row]:
    """Every goal with the interval of its figure; `no` where it is not met."""
    names = dict.fromkeys(goal.name for run in runs for goal in run.goals)
    rows: list[Row] = [(name, _goal(name)) for name in names]
    width = "width of issued windows / time left, median (quartiles)"
    rows.append((width, part("forecasts_issued", "width_share", median_text)))
    reds = "red: " + ", ".join(("failure", *VERDICTS, "false"))
    return [*rows, (reds, verdicts("red", ("failure", *VERDICTS, "false")))]


def _goal(name: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        goal = next((goal for goal in run.goals if goal.name == name), None)
        if goal is None or goal.met is None:
            return "-"
        return _goal_text(run, goal) + ("" if goal.met else " **no**")

    return cell


def _goal_text(run: Metrics, goal: Goal) -> str:
    """Write the share or rate behind a goal; its bare value if it is neither."""
    long = run.warned_by_duration[LONG]["orange"]
    shares = {"failures of 24 h and more warned at orange": long.warned}
    shares["issued forecast windows that contain the failure"] = run.forecasts_issued.covered
    shares |= {f"{k} flagged": found.occurrences for k, found in run.flags.kinds.items()}
    shares |= {f"readings named {t} that are of a fault": s for t, s in run.flags.tests.items()}
    shares["flags that are right"] = run.flags.right
    rates = {"false orange and red a point-year": run.alarms["all"]["orange"].false}
    rates["false yellow and higher a point-year, rain included"] = run.alarms["all"][
        "yellow"
    ].false_or_rain
    if goal.name in shares:
        return share_text(shares[goal.name])
    if goal.name in rates:
        return f"{rate_text(rates[goal.name])} in {rates[goal.name].exposure:.0f}"
    leads = median_text(long.lead_h)
    return leads if goal.name.startswith("median lead") else number_text(goal.value)


def failures(run: Metrics) -> list[list[str]]:
    """Failures by how long they took, by hazard and by instrument: shares by level, and lead."""
    tables = (
        ("", reversed(run.warned_by_duration.items())),
        ("", ((h, levels) for h, levels in run.warned_by_hazard.items() if h != "all")),
        ("long failures: ", run.warned_by_instruments.items()),
    )
    return [
        [f"{before}{name.replace('_', ' ')} ({levels['orange'].warned.of})", *_by_level(levels)]
        for before, groups in tables
        for name, levels in groups
        if levels["orange"].warned.of
    ]


def _by_level(levels: Mapping[str, Warned]) -> list[str]:
    shares = [levels[name].warned for name in ("yellow", "orange", "red")]
    texts = [share_text(share).rpartition(" of ")[0] for share in shares]
    return [*texts, median_text(levels["orange"].lead_h)]
