"""One stage for all tests of a module: it takes half a minute to set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.console import stage as stages


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stages.Stage]:
    """Run the pipeline, with readings up to the moment before slopes fail."""
    with stages.running(tmp_path_factory.mktemp("stage")) as running:
        running.publish(20)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run the browser."""
    if not Path(stages.CHROMIUM).exists():
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=stages.DEADLINE_MS)
    with stages.browsing() as running:
        yield running
