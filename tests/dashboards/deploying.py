"""A deployment's usual options, and what it did."""

from typing import Any

from dashboards.deploy import Options, deploy
from tests.dashboards.grafana_server import TOKEN

SECRET = "a-secret-that-signs"  # noqa: S105


INFLUX_TOKEN = "an-influx-token"  # noqa: S105


WEBHOOK = "http://receiver:8099/grafana"


def options(url: str, **more: Any) -> Options:
    usual = {"token": TOKEN, "webhook_url": WEBHOOK, "webhook_secret": SECRET}
    return Options(url=url, **{**usual, **more})


def run(opts: Options) -> tuple[dict[str, str], list[str]]:
    """Deploy; returns what was done with each thing, and what was told."""
    told: list[str] = []
    changes = deploy(opts, told.append)
    return {change.what: change.action for change in changes}, told
