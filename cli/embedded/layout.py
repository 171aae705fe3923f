"""Files and ports of one embedded run, and the settings that its processes share."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.embedded.ports import LOOPBACK, free_port

PARTITIONS = 4
CHECKPOINT_S = 60.0
RECEIVER = "local"


@dataclass(frozen=True)
class Layout:
    """Where everything of one run is.

    Attributes
    ----------
    root
        Folder of the run; everything that it writes lies below.
    sockets
        Folder of its Unix sockets (`cli.embedded.sockets`).
    mqtt_port, kafka_port, webhook_port, console_port
        On loopback.
    """

    root: Path
    sockets: Path
    mqtt_port: int
    kafka_port: int
    webhook_port: int
    console_port: int

    @property
    def config(self) -> Path:
        """Settings file that all processes of the run read."""
        return self.root / "geohazard.toml"

    @property
    def registry(self) -> Path:
        """The registry of points."""
        return self.root / "registry.csv"

    @property
    def simulated(self) -> Path:
        """The points that the simulator speaks for: none that joins the registry later."""
        return self.root / "simulated.csv"

    @property
    def record(self) -> Path:
        """The DuckDB file."""
        return self.root / "record.duckdb"

    @property
    def store_socket(self) -> Path:
        """Where the store answers the console's questions."""
        return self.sockets / "store.sock"

    @property
    def supervisor_socket(self) -> Path:
        """Where supervisord takes orders."""
        return self.sockets / "supervisor.sock"

    @property
    def console_url(self) -> str:
        """Address of the page."""
        return f"http://{LOOPBACK}:{self.console_port}/"

    @property
    def ledger(self) -> Path:
        """What the simulator published, in its own words."""
        return self.root / "ledger.arrow"

    @property
    def sim_summary(self) -> Path:
        """Counts of the simulator."""
        return self.root / "sim.json"

    @property
    def outbox(self) -> Path:
        """Webhooks on their way."""
        return self.root / "outbox.sqlite"

    @property
    def received(self) -> Path:
        """What the local webhook receiver has printed."""
        return self.root / "webhooks.jsonl"

    @property
    def secret(self) -> Path:
        """Secret that signs webhooks to the local receiver."""
        return self.root / "webhook.secret"

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.root / "logs"


def make_layout(root: Path, sockets: Path) -> Layout:
    """Choose free ports and write the shared settings and the webhook secret below ``root``."""
    layout = Layout(
        root=root.resolve(),
        sockets=sockets.resolve(),
        mqtt_port=free_port(1883),
        kafka_port=free_port(9092),
        webhook_port=free_port(8099),
        console_port=free_port(8088),
    )
    layout.logs.mkdir(parents=True, exist_ok=True)
    if not layout.secret.exists():
        _write_private(layout.secret, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    layout.config.write_text(_toml(_settings(layout)), encoding="utf-8")
    return layout


def _settings(layout: Layout) -> dict[str, Any]:
    receiver = {
        "name": RECEIVER,
        "url": f"http://{LOOPBACK}:{layout.webhook_port}/webhook",
        "secret_file": str(layout.secret),
        "min_level": 1,
        "allow_private": True,
    }
    return {
        "registry": str(layout.registry),
        "data_dir": str(layout.root),
        "log_level": "warning",
        # The embedded broker ends a connection that subscribes to a topic starting with "$".
        "mqtt": {
            "port": layout.mqtt_port,
            "connections": 6,
            "dp_topic": "dp",
            "creq_prefix": "creq",
            "dr_topic": "dr",
        },
        "kafka": {"bootstrap": f"{LOOPBACK}:{layout.kafka_port}", "partitions": PARTITIONS},
        "detect": {"checkpoint_s": CHECKPOINT_S},
        # The instruments are simulated: nobody's battery is spent.
        "sampling": {"enabled": True},
        "store": {
            "kind": "duckdb",
            "path": str(layout.record),
            "socket": str(layout.store_socket),
        },
        "console": {"port": layout.console_port},
        "alerts": {"outbox": str(layout.outbox), "receivers": [receiver]},
    }


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _toml(values: dict[str, Any]) -> str:
    """Write settings as TOML; JSON's strings, numbers, booleans and inline lists are TOML too."""
    lines = [f"{k} = {_value(v)}" for k, v in values.items() if not isinstance(v, dict)]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{k} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
