"""InfluxStore against a server that refuses a whole batch for one bad line, as 2.x and 3 do."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from influxdb_client.rest import ApiException

from domain.settings import InfluxSettings
from storage.base import StoreUnavailableError
from storage.influx import InfluxStore
from storage.influx_errors import Refused, judge
from tests.storage import builders as b


class Strict(ThreadingHTTPServer):
    """Keeps lines; refuses every batch with a line that holds ``bad``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: list[str] = []
        self.requests = 0
        self.fail_from = 10**9


class Handler(BaseHTTPRequestHandler):
    server: Strict

    def do_POST(self) -> None:
        lines = self.rfile.read(int(self.headers["Content-Length"])).decode().split("\n")
        self.server.requests += 1
        if self.server.requests >= self.server.fail_from:
            self.answer(503, '{"message":"busy"}')
        elif any("bad" in line for line in lines):
            self.answer(400, f'{{"message":"unable to parse \'{lines[0]}\': no"}}')
        else:
            self.server.kept += lines
            self.answer(204, "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def strict() -> Iterator[Strict]:
    with Strict() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def open_at(port: int, **more: object) -> InfluxStore:
    return InfluxStore(InfluxSettings(url=f"http://127.0.0.1:{port}", **more), b.registry)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [[], [0], [99], [0, 1, 2, 50, 99], list(range(100))])
def test_exactly_the_bad_lines_are_refused(strict: Strict, bad: list[int]) -> None:
    store = open_at(strict.server_port)
    rows = [b.reading(i, device="bad" if i in bad else "d1") for i in range(100)]
    written = store.write_readings([b.frame(*rows)])
    store.close()
    assert written.rows == len(strict.kept) == 100 - len(bad)
    assert [r.payload.split()[-1] for r in written.rejects] == [f"{i}000000".encode() for i in bad]
    assert {r.detail for r in written.rejects} <= {"InfluxDB 400: unable to parse: no"}


def test_one_bad_line_among_thousands_costs_few_requests(strict: Strict) -> None:
    store = open_at(strict.server_port)
    rows = [b.reading(i, device="bad" if i == 1234 else "d1") for i in range(4096)]
    assert len(store.write_readings([b.frame(*rows)]).rejects) == 1
    store.close()
    assert strict.requests == 1 + 2 * 12


def test_a_server_that_fails_while_halving_is_tried_again_from_the_start(strict: Strict) -> None:
    store = open_at(strict.server_port)
    rows = [b.reading(i, device="bad" if i == 5 else "d1") for i in range(64)]
    strict.fail_from = 4
    with pytest.raises(StoreUnavailableError):
        store.write_readings([b.frame(*rows)])
    strict.fail_from = 10**9
    assert len(store.write_readings([b.frame(*rows)]).rejects) == 1
    store.close()
    assert len(set(strict.kept)) == 63


def test_a_server_that_never_answers_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = open_at(silent.getsockname()[1], timeout_s=0.2)
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            store.write_readings([b.frame(b.reading(1))])
        store.close()


def test_a_token_that_no_header_can_carry_is_not_shown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = open_at(silent.getsockname()[1], token="secret\nvalue", timeout_s=0.2)  # noqa: S106
        with pytest.raises(StoreUnavailableError) as caught:
            store.write_readings([b.frame(b.reading(1))])
        store.close()
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or "secret" not in repr(caught.value.__context__)


def error(status: int, body: str = "{}", retry_after: str | None = None) -> ApiException:
    made = ApiException(status=status, reason="x")
    made.body, made.retry_after = body, retry_after
    return made


@pytest.mark.parametrize("status", [0, 302, 401, 403, 404, 408, 429, 500, 503])
def test_what_may_pass_is_waited_for(status: int) -> None:
    assert isinstance(judge(error(status)), StoreUnavailableError)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_stays_is_refused(status: int) -> None:
    assert judge(error(status, '{"error":"partial write"}')) == Refused(
        f"InfluxDB {status}: partial write"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("1e9", 300.0), ("-5", 0.0), ("nan", 1.0), ("soon", 1.0), (None, 1.0)],
)
def test_retry_after_is_bounded(text: str | None, seconds: float) -> None:
    verdict = judge(error(503, retry_after=text))
    assert isinstance(verdict, StoreUnavailableError)
    assert verdict.retry_after_s == seconds
