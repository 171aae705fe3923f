"""The brokers that tests use start, answer, and start again on the same port."""

from pathlib import Path

import pytest

from tests.servers import Mosquitto, Rumqttd, Server, Tansu, listens

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("kind", [Rumqttd, Mosquitto, Tansu])
def test_a_server_starts_stops_and_starts_again(kind: type[Server], tmp_path: Path) -> None:
    if kind is Mosquitto and Mosquitto.program() is None:
        pytest.skip("mosquitto is not installed")
    server = kind(tmp_path / "server")
    for end in (server.kill, server.stop):
        server.start()
        try:
            assert listens(server.host, server.port)
        finally:
            end()
        assert not listens(server.host, server.port)


def test_a_server_that_cannot_start_tells_why(tmp_path: Path) -> None:
    if Mosquitto.program() is None:
        pytest.skip("mosquitto is not installed")
    server = Mosquitto(tmp_path / "server", ("no_such_setting yes",))
    with pytest.raises(RuntimeError, match="no_such_setting"):
        server.start()
