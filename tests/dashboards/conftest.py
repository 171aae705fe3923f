"""A real InfluxDB that holds the known province."""

from collections.abc import Iterator

import pytest

from tests.dashboards import world
from tests.storage.servers import Gateway, Influx


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    """Run InfluxDB 1.x with the known province, written by the store."""
    if Influx.program() is None or Gateway.program() is None:
        pytest.skip("influxdb or nginx is not installed")
    folder = tmp_path_factory.mktemp("province")
    influx = Influx(folder / "influx")
    gateway = Gateway(folder / "nginx", influx.port)
    try:
        influx.start()
        gateway.start()
        influx.query("CREATE DATABASE geohazard")
        world.fill(gateway)
        yield influx
    finally:
        gateway.stop()
        influx.stop()
