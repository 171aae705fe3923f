"""``geohazard rain fit`` on small catalogues."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import rain_picture
from cli.main import app
from domain.errors import GeohazardError
from domain.registry import load_registry, save_registry
from tests.detectors.worlds import one_point

RUN = CliRunner()


def catalogue(path: Path) -> Path:
    random = np.random.default_rng(1)
    hours = 10.0 ** random.uniform(0.0, 2.0, 500)
    rain = 10.0 * hours**0.4 * 10.0 ** (0.2 * random.normal(size=500))
    lines = [f"{h:.3f};{r:.3f}" for h, r in zip(hours, rain, strict=True)]
    path.write_text("\n".join(["duration;cumulated_rainfall", *lines, ";", "n/a;3"]) + "\n")
    return path


def test_a_threshold_goes_into_a_registry_and_says_how_it_does_on_what_it_has_not_seen(
    tmp_path: Path,
) -> None:
    file, registry = catalogue(tmp_path / "events.csv"), tmp_path / "registry.csv"
    save_registry(one_point("rain").values(), registry)
    arguments = ["rain", "fit", str(file), "--resamples", "100", "--json", "--into", str(registry)]
    found = RUN.invoke(app, arguments)
    assert found.exit_code == 0, found.output
    report = json.loads(found.output)
    assert report["intercept_mm_per_h"] == pytest.approx(4.7, rel=0.15)
    assert report["exponent"] == pytest.approx(0.6, abs=0.05)
    assert 1.0 < report["test_below_percent"] < 10.0
    assert report["points_changed"] == 1
    (changed,) = load_registry(registry).points.values()
    assert dict(changed.thresholds) == report["overrides"]


def test_storms_with_responses(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    size = random.gamma(2.0, 8.0, 300)
    rows = [f"{s * 2:.2f},{s:.2f},{int(s > 20.0)},f{i % 30}" for i, s in enumerate(size)]
    file = tmp_path / "storms.csv"
    file.write_text("\n".join(["i15,i60,response,fire", *rows]) + "\n")
    arguments = ["rain", "fit", str(file), "--response", "response", "--peak", "0.25=i15"]
    arguments += ["--peak", "1=i60", "--group", "fire", "--resamples", "50", "--json"]
    report = json.loads(RUN.invoke(app, arguments).output)
    assert report["intercept_mm_per_h"] == pytest.approx(20.0, rel=0.05)
    assert report["test_1h"]["threat_score"] > 0.9


def storm_file(path: Path) -> Path:
    random = np.random.default_rng(2)
    size = random.gamma(2.0, 8.0, 400)
    hit = random.random(400) < 1.0 / (1.0 + (20.0 / size) ** 4)
    rows = [f"{s * 2:.2f},{s:.2f},{int(h)},f{i % 30}" for i, (s, h) in enumerate(zip(size, hit))]  # noqa: B905
    path.write_text("\n".join(["i15,i60,response,fire", *rows, "9.1,4.2,,f3"]) + "\n")
    return path


STORMS = ["--response", "response", "--peak", "0.25=i15", "--peak", "1=i60", "--group", "fire"]


def test_a_probability_beside_the_line_of_the_largest_threat_score(tmp_path: Path) -> None:
    """Half of the storms of 20 mm/h respond; the logit rises by 4 ln(10) a factor of ten."""
    file, drawn = storm_file(tmp_path / "storms.csv"), tmp_path / "fit.png"
    arguments = ["rain", "fit", str(file), *STORMS, "--resamples", "60", "--method", "logistic"]
    told = RUN.invoke(app, [*arguments, "--json", "--picture", str(drawn)])
    assert told.exit_code == 0, told.output
    report = json.loads(told.output)
    assert report["intercept_mm_per_h"] == pytest.approx(20.0, rel=0.2)
    assert report["exponent"] == pytest.approx(0.5, abs=0.01)
    assert report["logit"]["intensity"] == pytest.approx(9.2, rel=0.3)
    low, high = report["logit_90_percent"]["intensity"]
    assert low < report["logit"]["intensity"] < high
    assert report["train_rows"] + report["test_rows"] == 400
    both = report["cross_validated"]
    assert both["folds"] == 5
    assert both["logistic"]["1h"]["area_under_roc"] > 0.75
    assert both["logistic"]["1h"]["brier_skill"] > 0.2
    assert both["threat"]["1h"]["true_skill"] > 0.3
    assert drawn.read_bytes().startswith(b"\x89PNG")
    rarer = json.loads(RUN.invoke(app, [*arguments, "--json", "--probability", "0.2"]).output)
    assert rarer["intercept_mm_per_h"] < report["intercept_mm_per_h"]


def test_in_words(tmp_path: Path) -> None:
    """The same figures in both languages; the picture takes Chinese where a font is there."""
    arguments = ["rain", "fit", str(catalogue(tmp_path / "events.csv")), "--resamples", "50"]
    report = json.loads(RUN.invoke(app, [*arguments, "--json"]).output)
    english = RUN.invoke(app, arguments).output
    assert f"I = {report['intercept_mm_per_h']:g} D^-{report['exponent']:g} (I in mm/h" in english
    assert f"meant for 5 %: {report['train_below_percent']:g} % of" in english
    assert "2 rows without duration or rain, not used" in english
    chinese = RUN.invoke(app, [*arguments, "--lang", "zh"]).output
    assert f"未参与拟合的{report['test_rows']}场中{report['test_below_percent']:g} %" in chinese
    assert f"登记表阈值项：rain_id_intercept_mm_per_h={report['intercept_mm_per_h']:g}" in chinese


def test_scores_of_storms_in_words(tmp_path: Path) -> None:
    file, drawn = storm_file(tmp_path / "storms.csv"), tmp_path / "fit.svg"
    arguments = ["rain", "fit", str(file), *STORMS, "--resamples", "50", "--method", "logistic"]
    told = RUN.invoke(app, [*arguments, "--lang", "zh", "--picture", str(drawn)])
    assert told.exit_code == 0, told.output
    for words in ("概率0.5的阈值", "未参与拟合的", "逻辑回归：5折交叉验证", "TS评分", "0.25小时"):
        assert words in told.output
    assert "storms" not in told.output
    labels = rain_picture.WORDS["zh" if rain_picture.has_chinese() else "en"]
    assert f"<!-- {labels['chance']} -->" in drawn.read_text("utf-8")


@pytest.mark.parametrize("method", [[], ["--response"]])
def test_other_pictures(tmp_path: Path, method: list[str]) -> None:
    file = storm_file(tmp_path / "storms.csv") if method else catalogue(tmp_path / "events.csv")
    drawn = tmp_path / "fit.svg"
    options = [*(STORMS if method else []), "--resamples", "50", "--picture", str(drawn)]
    told = RUN.invoke(app, ["rain", "fit", str(file), *options])
    assert told.exit_code == 0, told.output
    assert "<svg" in drawn.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.csv"], "cannot read nowhere.csv"),
        (["{file}", "--rain", "wet"], "no column 'wet'; there are duration, cumulated_rainfall"),
        (["{file}", "--response", "duration"], "two durations"),
        (["{file}", "--response", "duration", "--peak", "duration"], "takes HOURS=COLUMN"),
        (["{file}", "--response", "duration", "--peak", "-1=duration"], "takes HOURS=COLUMN"),
        (["{file}", "--picture", "nowhere/fit.png"], "cannot draw into nowhere"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: list[str], reason: str) -> None:
    file = catalogue(tmp_path / "events.csv")
    given = [text.format(file=file) for text in arguments]
    with pytest.raises(GeohazardError, match=reason):
        RUN.invoke(app, ["rain", "fit", *given], catch_exceptions=False)
