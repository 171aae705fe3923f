"""The live outlet: a simulated province that publishes over MQTT, in real time or faster.

Many devices share a few connections, each device always the same one, so a device's messages keep
their order. Every connection has a retained gateway status with a last will; every SenML device has
a retained status of its own. One thread drives everything: it sends what is due, takes in
acknowledgements and commands, and writes acknowledged messages to the ledger.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from domain.clock import Clock, SystemClock
from sensors_sim.commander import Commander
from sensors_sim.counters import Counters
from sensors_sim.fleet import Fleet, Message
from sensors_sim.flow import Flow, Item, Schedule
from sensors_sim.ledger import Ledger
from sensors_sim.live_config import LiveConfig, check
from sensors_sim.model import Model
from sensors_sim.mqtt import Link
from sensors_sim.outbox import Outbox
from sensors_sim.sampling import Sampling
from sensors_sim.summary import Summary
from sensors_sim.truth import Truth
from sensors_sim.uploads import Uploads

__all__ = ["Counters", "LiveConfig", "Summary", "run"]

_LOG = logging.getLogger(__name__)

_TICK_S = 0.005
_CHUNK = 400
_PROGRESS_S = 1.0
_CATCH_UP_S = 10.0
_ACKS_S, _ACKS_STOPPED_S = 10.0, 1.2
_FAREWELL_S, _FAREWELL_STOPPED_S = 5.0, 1.0


def run(config: LiveConfig, stop: threading.Event, clock: Clock | None = None) -> Summary:
    """Publish until the duration is over or ``stop`` is set.

    What the machine cannot keep up with is sent late, never left out: `Counters.lag_ms` tells how
    late. After ``stop`` it returns within 3 seconds.

    Parameters
    ----------
    clock
        Tells the wall time; the system's by default.

    Raises
    ------
    GeohazardError
        If the configuration contradicts the registry, or the broker refuses the account.
    """
    check(config)
    live = _Live(config, stop, clock or SystemClock())
    try:
        summary = live.run()
    finally:
        live.close()
    if config.summary:
        summary.write(config.summary)
    return summary


class _Live:
    """One run."""

    def __init__(self, config: LiveConfig, stop: threading.Event, clock: Clock) -> None:
        self._config = config
        self._stop = stop
        self._clock = clock
        interval_ms = round(config.interval_s * config.speed * 1000)
        self._model = Model(
            config.points, config.scenario, config.seed, config.start_ms, interval_ms
        )
        self._fleet = Fleet(self._model, config.scenario, config.mqtt.dp_topic)
        self._ledger = Ledger(config.ledger, self._model.sites)
        self._schedule = Schedule(config.start_ms, clock.now_ms(), config.speed)
        sampling = Sampling(self._model, self._fleet, self._schedule)
        uploads = Uploads(self._model, self._schedule)
        self._commander = Commander(
            self._model, self._fleet, self._schedule, sampling, uploads, config.mqtt
        )
        self._links = [self._link(number) for number in range(config.connections)]
        self._truth = Truth(self._model) if config.truth else None
        self.counters = Counters()
        self._outbox = Outbox(
            self._links, sampling, uploads, self.counters, config.future_tolerance_s
        )
        self._told_at = 0.0

    def run(self) -> Summary:
        """Connect, publish, wait for acknowledgements, say goodbye."""
        cpu_s = time.process_time()
        self._wait(lambda: all(link.connected for link in self._links), None)
        began_ms = self._clock.now_ms()
        duration_s = self._config.duration_s
        end_ms = None if duration_s is None else began_ms + round(duration_s * 1000)
        self._schedule.begin(began_ms)
        on_step = self._truth.note if self._truth else None
        flow = Flow(self._model, self._fleet, self._schedule, end_ms, on_step)
        items = iter(flow)
        left = self._publish(items, end_ms) + self._send_rest()
        self._wait(self._all_acknowledged, self._limit(_ACKS_S, _ACKS_STOPPED_S))
        unacknowledged = self._unacknowledged()
        self._say_goodbye(flow)
        if self._truth and self._config.truth:
            self._truth.write(self._config.truth)
        return Summary.of(
            self._config,
            self.counters,
            self._commander.counts,
            failures=self._model.truth(flow.event_ms),
            unacknowledged=unacknowledged,
            unsent=left,
            end_ms=flow.event_ms,
            reconnects=sum(link.reconnects for link in self._links),
            wall_s=round((self._clock.now_ms() - began_ms) / 1000, 3),
            cpu_s=round(time.process_time() - cpu_s, 3),
        )

    def close(self) -> None:
        """Close connections and ledger."""
        for link in self._links:
            link.close()
        self._ledger.close()

    def _publish(self, items: Iterator[Item], end_ms: int | None) -> int:
        """Send everything when it is due; return how many were due and not sent."""
        item = next(items, None)
        while item is not None and not self._stop.is_set():
            now_ms = self._clock.now_ms()
            if end_ms is not None and now_ms > end_ms + _CATCH_UP_S * 1000:
                return 1 + sum(1 for _ in items)
            item, blocked = self._send_due(item, items, now_ms)
            self._exchange()
            if blocked:
                self._stop.wait(_TICK_S)
        return 0

    def _send_due(
        self, item: Item | None, items: Iterator[Item], now_ms: int
    ) -> tuple[Item | None, bool]:
        """Send up to a chunk; return the next item, and whether there is reason to wait."""
        for _ in range(_CHUNK):
            if item is None:
                return None, False
            if self._outbox.send_before(item, now_ms) or item.due_ms > now_ms:
                self.counters.late_by(max(now_ms - item.due_ms, 0))
                return item, True
            if self._outbox.link(item.row).free < 1:
                self.counters.late_by(now_ms - item.due_ms)
                return item, True
            self._outbox.send(item, now_ms)
            self.counters.late_by(now_ms - item.due_ms)
            item = next(items, None)
        return item, False

    def _send_rest(self) -> int:
        """Send what devices have gathered; return how much could not be sent."""
        self._wait(
            lambda: not self._outbox.send_rest(self._clock.now_ms()),
            self._limit(_ACKS_S, _FAREWELL_STOPPED_S),
        )
        return self._outbox.send_rest(self._clock.now_ms())

    def _link(self, number: int) -> Link:
        """Make a connection; the first one hears the commands to all devices."""
        filters = [] if number else self._commander.filters
        name = f"{self._config.client_id}-{number}"
        return Link(self._config.mqtt, name, self._acknowledged, filters, self._commander.hear)

    def _exchange(self) -> None:
        for link in self._links:
            link.exchange()
        for reply in self._commander.work(self._clock.now_ms()):
            link = self._outbox.link(reply.row)
            link.reply(reply.topic, reply.payload, reply.qos, retain=reply.retain)
        if time.monotonic() - self._told_at >= _PROGRESS_S:
            self._told_at = time.monotonic()
            self._ledger.flush()
            self.counters.waiting = self._unacknowledged()
            self.counters.reconnects = sum(link.reconnects for link in self._links)
            if self._config.on_progress:
                self._config.on_progress(self.counters)

    def _wait(self, condition: Callable[[], bool], limit_s: float | None) -> None:
        """Exchange until a condition holds, a limit is over or, without one, until stopped."""
        deadline = None if limit_s is None else time.monotonic() + limit_s
        while not condition():
            if deadline is None and self._stop.is_set():
                return
            if deadline is not None and time.monotonic() > deadline:
                return
            self._exchange()
            time.sleep(_TICK_S)

    def _say_goodbye(self, flow: Flow) -> None:
        """Take back every retained status, as far as the broker takes it in time."""
        deadline = time.monotonic() + self._limit(_FAREWELL_S, _FAREWELL_STOPPED_S)
        gateways = (
            Item(0, row, link.status_topic, b"offline", None)
            for row, link in enumerate(self._links)
        )
        items: Iterable[Item] = chain(flow.farewell(), gateways)
        for item in items:
            link = self._outbox.link(item.row)
            while link.free < 1:
                if time.monotonic() > deadline:
                    return
                self._exchange()
                time.sleep(_TICK_S)
            link.publish(item.topic, item.payload, None, retain=True)
        self._wait(self._all_acknowledged, max(deadline - time.monotonic(), 0.0))

    def _limit(self, normal_s: float, stopped_s: float) -> float:
        return stopped_s if self._stop.is_set() else normal_s

    def _all_acknowledged(self) -> bool:
        return not any(link.waiting for link in self._links)

    def _unacknowledged(self) -> int:
        return sum(tag is not None for link in self._links for tag in link.waiting.values())

    def _acknowledged(self, tag: tuple[Message, int]) -> None:
        message, published_ms = tag
        self.counters.count(message)
        self._ledger.add(message, published_ms)
