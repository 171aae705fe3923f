"""From warnings to commands, and back to the devices' replies.

What a plan asks for is entered in a book on disk, sent to the devices, and sent again until they
answer: after `reply_s`, then after twice as long each time, at most each `retry_most_s`. So a
device that was offline hears it when it is back, and a command on the way when this process died
is sent again by the next one.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from domain.clock import Clock
from domain.registry import Registry
from domain.settings import Settings
from domain.warnings import WarningEvent
from ingest.command_book import CommandBook, Wanted
from ingest.commands import CommandLink, message_id
from ingest.replies import Reply
from ingest.sampling import Request, SamplingPlan

_LOG = logging.getLogger(__name__)
_TICK_S = 1.0
_AT_ONCE = 200
"""Commands sent in one go: a storm must not flood the broker."""


def book_path(outbox: Path) -> Path:
    """Where the book of commands lies: beside the outbox, which outlives the process, too."""
    return outbox.with_name("commands.sqlite")


class SamplingAsker:
    """Asks the devices of points under warning to read more often; see `ingest.sampling`.

    Parameters
    ----------
    registry
        Gives the registry in force.
    clock
        Wall clock.

    Raises
    ------
    ingest.command_book.CommandBookError
        If the book cannot be used.
    """

    def __init__(self, settings: Settings, registry: Callable[[], Registry], clock: Clock) -> None:
        self._settings = settings.sampling
        self._registry = registry
        self._clock = clock
        self._book = CommandBook(book_path(settings.alerts.outbox))
        self._book.hasten(clock.now_ms())
        self._plan = SamplingPlan(settings.sampling, self._book.faster_points())
        self._link = CommandLink(settings.mqtt, f"commands-{settings.instance}", self._wake)
        self._counts = dict.fromkeys(("commands", "repeated", "answered", "refused"), 0)
        self._news, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def start(self) -> None:
        """Connect, and send what is due in a thread of its own."""
        self._link.start()
        self._thread.start()

    def take(self, events: Iterable[WarningEvent]) -> None:
        """Enter what the events ask for; on return it is on disk."""
        points = self._registry().points
        self._plan.faster = self._book.faster_points()
        for event in events:
            requests = self._plan.requests(event, points.get(event.point_id))
            if requests:
                self._book.ask(map(_wanted, requests), self._clock.now_ms())
        self._wake()

    def work(self) -> None:
        """Take replies in, and send what is due."""
        for reply in self._link.replies():
            self._take_reply(reply)
        now_ms = self._clock.now_ms()
        for wanted in self._book.due(now_ms, _AT_ONCE):
            known = self._registry().devices.get(wanted.device_id)
            if known is None or known[0].point_id != wanted.point_id:
                _LOG.warning("%s is no longer registered: not asked", wanted.device_id)
                self._book.drop(wanted)
            elif self._link.send(
                Request(known[0], wanted.device_id, wanted.interval_s, wanted.reason)
            ):
                self._note_sent(wanted, now_ms)

    def counters(self) -> dict[str, int]:
        """Count commands, what became of them, and points asked for more now."""
        told = {
            "commands": self._counts["commands"],
            "commands_repeated": self._counts["repeated"],
            "commands_answered": self._counts["answered"],
            "commands_refused": self._counts["refused"],
            "commands_unanswered": self._book.unanswered(self._settings.tries),
        }
        faster = len(self._book.faster_points())
        return told | {"sampling_faster": faster, "sampling_refused": self._plan.refused}

    def close(self) -> None:
        """End thread and connection; what was not answered stays in the book."""
        self._stop.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._link.close()
        self._book.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.wait(_TICK_S)
            self._news.clear()
            try:
                self.work()
            except sqlite3.Error:
                _LOG.exception("the book of commands fails; tried again")

    def _wake(self) -> None:
        self._news.set()

    def _note_sent(self, wanted: Wanted, now_ms: int) -> None:
        settings, tries = self._settings, wanted.tries + 1
        wait_s = min(settings.reply_s * 2.0 ** min(wanted.tries, 30), settings.retry_most_s)
        self._book.sent(wanted, now_ms + round(1000 * wait_s))
        self._counts["commands"] += 1
        self._counts["repeated"] += tries > 1
        if tries == 1:
            _LOG.info("%s is %s", wanted.device_id, asked_for(wanted))
        elif tries == settings.tries:
            _LOG.warning("%s was %s: no answer to %d", wanted.device_id, asked_for(wanted), tries)

    def _take_reply(self, reply: Reply) -> None:
        wanted = self._book.answered(reply.msgid, reply.device_id, done=reply.done)
        if wanted is None:
            return
        self._counts["answered"] += 1
        if not reply.done:
            self._counts["refused"] += 1
            _LOG.warning("%s was %s and refuses", wanted.device_id, asked_for(wanted))


def asked_for(wanted: Wanted) -> str:
    """Say what a device is asked for.

    Examples
    --------
    >>> asked_for(Wanted("d1", "500235010007", 300.0, True, "w1", "w1.a"))
    'asked to read each 300 s, by w1'
    """
    return f"asked to read each {wanted.interval_s:g} s, by {wanted.reason}"


def _wanted(request: Request) -> Wanted:
    registered = next(d for d in request.point.devices if d.device_id == request.device_id)
    return Wanted(
        request.device_id,
        request.point.point_id,
        request.interval_s,
        request.interval_s < registered.interval_s,
        request.reason,
        message_id(request),
    )
