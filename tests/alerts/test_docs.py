"""The examples of docs/webhooks.md verify what we send."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import alerts
from alerts.schedule import SCHEDULE_S
from alerts.signature import signed_headers
from tests.alerts.builders import SECRET

TEXT = (Path(alerts.__file__).parents[1] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = '{"名": "新滩"}'.encode()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found.group(1)


def test_python_example() -> None:
    space: dict[str, Any] = {}
    exec(block("python"), space)  # noqa: S102 - the documentation's own example
    verify = space["verify"]
    headers = signed_headers(SECRET, "w_1", BODY, 1_000_000)
    assert verify(SECRET, headers, BODY, now=1_200) == "w_1"
    for wrong in ((headers, BODY + b" ", 1_200), (headers, BODY, 1_301)):
        with pytest.raises(ValueError, match="too old|no signature"):
            verify(SECRET, wrong[0], wrong[1], now=wrong[2])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_example() -> None:
    headers = signed_headers(SECRET, "w_1", BODY, time.time_ns() // 1_000_000)
    for body, good in ((BODY, True), (BODY + b" ", False)):
        script = (
            f"{block('js')}\nconsole.log(verify('{SECRET}', {headers}, Buffer.from({[*body]})))"
        )
        ran = subprocess.run(["node", "-e", script], capture_output=True, check=False, text=True)
        assert (ran.stdout.strip() == "w_1") == good, ran.stderr


def test_the_schedule_is_told_as_it_is() -> None:
    told = re.search(r"Tries come after (.*?),\s+each counted", TEXT, re.DOTALL)
    assert told
    units = {"s": 1, "min": 60, "h": 3600}
    waits = re.findall(r"(\d+) (s|min|h)\b", told.group(1))
    assert [int(n) * units[unit] for n, unit in waits] == list(SCHEDULE_S)
