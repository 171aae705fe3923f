"""What is no HTTP is answered as everything else is: with the policy, and without a version."""

import asyncio

import pytest

from console.guard import HEADERS
from console.server import served
from domain.settings import ConsoleSettings
from tests.console.serving import application
from tests.servers import free_port

GOOD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
MALFORMED = {
    "no method": b"\x16\x03\x01\x02 / HTTP/1.1\r\n\r\n",
    "no version": b"GET / HTTP/x\r\n\r\n",
    "a bad header": b"GET / HTTP/1.1\r\nHost: a\r\nb ad: c\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a long line": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_http_is_refused_with_all_headers(sent: bytes) -> None:
    status, headers = asyncio.run(_answer(sent))
    assert status == 400
    assert headers.items() >= HEADERS.items()


def test_other_requests_are_served_as_before() -> None:
    status, headers = asyncio.run(_answer(GOOD))
    assert status == 200
    assert headers.items() >= HEADERS.items()


async def _answer(sent: bytes) -> tuple[int, dict[str, str]]:
    port = free_port()
    async with served(application(None), ConsoleSettings(port=port), None) as address:
        assert address == f"http://127.0.0.1:{port}/"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.close()
        await writer.wait_closed()
    first, *lines = head.strip().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines)
