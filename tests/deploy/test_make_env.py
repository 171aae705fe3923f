"""deploy/make-env.sh writes random secrets, once, for its owner only."""

import base64
import subprocess
from pathlib import Path

from tests.deploy import compose

SCRIPT = compose.ROOT / "deploy" / "make-env.sh"


def _make(out: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", str(SCRIPT), str(out)], capture_output=True, text=True, check=False
    )


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_secret_is_random_and_the_rest_as_in_the_example(tmp_path: Path) -> None:
    made = [tmp_path / "a", tmp_path / "b"]
    for path in made:
        assert _make(path).returncode == 0
        assert path.stat().st_mode & 0o777 == 0o600
    first, second = map(_read, made)
    for name, value in compose.example().items():
        if value.endswith("change-me"):
            assert "change-me" not in first[name]
            assert len(first[name]) >= 44
            assert first[name] != second[name]
        else:
            assert first[name] == value
    assert len(base64.b64decode(first["WEBHOOK_SECRET"].removeprefix("whsec_"))) == 32


def test_an_env_that_is_there_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "env"
    out.write_text("MINE=1\n")
    assert _make(out).returncode == 1
    assert out.read_text() == "MINE=1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["env"]
