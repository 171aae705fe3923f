"""A broker that hangs: whoever acknowledges is told so while they still look at the page."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from console.acknowledging import Acknowledger, NotSentError
from console.model import Model
from domain.clock import ManualClock
from domain.registry import Registry
from domain.settings import KafkaSettings
from domain.warnings import WarningEvent, WarningKind, make_warning
from tests.servers import Tansu

pytestmark = [pytest.mark.integration, pytest.mark.slow]

POINT = "500235010007"
PATIENCE_S = 20.0
"""Twice what it should take; before, closing the connection took 30 s more."""


def red(sequence: int) -> WarningEvent:
    return make_warning(
        point_id=POINT,
        kind=WarningKind.RAISED,
        level=4,
        previous_level=0,
        event_ms=1_000,
        sequence=sequence,
    )


def test_it_is_told_and_works_again_once_the_broker_does(tmp_path: Path) -> None:
    broker, model = Tansu(tmp_path), Model(Registry.of([]))
    for sequence in (1, 2):
        model.take_warning(red(sequence), sequence)

    async def act() -> None:
        kafka = KafkaSettings(bootstrap=broker.address)
        acknowledger = Acknowledger(model, None, kafka, ManualClock(0))
        await acknowledger.acknowledge(red(1).id, POINT, by="Li Na", note="")
        os.kill(broker.pid, signal.SIGSTOP)
        os.waitpid(broker.pid, os.WUNTRACED)
        try:
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(NotSentError):
                    await acknowledger.acknowledge(red(2).id, POINT, by="Li Na", note="")
        finally:
            os.kill(broker.pid, signal.SIGCONT)
        assert model.acknowledgement(red(2).id) is None
        _, new = await acknowledger.acknowledge(red(2).id, POINT, by="Li Na", note="")
        assert new
        await acknowledger.close()

    broker.start()
    try:
        asyncio.run(act())
    finally:
        broker.stop()
