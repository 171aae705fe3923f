"""A real InfluxDB 2, where the environment names its binary: ``TEST_INFLUXD2``.

Debian packages InfluxDB 1.6 only, so the tests run against that by default. Whoever has the
``influxd`` of InfluxDB 2 runs the same tests against it.
"""

import json
import os
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from domain.settings import InfluxSettings
from tests.storage.servers import TOKEN, Influx

_VARIABLE = "TEST_INFLUXD2"
_CREATE = "CREATE DATABASE "


class Influx2(Influx):
    """InfluxDB 2 with one organisation, one token, and the bucket ``geohazard`` when asked for."""

    name = "influxd2"
    version = 2
    headers: ClassVar = {"Authorization": f"Token {TOKEN}"}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._prepared = False

    @staticmethod
    def program() -> str | None:
        """Binary that the environment names, if it does."""
        return os.environ.get(_VARIABLE)

    def command(self) -> list[str]:
        """Run the server with all that it keeps in the folder."""
        bolt, engine = self.folder / "influxd.bolt", self.folder / "engine"
        return [
            self.program() or "influxd",
            f"--bolt-path={bolt}",
            f"--engine-path={engine}",
            f"--sqlite-path={self.folder / 'influxd.sqlite'}",
            f"--http-bind-address={self.address}",
            "--reporting-disabled",
        ]

    def start(self) -> None:
        """Start it; the first time, make the account too."""
        super().start()
        if not self._prepared:
            account = {"username": "tests", "password": "of-the-tests", "token": TOKEN}
            org = InfluxSettings.model_fields["org"].default
            self._post("/api/v2/setup", account | {"org": org, "bucket": "unused"})
            self._prepared = True

    def query(self, text: str) -> list[dict[str, Any]]:
        """Ask in InfluxQL, which makes no database here: a bucket is made in its place."""
        if text.startswith(_CREATE):
            orgs = self._ask("/api/v2/orgs")["orgs"]
            bucket = {"orgID": orgs[0]["id"], "name": text.removeprefix(_CREATE)}
            self._post("/api/v2/buckets", bucket)
            return []
        asked = urlencode({"db": "geohazard", "q": text, "epoch": "ns"}).encode()
        result = self._ask("/query", asked)["results"][0]
        assert "error" not in result, result
        series: list[dict[str, Any]] = result.get("series", [])
        return series

    def write(self, lines: str) -> None:
        """Write line protocol past the store."""
        self._ask("/write?db=geohazard", lines.encode())

    def _post(self, path: str, body: dict[str, str]) -> None:
        self._ask(path, json.dumps(body).encode(), kind="application/json")

    def _ask(
        self, path: str, body: bytes | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> Any:
        headers = {**self.headers, "Content-Type": kind}
        with urlopen(Request(f"http://{self.address}{path}", body, headers), timeout=60) as reply:
            text = reply.read()
        return json.loads(text) if text else None


def any_influx(folder: Path) -> Influx:
    """InfluxDB 2 if the environment names one, else InfluxDB 1.x if it is installed.

    Raises
    ------
    pytest.skip.Exception
        If there is neither.
    """
    for kind in (Influx2, Influx):
        if kind.program() is not None:
            return kind(folder)
    pytest.skip("influxdb (influxd) is not installed")
