"""A real InfluxDB that holds the known province, and a Grafana to deploy to."""

from collections.abc import Iterator

import pytest

from dashboards.names import DATASOURCE_UID
from tests.dashboards import world
from tests.dashboards.grafana_server import FakeGrafana
from tests.dashboards.serving import serving
from tests.storage.influx2 import any_influx
from tests.storage.servers import Gateway, Influx


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    """Run InfluxDB with the known province, written by the store."""
    if Gateway.program() is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("province")
    influx = any_influx(folder / "influx")
    gateway = Gateway(folder / "nginx", influx)
    try:
        influx.start()
        gateway.start()
        influx.query("CREATE DATABASE geohazard")
        world.fill(gateway)
        yield influx
    finally:
        gateway.stop()
        influx.stop()


@pytest.fixture
def grafana() -> FakeGrafana:
    """Make a Grafana that has our data source."""
    known = {"uid": DATASOURCE_UID, "type": "influxdb", "url": "http://influxdb:8086"}
    return FakeGrafana(datasources={DATASOURCE_UID: known})


@pytest.fixture
def url(grafana: FakeGrafana) -> Iterator[str]:
    """Serve it; yields its address."""
    with serving(grafana) as address:
        yield address
