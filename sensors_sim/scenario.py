"""Scenarios: what happens in a run, as a TOML file that a user writes in a page.

Every key has a default, so a file names only what differs. A file that cannot be used is refused
as a whole, with the file, the key (with its line, where it has one) and the reason.
"""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from domain.errors import GeohazardError
from sensors_sim.plans import Scenario


class ScenarioError(GeohazardError):
    """A scenario cannot be used; the text names the file, the key and the reason."""


def scenario_names() -> list[str]:
    """Names of the scenarios that come with the project."""
    folder = files("sensors_sim").joinpath("scenarios")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name[-5:] == ".toml")


def load_scenario(name: str) -> Scenario:
    """Read a scenario by its name, or from a file (a name that ends in ``.toml``).

    Raises
    ------
    ScenarioError
        With the file, the key and the reason.

    Examples
    --------
    >>> load_scenario("no-such")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sensors_sim.scenario.ScenarioError: no scenario 'no-such'; there are demo, earthquake, ...
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return parse_scenario(path.read_text(encoding="utf-8"), str(path), path.stem)
        except (OSError, UnicodeDecodeError) as error:
            msg = f"cannot read the scenario {path}: {error}"
            raise ScenarioError(msg) from error
    if name not in scenario_names():
        msg = f"no scenario {name!r}; there are {', '.join(scenario_names())}"
        raise ScenarioError(msg)
    text = files("sensors_sim").joinpath("scenarios", f"{name}.toml").read_text(encoding="utf-8")
    return parse_scenario(text, f"{name}.toml", name)


def parse_scenario(text: str, source: str, name: str = "unnamed") -> Scenario:
    r"""Read a scenario from TOML; ``source`` is what errors call it.

    Raises
    ------
    ScenarioError
        With the source, the line and key, and the reason.

    Examples
    --------
    >>> parse_scenario("[faults]\nspike_per_day = -1", "my.toml")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sensors_sim.scenario.ScenarioError: my.toml, line 2: faults.spike_per_day: Expected `float` ...
    """
    try:
        values = tomllib.loads(text)
        values.setdefault("name", name)
        scenario = msgspec.convert(values, Scenario)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source}: {error}"
        raise ScenarioError(msg) from error
    except msgspec.ValidationError as error:
        raise ScenarioError(_explain(str(error), text, source)) from error
    _check_spans(scenario, text, source)
    return scenario


def _check_spans(scenario: Scenario, text: str, source: str) -> None:
    for table in ("fleet", "weather", "failures", "surges", "faults"):
        for key, value in msgspec.structs.asdict(getattr(scenario, table)).items():
            if isinstance(value, tuple) and value[0] > value[1]:
                path = f"{table}.{key}"
                msg = f"{_place(text, source, path)}: {path}: the span {list(value)} runs back"
                raise ScenarioError(msg)


def _explain(error: str, text: str, source: str) -> str:
    reason, _, where = error.partition(" - at ")
    path = where.strip("`").removeprefix("$").lstrip(".")
    unknown = re.search(r"unknown field `(.+)`", reason)
    if unknown:
        path = f"{path}.{unknown[1]}".lstrip(".")
        reason = "unknown key"
    key = path.partition("[")[0]
    return f"{_place(text, source, key)}: {path}: {reason}"


def _place(text: str, source: str, path: str) -> str:
    """Name the source and, if the key is found in its table, the line."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[([^\[\]]+)\]", line)
        if header:
            table = header[1].replace(" ", "") + "."
            if table == path + ".":
                return f"{source}, line {number}"
            continue
        key = re.match(r"\s*([\w.\-]+)\s*=", line)
        if key and table + key[1] == path:
            return f"{source}, line {number}"
    return source
