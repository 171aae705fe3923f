"""What goes out, and in which order: regular readings, extra ones, and those gathered for upload.

A device's own order is kept: what is due before its regular reading goes first, and what waits for
a connection that is full is first when that is free again.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

from sensors_sim.counters import Counters
from sensors_sim.fleet import MALFORMED, Message
from sensors_sim.flow import Item
from sensors_sim.mqtt import Link
from sensors_sim.sampling import Sampling
from sensors_sim.uploads import Uploads

_MARGIN_MS = 120_000


class Outbox:
    """Hands messages to the connections; each device always has the same one.

    Parameters
    ----------
    future_tolerance_s
        How far ahead of the wall clock ingest takes a message.
    """

    def __init__(
        self,
        links: Sequence[Link],
        sampling: Sampling,
        uploads: Uploads,
        counters: Counters,
        future_tolerance_s: float,
    ) -> None:
        self._links = links
        self._sampling = sampling
        self._uploads = uploads
        self._counters = counters
        self._tolerance_ms = round(future_tolerance_s * 1000)
        self._extra: deque[Item] = deque()
        self._together: deque[Item] = deque()

    def link(self, row: int) -> Link:
        """Give the connection of a device."""
        return self._links[row % len(self._links)]

    def send_before(self, item: Item, now_ms: int) -> bool:
        """Send what is due before a regular item: uploads, and readings between the regular ones.

        Returns
        -------
        bool
            Whether they must wait.
        """
        self._together += self._uploads.due(now_ms)
        if not self._send_together(now_ms):
            return True
        speaks = item.row if item.due_ms <= now_ms else None
        self._extra += self._sampling.due(speaks, min(now_ms, item.due_ms))
        while self._extra:
            if self.link(self._extra[0].row).free < 1:
                return True
            self.send(self._extra.popleft(), now_ms)
        return False

    def send_rest(self, now_ms: int) -> int:
        """Send what is still gathered when the run ends; return how much has to wait."""
        self._together += self._uploads.rest()
        self._send_together(now_ms)
        return len(self._together)

    def send(self, item: Item, now_ms: int) -> None:
        """Send a regular or an extra reading, or a retained status, unless it is to be gathered."""
        message = item.message
        if message is None:
            self.link(item.row).publish(item.topic, item.payload, None, retain=True)
            return
        told = self._sampling.corrected(message)
        if told is not message:
            item = item._replace(message=told)
        if not self._uploads.keeps(item):
            self._emit(item, now_ms)

    def _send_together(self, now_ms: int) -> bool:
        """Send uploads as far as the connections take them; whether all are sent."""
        while self._together:
            if self.link(self._together[0].row).free < 1:
                return False
            self._emit(self._together.popleft(), now_ms)
        return True

    def _emit(self, item: Item, now_ms: int) -> None:
        """Send a message now."""
        message = item.message
        if message is not None and message.skew_ms:
            message = self._judge_skew(message, now_ms)
        if message is None:
            self._counters.withheld += 1
        else:
            self.link(item.row).publish(message.topic, message.payload, (message, now_ms))

    def _judge_skew(self, message: Message, now_ms: int) -> Message | None:
        """Tell whether ingest refuses a skewed message as future; ``None`` if nobody can say."""
        ahead_ms = message.event_ms - now_ms - self._tolerance_ms
        if abs(ahead_ms) < _MARGIN_MS:
            return None
        return message if ahead_ms < 0 else msgspec.structs.replace(message, kind=MALFORMED)
