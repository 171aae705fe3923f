"""The script starts roles light, and knows every one of them."""

import subprocess
import sys

import pytest
from typer.main import get_command

from cli import entry, role
from cli.main import app


def run(*arguments: str) -> str:
    code = f"import sys; sys.argv[1:] = {list(arguments)}; from cli.entry import main; main()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_every_light_command_is_one_of_the_whole() -> None:
    light, whole = get_command(role.app).commands, get_command(app).commands  # type: ignore[attr-defined]
    assert set(light) == set(entry.ROLES) <= set(whole)


@pytest.mark.parametrize("name", ["store", "analyze"])
def test_both_ways_lead_to_the_command(name: str) -> None:
    assert "--config" in run(name, "--help") or "--time" in run(name, "--help")


def test_a_role_loads_nothing_heavy() -> None:
    code = (
        "import cli.role, sys; print([m for m in ('scipy', 'duckdb', 'faust') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
