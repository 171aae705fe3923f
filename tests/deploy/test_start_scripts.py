"""What containers run at their start; a stand-in for the command records its arguments."""

import os
import subprocess
from pathlib import Path

import pytest
import typer

from cli.main import app
from domain.times import parse_iso
from tests.deploy import compose

DEPLOY = compose.ROOT / "deploy"
STAND_IN = '#!/bin/sh\nprintf "%s\\n" "$@" > "$ARGUMENTS"\nprintf "%s" "${GEOHAZARD_INSTANCE:-}"\n'


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    stand_in = tmp_path / "bin" / "geohazard"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN)
    stand_in.chmod(0o755)
    example = {k: v for k, v in compose.example().items() if k.startswith("SIM_")}
    return example | {
        "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
        "ARGUMENTS": str(tmp_path / "arguments"),
        "REGISTRY": str(tmp_path / "registry.csv"),
        "STATE": str(tmp_path),
    }


def _run(script: str, environ: dict[str, str], *arguments: str) -> tuple[list[str], str]:
    command = ["sh", str(DEPLOY / script), *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    recorded = Path(environ["ARGUMENTS"])
    return (recorded.read_text().splitlines() if recorded.exists() else []), done.stdout


def _parse(arguments: list[str]) -> dict[str, object]:
    """Let the real command read the arguments, without running it."""
    command = typer.main.get_command(app)
    while arguments and arguments[0] in getattr(command, "commands", {}):
        command = getattr(command, "commands")[arguments[0]]  # noqa: B009
        arguments = arguments[1:]
    params: dict[str, object] = command.make_context("geohazard", list(arguments)).params
    return params


def test_the_registry_is_made_once(environ: dict[str, str]) -> None:
    arguments, _ = _run("registry.sh", environ)
    assert arguments[:2] == ["sim", "registry"]
    read = _parse(arguments)
    assert (read["points"], read["out"]) == (11_000, Path(environ["REGISTRY"]))
    Path(environ["ARGUMENTS"]).unlink()
    Path(environ["REGISTRY"]).write_text("mine\n")
    arguments, said = _run("registry.sh", environ)
    assert (arguments, "is there" in said) == ([], True)


def test_a_simulator_started_again_starts_at_the_same_time(environ: dict[str, str]) -> None:
    first, _ = _run("simulator.sh", environ)
    again, _ = _run("simulator.sh", environ | {"SIM_HOURS_BACK": "1"})
    assert first == again
    read = _parse(first)
    parse_iso(str(read["start"]))
    assert (read["speed"], read["scenario"]) == (60.0, "demo")


def test_registry_and_simulator_agree_on_interval_and_speed(environ: dict[str, str]) -> None:
    registry = _parse(_run("registry.sh", environ)[0])
    simulator = _parse(_run("simulator.sh", environ)[0])
    for name in ("interval", "speed", "seed"):
        assert registry[name] == simulator[name]


def test_an_instance_is_named_by_its_host_unless_told(environ: dict[str, str]) -> None:
    host = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    arguments, instance = _run("entrypoint.sh", environ, "detect")
    assert (arguments, instance) == (["detect"], host)
    _, instance = _run("entrypoint.sh", environ | {"GEOHAZARD_INSTANCE": "notify"}, "notify")
    assert instance == "notify"


@pytest.mark.parametrize("role", ["ingest", "detect", "store", "notify"])
def test_the_command_of_each_role_exists(role: str) -> None:
    service = compose.services()[role]
    assert service["command"] == [role]
    _parse(service["command"])


def test_the_receiver_is_started_as_its_command_wants(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script = (DEPLOY / "receiver.sh").read_text(encoding="utf-8")
    line = script[script.index("exec geohazard ") :].removeprefix("exec geohazard ")
    (tmp_path / "secret").write_text("x")
    for name in ("/tmp/webhook.secret", "/tmp/grafana.secret"):  # noqa: S108
        line = line.replace(name, str(tmp_path / "secret"))
    read = _parse(line.replace("\\\n", " ").split())
    assert read["grafana_secret_file"] == read["secret_file"]
    assert (read["host"], read["port"]) == ("0.0.0.0", 8099)  # noqa: S104
