"""The settings choose the store."""

from pathlib import Path

import pytest

from domain.errors import SettingsError
from domain.settings import load_settings
from storage import open_store
from storage.duck import DuckStore
from storage.influx import InfluxStore
from tests.storage import builders as b


def test_duckdb_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "record.duckdb"
    store = open_store(load_settings(environ={"GEOHAZARD_STORE__PATH": str(path)}), b.registry)
    assert isinstance(store, DuckStore)
    store.close()
    assert path.exists()


def test_influxdb_by_name() -> None:
    store = open_store(load_settings(environ={"GEOHAZARD_STORE__KIND": "influxdb"}), b.registry)
    assert isinstance(store, InfluxStore)
    store.close()


def test_a_token_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    environ = {
        "GEOHAZARD_STORE__KIND": "influxdb",
        "GEOHAZARD_INFLUX__TOKEN_FILE": str(tmp_path / "none"),
    }
    with pytest.raises(SettingsError, match="secret file"):
        open_store(load_settings(environ=environ), b.registry)
