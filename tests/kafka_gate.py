"""A gate between Kafka and its clients, which falls shut when a chosen request comes by.

What a killed Kafka looks like to its clients depends on the request during which it dies. The gate
makes that moment a number instead of luck: connections break, new ones are refused, and after a
while it opens again.
"""

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.servers import free_port

METADATA, JOIN_GROUP = 3, 11
"""Numbers of kinds of requests in Kafka's protocol."""

HOST = "127.0.0.1"


class Request(NamedTuple):
    """What the gate sees of a request: number of its kind in Kafka's protocol, and of whom."""

    api: int
    client: str


@dataclass
class KafkaGate:
    """Passes requests on until one is the wanted.

    Parameters
    ----------
    target_port
        Where Kafka listens; it must tell its clients the port of the gate.
    shut_s
        How long the gate stays shut.

    Attributes
    ----------
    port
        Where clients come to.
    seen
        Requests since `watch`, those of the gate's first fall last.
    falls
        How often it has fallen since `watch`.
    """

    target_port: int
    shut_s: float = 0.7
    port: int = field(default_factory=free_port)
    seen: list[Request] = field(default_factory=list)
    falls: int = 0
    _wanted: Callable[[list[Request]], bool] | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _reopen: asyncio.Task[None] | None = None

    def watch(self, wanted: Callable[[list[Request]], bool] | None) -> None:
        """Forget what was seen; fall once, at the request with which ``wanted(seen)`` is true."""
        self.seen, self.falls, self._wanted = [], 0, wanted

    async def open(self) -> None:
        """Let clients in."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def shut(self) -> None:
        """Break all connections and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            behind, onward = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(onward)
        back = asyncio.create_task(_copy(behind, writer))
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._pass_on(reader, onward)
        finally:
            back.cancel()
            for end in (writer, onward):
                end.transport.abort()
                self._writers.discard(end)

    async def _pass_on(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        while True:
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size, "big"))
            self.seen.append(_request(body))
            if self._wanted is not None and self._wanted(self.seen):
                self._wanted = None
                self.falls += 1
                self._reopen = asyncio.create_task(self._fall())
                return
            onward.write(size + body)
            await onward.drain()

    async def _fall(self) -> None:
        await self.shut()
        await asyncio.sleep(self.shut_s)
        await self.open()


def _request(body: bytes) -> Request:
    """Read the head: kind, version, number, length of the client's name, name."""
    api, _version, _number, length = struct.unpack_from(">hhih", body)
    return Request(api, body[10 : 10 + max(length, 0)].decode(errors="replace"))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@contextmanager
def running_gate(gate: KafkaGate) -> Iterator[KafkaGate]:
    """Run a gate in a thread as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="kafka-gate")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(gate.open(), loop).result()
        yield gate
    finally:
        asyncio.run_coroutine_threadsafe(_end(gate), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(gate: KafkaGate) -> None:
    await gate.shut()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
