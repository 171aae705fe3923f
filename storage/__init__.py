"""Where the record is kept: InfluxDB, or DuckDB in the embedded run."""

from collections.abc import Callable

from domain.registry import Registry
from domain.settings import Settings
from storage.base import Store

__all__ = ["open_store"]


def open_store(settings: Settings, registry: Callable[[], Registry]) -> Store:
    """Open the store that the settings name.

    Parameters
    ----------
    registry
        Returns the registry in force; asked again as it changes.

    Raises
    ------
    StoreUnavailableError
        If the embedded store's file is held by another process. InfluxDB is not asked here.
    SettingsError
        If the token's file cannot be read.
    """
    # Each database's library costs memory; only the one in use is imported.
    if settings.store.kind == "duckdb":
        from storage.duck import DuckStore  # noqa: PLC0415

        store = settings.store
        return DuckStore(store.path, memory_mb=store.memory_mb, retention_h=store.retention_h)
    from storage.influx import InfluxStore  # noqa: PLC0415

    return InfluxStore(settings.influx, registry, partitions=settings.kafka.partitions)
