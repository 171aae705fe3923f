"""Scenarios that come with the project load; wrong ones fail with file, key and reason."""

from pathlib import Path

import pytest

from sensors_sim.scenario import ScenarioError, load_scenario, parse_scenario, scenario_names


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_of_the_project_loads(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.description


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[fleet]\ndp_shar = 0.1", "my.toml, line 2: fleet.dp_shar: unknown key"),
        ("[flet]\n", "my.toml, line 1: flet: unknown key"),
        ("[fleet]\ndp_share = 'x'", "my.toml, line 2: fleet.dp_share: Expected `float`"),
        ("[fleet]\ndp_share = 1.5", "my.toml, line 2: fleet.dp_share: Expected `float` <= 1.0"),
        ("[faults]\n\nspike_per_day = nan", "my.toml, line 3: faults.spike_per_day: "),
        ("[failures]\ntertiary_h = [2, 1]", "failures.tertiary_h: the span [2.0, 1.0] runs back"),
        ("[failures]\ntertiary_h = [1]", "my.toml, line 2: failures.tertiary_h: "),
        ("[failures\n", "my.toml: "),
        ("[fleet]\nbattery_days = [3, 2]", "my.toml, line 2: fleet.battery_days: the span"),
        ("[failures.kinds]\nrockfal = 1", "my.toml, line 2: failures.kinds.rockfal: unknown key"),
        ("[failures.kinds]\nrockfall = '1'", "my.toml, line 2: failures.kinds.rockfall: Expected"),
        ("[failures]\nstorm = 1", "my.toml, line 2: failures.storm: Expected `bool`"),
        ("[failures]\ntertiary_h = 3", "my.toml, line 2: failures.tertiary_h: Expected `array`"),
        ("start = 2026-06-20T00:00:00", "my.toml, line 1: start: "),
        ("start = 'today'", "my.toml, line 1: start: "),
        ("faults = 3", "my.toml, line 1: faults: Expected `object`"),
        (
            "[surges]\nper_1000_points_per_day = 1\n[faults]\nper_1000_points_per_day = 1",
            "my.toml, line 4: faults.per_1000_points_per_day: unknown key",
        ),
        ("speed = 0", "my.toml, line 1: speed: Expected `float` > 0.0"),
    ],
)
def test_a_wrong_scenario_is_refused_with_place_and_reason(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "my.toml")
    assert told in str(caught.value)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"own\.toml"):
        load_scenario(str(path))


def test_a_missing_file_is_one_clear_error() -> None:
    with pytest.raises(ScenarioError, match="cannot read the scenario"):
        load_scenario("/nowhere/at/all.toml")
