"""The way out of a warning: accepted on disk, then delivered to every receiver it concerns."""

import asyncio
import fcntl
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

from alerts.delivery import Deliverer
from alerts.episode import Earlier
from alerts.filters import wants
from alerts.guard import Resolver, system_resolver
from alerts.message import warning_body
from alerts.outbox import Outbox
from alerts.usable import why_unusable
from domain.clock import Clock
from domain.districts import districts
from domain.errors import SettingsError
from domain.hazards import HazardType
from domain.registry import Registry
from domain.settings import AlertSettings, Settings
from domain.warnings import WarningEvent

log = logging.getLogger(__name__)

_SENDER = re.compile(r"^[^\s,<&]+$")
_LOCK_POLL_S = 0.5


class Notifier:
    """Takes warning events and sees them delivered.

    Parameters
    ----------
    registry
        Gives the registry in force; asked for each batch of events.
    clock
        Wall clock.
    random, resolver
        Replaced in tests.

    Raises
    ------
    SettingsError
        If the sender or a receiver cannot be used.
    alerts.database.OutboxError
        If the outbox cannot be opened.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Callable[[], Registry],
        clock: Clock,
        *,
        random: Random | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._alerts = settings.alerts
        check_alerts(self._alerts)
        self._registry = registry
        self._clock = clock
        self._refused = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.outbox = Outbox(settings.alerts.outbox)
        try:
            self.deliverer = Deliverer(
                settings.alerts.receivers,
                self.outbox,
                clock,
                timeout_s=settings.alerts.timeout_s,
                random=random,
                resolver=resolver,
            )
        except SettingsError:
            self.outbox.close()
            raise

    def accept(self, events: Sequence[WarningEvent]) -> int:
        """Put events into the outbox; on return they are on disk. May be called from any thread.

        All events are taken or, when an error is raised, none. An event that was taken before
        changes nothing. Events of one point must come in their order. An event that nobody could
        read (a level of 9, a time in the year 30000) is logged and counted as ``refused``.

        Returns
        -------
        int
            How many were new.
        """
        usable = [event for event in events if self._usable(event)]
        points = self._registry().points

        def compose(event: WarningEvent, earlier: tuple[Earlier, ...]) -> bytes:
            return warning_body(
                event,
                points.get(event.point_id),
                source=self._alerts.source,
                sender=self._alerts.sender,
                status=self._alerts.cap_status,
                earlier=earlier,
            )

        new = self.outbox.accept(usable, self._receivers_of, compose, self._clock.now_ms())
        if new:
            self._wake()
        return new

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set.

        One process at a time delivers from an outbox; another one waits here for its turn.
        """
        async with self._turn(stop):
            if stop.is_set():
                await self.deliverer.close()
                return
            self._loop = asyncio.get_running_loop()
            try:
                await self.deliverer.run(stop)
            finally:
                self._loop = None

    def counters(self) -> dict[str, int]:
        """Count what was done since the start, and what is ``pending`` and ``dead`` now."""
        return {**self.deliverer.counters(), "refused": self._refused}

    def close(self) -> None:
        """Close the outbox; call it after `run` has ended and no `accept` is under way."""
        self.outbox.close()

    def _usable(self, event: WarningEvent) -> bool:
        reason = why_unusable(event)
        if reason is not None:
            self._refused += 1
            log.error("warning %r is refused: %s", event.id[:100], reason)
        return reason is None

    def _receivers_of(self, event: WarningEvent) -> list[str]:
        return [r.name for r in self._alerts.receivers if wants(r, event)]

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None:
            # A loop that has just ended needs no waking; what was accepted is on disk.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self.deliverer.wake)

    @asynccontextmanager
    async def _turn(self, stop: asyncio.Event) -> AsyncIterator[None]:
        path = self._alerts.outbox.with_name(self._alerts.outbox.name + ".lock")
        with path.open("w") as file:
            told = False
            while not stop.is_set() and not _locked(file.fileno()):
                if not told:
                    log.warning("another process delivers from %s: waiting", self._alerts.outbox)
                    told = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOCK_POLL_S)
            yield


def check_alerts(alerts: AlertSettings) -> None:
    """Check what the settings alone cannot.

    Raises
    ------
    SettingsError
        With the setting's name and what is allowed.
    """
    if not _SENDER.match(alerts.sender):
        msg = "alerts.sender must not be empty nor hold spaces, commas, '<' or '&'"
        raise SettingsError(msg)
    kinds = {kind.value for kind in HazardType}
    known = ", ".join(sorted(kinds))
    for receiver in alerts.receivers:
        for code in receiver.districts:
            if code not in districts():
                msg = f"receiver {receiver.name!r}: {code!r} is not the code of a district"
                raise SettingsError(msg)
        for kind in receiver.hazard_types:
            if kind not in kinds:
                msg = f"receiver {receiver.name!r}: {kind!r} is not one of {known}"
                raise SettingsError(msg)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
