"""docs/simulator.md tells every distribution from which the simulator draws, with its numbers."""

import ast
import re
from pathlib import Path

import pytest

import sensors_sim
from sensors_sim.fault_kinds import FaultKind
from sensors_sim.occurrences import EVENTS
from sensors_sim.scenario import scenario_names
from sensors_sim.truth import SCHEMA

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
FOLDER = Path(sensors_sim.__file__).parent


def draws() -> set[tuple[str, str, str, str]]:
    """Name, kind and two numbers of every draw whose numbers stand in the code."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in ("between", "lognormal") or len(node.args) < 3:
                continue
            text = [ast.unparse(arg) for arg in node.args[:3]]
            if all(re.match(r"^-?[\d_.]+$", number) for number in text[1:]):
                numbers = (f"{float(number):g}" for number in text[1:])
                found.add((_plain(text[0]), node.func.attr, *numbers))
    return found  # type: ignore[return-value]


def _plain(name: str) -> str:
    return re.sub(r"\{\w+(\.\w+)?\}", "…", name.removeprefix("f")).strip("'\"")


def test_the_code_is_searched_at_all() -> None:
    assert ("creep", "lognormal", "0.05", "0.8") in draws()
    assert len(draws()) > 30


@pytest.mark.parametrize("draw", sorted(draws()))
def test_every_distribution_stands_in_the_table(draw: tuple[str, str, str, str]) -> None:
    name, kind, first, second = draw
    words = {"between": f"{first} to {second}", "lognormal": f"median {first}, σ {second}"}
    assert f"| {name} | {words[kind]} |" in PAGE


def test_every_scenario_kind_and_column_is_named() -> None:
    for name in [*scenario_names(), *FaultKind, *EVENTS, *SCHEMA.names]:
        assert f"`{name}`" in PAGE, name
