"""All settings, from the environment (`GEOHAZARD_KAFKA__BOOTSTRAP=…`) and one TOML file.

In the environment, lists are written as JSON. `domain.sections` has every name and its default.

The file is named by `GEOHAZARD_CONFIG` or a ``--config`` option; the environment wins over it. A
wrong setting stops the start with its name and what is allowed.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.errors import SettingsError
from domain.sections import (
    AlertSettings,
    ConsoleSettings,
    DetectSettings,
    InfluxSettings,
    IngestSettings,
    KafkaSettings,
    MqttSettings,
    Receiver,
    SamplingSettings,
    StoreSettings,
)

__all__ = [
    "AlertSettings",
    "ConsoleSettings",
    "DetectSettings",
    "InfluxSettings",
    "IngestSettings",
    "KafkaSettings",
    "MqttSettings",
    "Receiver",
    "SamplingSettings",
    "Settings",
    "StoreSettings",
    "load_settings",
    "secret_of",
]


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
    sampling: SamplingSettings = SamplingSettings()
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
