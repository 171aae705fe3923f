"""Stacks of brokers for end-to-end tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import Rumqttd, Server, Tansu


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[list[tuple[Server, Server]]]:
    """Two separate pairs of embedded brokers."""
    with ExitStack() as stack:
        pairs = []
        for name in ("a", "b"):
            pair = (Rumqttd(tmp_path / f"mqtt-{name}"), Tansu(tmp_path / f"kafka-{name}"))
            for server in pair:
                server.start()
                stack.callback(server.stop)
            pairs.append(pair)
        yield pairs
