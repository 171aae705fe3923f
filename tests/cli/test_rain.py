"""``geohazard rain fit`` on small catalogues."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

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


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.csv"], "cannot read nowhere.csv"),
        (["{file}", "--rain", "wet"], "no column 'wet'; there are duration, cumulated_rainfall"),
        (["{file}", "--response", "duration"], "two durations"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: list[str], reason: str) -> None:
    file = catalogue(tmp_path / "events.csv")
    given = [text.format(file=file) for text in arguments]
    with pytest.raises(GeohazardError, match=reason):
        RUN.invoke(app, ["rain", "fit", *given], catch_exceptions=False)
