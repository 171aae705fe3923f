"""Messages of one MQTT connection on their way from its thread to the event loop."""

import threading
from collections import deque
from collections.abc import Callable

import msgspec

MAX_MESSAGES = 4096
MAX_BYTES = 4 * 1024 * 1024


class Message(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message, and what it takes to acknowledge it.

    Attributes
    ----------
    received_ms
        Wall clock at its arrival, milliseconds since the epoch.
    connection, session
        Which connection brought it, and which of its sessions: a message id means nothing after
        the connection was lost and made again.
    mid, qos
        As MQTT gave them.
    again
        Whether the broker marks it as delivered before.
    """

    topic: str
    payload: bytes
    received_ms: int
    connection: int
    session: int
    mid: int
    qos: int
    again: bool


class Inbox:
    """A bounded queue: when it is full, the connection's thread waits and reads no more.

    What then keeps coming stays with the broker. Should the wait outlast the keep-alive, the broker
    ends the connection, keeps the session, and delivers again what was not acknowledged.

    Parameters
    ----------
    urgent_at
        Number of messages at which they should be fetched without lingering.
    on_first, on_urgent
        Called from the connection's thread when the queue stops being empty, and when it reaches
        ``urgent_at``.
    """

    def __init__(
        self, urgent_at: int, on_first: Callable[[], None], on_urgent: Callable[[], None]
    ) -> None:
        self._urgent_at = urgent_at
        self._on_first = on_first
        self._on_urgent = on_urgent
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._open = True
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Add a message; waits while the queue is full, unless it was closed."""
        with self._changed:
            self._messages.append(message)
            self._bytes += len(message.payload)
            count = len(self._messages)
        if count == 1:
            self._on_first()
        if count == self._urgent_at:
            self._on_urgent()
        if count >= MAX_MESSAGES or self._bytes >= MAX_BYTES:
            with self._changed:
                self._changed.wait_for(self._has_room)

    def take(self) -> list[Message]:
        """Take all messages out, in the order of their arrival."""
        with self._changed:
            taken = list(self._messages)
            self._messages.clear()
            self._bytes = 0
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Let a waiting thread go on; nothing waits any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _has_room(self) -> bool:
        full = len(self._messages) >= MAX_MESSAGES or self._bytes >= MAX_BYTES
        return not self._open or not full
