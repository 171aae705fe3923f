"""Reads docker-compose.yml as compose would: merged, and with the variables of an environment."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"

_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


@cache
def raw() -> dict[str, Any]:
    """Read the file with its anchors merged, its variables untouched."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    """Read the services with the values of .env.example."""
    found: dict[str, dict[str, Any]] = interpolate(raw()["services"], example())
    return found


def example() -> dict[str, str]:
    """Read the variables of .env.example."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def variables() -> set[str]:
    """Collect the names of all variables that the file asks for."""
    return {m[1] for m in _VARIABLE.finditer(FILE.read_text(encoding="utf-8")) if m[1]}


def interpolate(node: Any, values: Mapping[str, str]) -> Any:
    """Put values in the place of ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}``.

    Raises
    ------
    KeyError
        If a variable without a default has no value.
    """
    if isinstance(node, dict):
        return {key: interpolate(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolate(value, values) for value in node]
    return _VARIABLE.sub(lambda m: _value(m, values), node) if isinstance(node, str) else node


def missing_paths(folder: Path, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List the host paths that services mount or build from and that do not exist."""
    wanted = []
    for service in found.values():
        wanted += [v.split(":")[0] for v in service.get("volumes", []) if v.startswith("./")]
        if "build" in service:
            wanted += [
                service["build"]["context"],
                service["build"].get("dockerfile", "Dockerfile"),
            ]
    return sorted({path for path in wanted if not (folder / path).exists()})


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    name, kind, text = match.groups()
    return values.get(name) or text if kind == "-" else values[name]
