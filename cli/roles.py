"""Commands that run one role alone: ``geohazard ingest|detect|store|notify``."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipeline.app import Role

CONFIG = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file (TOML); GEOHAZARD_CONFIG names it as well."),
]
INSTANCE = Annotated[
    str | None, typer.Option("--instance", help="Tells the processes of one role apart.")
]


def ingest(config: CONFIG = None, instance: INSTANCE = None) -> None:
    """Take readings from MQTT, validate them, hand them to Kafka."""
    from ingest.app import run_ingest  # noqa: PLC0415  (each role loads only what it needs)

    settings = _settings(config, instance)
    prepare(settings)
    asyncio.run(until_signal(settings, run_ingest))


def detect(config: CONFIG = None, instance: INSTANCE = None) -> None:
    """Judge readings: quality, features, levels, warnings."""
    from pipeline.detect import make_detect_role  # noqa: PLC0415

    _run(make_detect_role, _settings(config, instance))


def store(config: CONFIG = None, instance: INSTANCE = None) -> None:
    """Keep the record in InfluxDB or DuckDB."""
    from pipeline.store import make_store_role  # noqa: PLC0415

    _run(make_store_role, _settings(config, instance))


def notify(config: CONFIG = None, instance: INSTANCE = None) -> None:
    """Send warnings out as signed webhooks."""
    from pipeline.notify import make_notify_role  # noqa: PLC0415

    _run(make_notify_role, _settings(config, instance))


def _run(make: Callable[[Settings], "Role"], settings: Settings) -> None:
    from ingest.kafka_topics import topics_when_possible  # noqa: PLC0415
    from pipeline.app import run_role  # noqa: PLC0415

    prepare(settings)
    asyncio.run(topics_when_possible(settings))
    run_role(make(settings), settings)


def _settings(config: Path | None, instance: str | None) -> Settings:
    settings = load_settings(config)
    return settings.model_copy(update={"instance": instance}) if instance else settings


def prepare(settings: Settings) -> None:
    """Set up logging, and the end with the supervisor."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    die_with_parent()


def die_with_parent() -> None:
    """Let the kernel end this process when its supervisor dies, if the environment asks so."""
    if os.environ.get("GH_DIE_WITH_PARENT") and sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


async def until_signal(settings: Settings, run: Callable[..., object]) -> None:
    """Run a coroutine function until SIGINT or SIGTERM sets its second argument."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)  # type: ignore[misc]
