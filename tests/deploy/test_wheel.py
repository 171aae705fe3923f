"""What is installed from a wheel is whole; an editable install would hide what is left out."""

import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]
NOT_INSTALLED = {"dashboards/grafana"}
"""Read from the tree by servers, never by our own code."""


def _tracked(folder: str) -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git work tree")
    return [Path(line) for line in done.stdout.splitlines() if (ROOT / line).exists()]


def _package_of(path: Path) -> str:
    """Return the nearest folder above that is a package."""
    folder = path.parent
    while not (ROOT / folder / "__init__.py").exists():
        folder = folder.parent
    return ".".join(folder.parts)


@pytest.mark.parametrize("top", sorted({name.split(".")[0] for name in SETUPTOOLS["packages"]}))
def test_every_module_and_file_is_in_the_wheel(top: str) -> None:
    patterns = SETUPTOOLS["package-data"]["*"]
    for path in _tracked(top):
        if any(path.is_relative_to(folder) for folder in NOT_INSTALLED):
            continue
        package = _package_of(path)
        assert package in SETUPTOOLS["packages"], path
        inside = path.relative_to(Path(*package.split(".")))
        assert path.suffix == ".py" or any(
            fnmatch(str(inside), pattern) and pattern.count("/") == len(inside.parts) - 1
            for pattern in patterns
        ), path
        assert path.suffix != ".py" or len(inside.parts) == 1, path
