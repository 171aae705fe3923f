"""The two commands by which ``geohazard up`` runs its servers."""

import os
from pathlib import Path

from cli.embedded.brokers import kafka_command, run_mqtt
from cli.roles import die_with_parent


def embedded_mqtt(port: int, config: Path) -> None:
    """Run the embedded MQTT broker with a configuration that it writes to ``config``."""
    die_with_parent()
    run_mqtt(port, config)


def embedded_kafka(port: int) -> None:
    """Run the embedded Kafka-compatible broker."""
    die_with_parent()
    command = kafka_command(port)
    os.execv(command[0], command)  # noqa: S606  (the signal of the line above survives it)
