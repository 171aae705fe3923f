"""An outbox of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.outbox import Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "deep" / "outbox.sqlite")
    yield box
    box.close()
