"""InfluxStore when lines are bad, or the server is away, busy, strict or without a bucket."""

import traceback
from pathlib import Path

import pytest

from domain.rejects import Reject, RejectReason
from domain.settings import InfluxSettings
from storage.base import StoreUnavailableError, Written
from storage.influx import InfluxStore
from tests.storage import builders as b
from tests.storage.opened import open_influx
from tests.storage.servers import TOKEN, Gateway, Influx

pytestmark = pytest.mark.integration


def test_bad_lines_are_isolated_and_the_rest_is_written(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway, batch_lines=64)
    beyond = 10**15  # as nanoseconds more than the server can count
    rows = [b.reading(beyond + i if i in (3, 70, 71) else i) for i in range(150)]
    written = store.write_readings([b.frame(*rows)])
    store.close()
    assert written.rows == 147
    assert {reject.reason for reject in written.rejects} == {RejectReason.STORE_REFUSED}
    assert sorted(reject.payload.rsplit(b" ")[-1] for reject in written.rejects) == [
        f"{beyond + i}000000".encode() for i in (3, 70, 71)
    ]
    assert all("crack" not in reject.detail for reject in written.rejects)
    assert influx.rows("SELECT count(crack) FROM reading")[0]["count"] == 147


def test_a_field_of_another_type_rejects_its_lines_alone(gateway: Gateway, influx: Influx) -> None:
    influx.write("reading,point=x crack=1i 1")
    store = open_influx(gateway)
    rows = [b.reading(1), b.reading(2, channel="rain"), b.reading(3, channel="battery")]
    written = store.write_readings([b.frame(*rows)])
    store.close()
    assert (written.rows, len(written.rejects)) == (2, 1)
    assert "field type conflict" in written.rejects[0].detail
    assert [r["rain"] for r in influx.rows("SELECT rain FROM reading")] == [1]


def test_a_reject_of_rejects_is_never_returned(gateway: Gateway) -> None:
    store = open_influx(gateway)
    reject = Reject.of("malformed", "x", "t", b"", 10**15)
    assert store.write_rejects([reject]) == Written()
    store.close()


def test_nothing_is_lost_when_the_server_goes_and_comes(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway, timeout_s=5.0)
    assert store.write_readings([b.frame(b.reading(1))]).rows == 1
    influx.kill()
    with pytest.raises(StoreUnavailableError, match="502"):
        store.write_readings([b.frame(b.reading(2))])
    influx.start()
    assert store.write_readings([b.frame(b.reading(2))]).rows == 1
    store.close()
    assert influx.rows("SELECT count(crack) FROM reading")[0]["count"] == 2


def test_a_refused_connection_is_unavailable(gateway: Gateway) -> None:
    store = open_influx(gateway)
    gateway.stop()
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        store.write_readings([b.frame(b.reading(1))])
    store.close()


def test_retry_after_is_honoured(gateway: Gateway) -> None:
    store = open_influx(gateway, bucket="busy")
    with pytest.raises(StoreUnavailableError, match="patience") as caught:
        store.write_readings([b.frame(b.reading(1))])
    store.close()
    assert caught.value.retry_after_s == 7.0


def test_a_proxys_own_400_says_nothing_of_the_lines(gateway: Gateway) -> None:
    store = open_influx(gateway, bucket="page")
    with pytest.raises(StoreUnavailableError, match="400"):
        store.write_readings([b.frame(b.reading(1))])
    store.close()


def test_a_missing_bucket_waits_for_its_creation(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway, bucket="later")
    with pytest.raises(StoreUnavailableError, match="no such bucket"):
        store.write_readings([b.frame(b.reading(1))])
    influx.query("CREATE DATABASE later")
    assert store.write_readings([b.frame(b.reading(1))]).rows == 1
    store.close()


def test_a_wrong_token_is_told_and_read_again(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-wrong-token\n")
    settings = InfluxSettings(url=f"http://{gateway.address}", token_file=file)
    store = InfluxStore(settings, b.registry)
    with pytest.raises(StoreUnavailableError, match="refuses the token") as caught:
        store.write_readings([b.frame(b.reading(1))])
    assert "a-wrong-token" not in "".join(traceback.format_exception(caught.value))
    file.write_text(TOKEN)
    assert store.write_readings([b.frame(b.reading(1))]).rows == 1
    store.close()


def test_a_batch_too_large_is_halved(gateway: Gateway, influx: Influx) -> None:
    store = open_influx(gateway, batch_lines=100_000)
    rows = [b.reading(i, 0.1 * i) for i in range(20_000)]  # 2 MB; the gateway takes 1 MB
    assert store.write_readings([b.frame(*rows)]) == Written(20_000)
    store.close()
    assert influx.rows("SELECT count(crack) FROM reading")[0]["count"] == 20_000
