"""All MQTT connections of one ingest process, as one source of messages.

The districts are dealt out to the connections, so that every device's messages come by one
connection and keep their order. The universal-device protocol has a connection of its own: some
brokers end a connection that subscribes to a ``$`` topic.

A shared subscription spreads each device over all connections and processes and gives up that
order; it is used only if `mqtt.shared_group` is set, and never with rumqttd, whose router stops
when a member of the group is cut off. Several processes without it each receive everything, which
costs work and changes nothing.

The broker keeps the sessions by client id. When `mqtt.connections` becomes smaller, the sessions of
those that went should be removed at the broker, or it goes on to queue for them.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterable

from domain.clock import Clock
from domain.districts import districts
from domain.errors import GeohazardError
from domain.settings import MqttSettings, Settings
from domain.topics import mqtt_filter
from ingest.connection import Connection
from ingest.inbox import Inbox, Message

URGENT_AT = 90
"""Messages of one connection that end the linger: rumqttd sends no more than 100 unacknowledged."""

_LOG = logging.getLogger(__name__)


class MqttSource:
    """Messages of all connections, in the order of their arrival on each.

    Made in the event loop in which it is used.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._linger_s = settings.ingest.linger_ms / 1000
        self._loop = asyncio.get_running_loop()
        self._first = asyncio.Event()
        self._urgent = asyncio.Event()
        self._refused: str | None = None
        self._started = False
        plan = plan_filters(settings.mqtt)
        self._connections = [
            self._connection(number, filters, len(plan), settings, clock)
            for number, filters in enumerate(plan)
        ]

    def start(self) -> None:
        """Begin to connect."""
        for connection in self._connections:
            connection.start()
        self._started = True

    @property
    def pending(self) -> int:
        """Messages that came and were not yet taken."""
        return sum(len(connection.inbox) for connection in self._connections)

    @property
    def subscribed(self) -> bool:
        """Whether every connection but that of the universal-device protocol is subscribed."""
        return all(connection.subscribed for connection in self._connections[:-1])

    def check(self) -> None:
        """See whether messages can come at all, once it has been started.

        Raises
        ------
        GeohazardError
            If the broker refused a subscription, or a connection's thread has ended.
        """
        if self._refused:
            raise GeohazardError(self._refused)
        for connection in self._connections:
            if self._started and not connection.alive:
                msg = f"the thread of the MQTT connection {connection.client_id} has ended"
                raise GeohazardError(msg)

    async def wait(self) -> None:
        """Wait until messages have lingered, or one connection's are urgent."""
        await self._first.wait()
        try:
            async with asyncio.timeout(self._linger_s):
                await self._urgent.wait()
        except TimeoutError:
            pass

    def take(self) -> list[Message]:
        """Take all messages that came."""
        self._first.clear()
        self._urgent.clear()
        taken = [connection.inbox.take() for connection in self._connections]
        return list(itertools.chain.from_iterable(taken))

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Acknowledge messages, those of each connection in their order."""
        by_connection = itertools.groupby(messages, key=lambda message: message.connection)
        for number, group in by_connection:
            self._connections[number].acknowledge(group)

    async def close(self) -> None:
        """Disconnect all, keeping their sessions."""
        started = [connection for connection in self._connections if connection.alive]
        await asyncio.gather(*(asyncio.to_thread(c.close) for c in started))

    def _connection(
        self, number: int, filters: tuple[str, ...], count: int, settings: Settings, clock: Clock
    ) -> Connection:
        inbox = Inbox(URGENT_AT, self._wake(self._first), self._wake(self._urgent))
        last = number == count - 1
        return Connection(
            number,
            f"{settings.mqtt.client_id}-{settings.instance}-{'dp' if last else number}",
            filters,
            inbox,
            settings.mqtt,
            clock,
            _LOG.error if last else self._refuse,
        )

    def _wake(self, event: asyncio.Event) -> Callable[[], None]:
        """Make a function that sets an event of the loop from another thread."""

        def wake() -> None:
            self._loop.call_soon_threadsafe(event.set)

        return wake

    def _refuse(self, sentence: str) -> None:
        self._refused = sentence


def plan_filters(mqtt: MqttSettings) -> list[tuple[str, ...]]:
    """MQTT filters of each connection; the last is that of the universal-device protocol.

    Examples
    --------
    >>> plan = plan_filters(MqttSettings(connections=4))
    >>> [len(filters) for filters in plan], plan[-1]
    ([10, 10, 9, 9, 1], ('$dp',))
    >>> plan_filters(MqttSettings(connections=1, shared_group="g"))
    [('$share/g/geohazard/v1/+/+/+/telemetry',), ('$share/g/$dp',)]
    """
    if mqtt.shared_group:
        share = f"$share/{mqtt.shared_group}/"
        everything = (share + mqtt_filter("+", "telemetry"),)
        return [*[everything] * mqtt.connections, (share + mqtt.dp_topic,)]
    codes = sorted(districts())
    dealt = (codes[number :: mqtt.connections] for number in range(mqtt.connections))
    plan = [tuple(mqtt_filter(code, "telemetry") for code in hand) for hand in dealt if hand]
    return [*plan, (mqtt.dp_topic,)]
