"""Devices obey commands over a real broker, answer, sample faster, and take no harm."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from domain.settings import MqttSettings
from domain.topics import mqtt_topic
from sensors_sim.model import Model
from sensors_sim.plans import FleetPlan, Scenario
from sensors_sim.scenario import load_scenario
from tests.sensors_sim.centre import DP, POINTS, SENML, device_of, under_way
from tests.sensors_sim.worlds import START_MS, wait_until
from tests.servers import Mosquitto, Rumqttd

pytestmark = pytest.mark.integration


ASKED = {
    "setsensortime": "&sample_intv=120&upload_intv=600&plus_intv=60",
    "reqtime": "",
    "settime": "&time=2026-05-28T20:00:00Z",
    "getstatus": "",
    "reboot": "",
    "getsensorID": "",
    "sample": "",
    "setworkmode": "&mode=1",
    "alarm": "&type=rain&level=1",
    "broadcast": "&b_num=1&b_size=2&b_content=04",
    "meteorologicalearlywarning": "&level=2&effective_time=24&lon_range=106,108&lat_range=29,31",
}


def test_every_command_is_obeyed_and_answered_on_dr(mosquitto: Mosquitto, tmp_path: Path) -> None:
    device = device_of(DP[0]).device_id
    with under_way(mosquitto.port, tmp_path) as (centre, done):
        for name, more in ASKED.items():
            centre.tell(device, f"$cmd={name}{more}&apikey=key1&msgid=m-{name}")
        replies = {name: centre.reply(f"m-{name}") for name in ASKED}
        sensors = replies["getsensorID"]["sensor_id"].split(",")
        centre.tell(device, f"$cmd=setsensorattr&sensor_id={sensors[0]}&threshold=5.5&msgid=a1")
        assert centre.reply("a1")["result"] == "succ"
        centre.tell(device, "$cmd=upgrade&url=http://x&msgid=u1")
        assert centre.reply("u1")["result"] == "fail"
        centre.tell(device, "\x01\x00\x01firmware", "firmware")
        centre.tell(device, "$cmd=getstatus&msgid=s2")
        assert centre.reply("s2")["horns"] == "2"
    for name, reply in replies.items():
        assert (reply["cmd"], reply["result"], reply["apikey"]) == (name, "succ", "key1")
    assert all(sensor[0] in "LS" for sensor in sensors)
    assert replies["getstatus"]["ext_power_volt"]
    counts = done[0].commands
    assert (counts.obeyed, counts.failed, counts.dropped, counts.horns) == (13, 1, 1, 2)


def test_a_repeated_msgid_is_answered_again_and_not_obeyed_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    device = device_of(DP[0]).device_id
    with under_way(mosquitto.port, tmp_path) as (centre, done):
        for _ in range(5):
            centre.tell(device, "$cmd=broadcast&b_num=1&b_size=2&b_content=04&msgid=once")
        wait_until(lambda: len(centre.dollar) == 5)
        assert {reply["result"] for reply in centre.dollar} == {"succ"}
    assert (done[0].commands.horns, done[0].commands.repeated) == (1, 4)


@pytest.mark.parametrize("dialect", ["dp", "senml"])
def test_a_device_told_to_sample_faster_publishes_more_readings(
    mosquitto: Mosquitto, tmp_path: Path, dialect: str
) -> None:
    """Sixty seconds instead of ten minutes of event time, until it is told otherwise."""
    point = next(p for p in (DP if dialect == "dp" else SENML) if "rain" in device_of(p).channels)
    device = device_of(point).device_id
    # All speak SenML in the second case, for its readings are the ones this test looks into.
    scenario = Scenario(fleet=FleetPlan(dp_share=0.5 if dialect == "dp" else 0.0))
    ledger = tmp_path / "ledger.arrow"
    with under_way(mosquitto.port, tmp_path, scenario=scenario) as (centre, done):
        if dialect == "dp":
            centre.tell(device, "$cmd=setsensortime&plus_intv=60&msgid=f1")
        else:
            centre.tell_senml(point, cmd="setsensortime", plus_intv=60, msgid="f1")
        assert centre.reply("f1")["result"] == "succ"
        centre.rounds(4)
        if dialect == "dp":
            centre.tell(device, "$cmd=reboot&msgid=f2")
        else:
            centre.tell_senml(point, cmd="reboot", msgid="f2")
        centre.reply("f2")
        centre.rounds(2)
    rows = [row for row in _ledger(ledger) if row["device_id"] == device]
    times = np.array([row["event_ms"] for row in rows])
    assert (np.diff(times) > 0).all(), "a device's own order is kept"
    gaps_s = np.diff(times) / 1000
    assert (np.abs(gaps_s - 60) < 1).sum() > 20, "about ten readings in the place of one"
    assert np.abs(gaps_s[-1] - 600) < 1, "after the restart it samples as registered"
    others = [row for row in _ledger(ledger) if row["device_id"] == device_of(POINTS[-1]).device_id]
    assert (np.diff([row["event_ms"] for row in others]) == 600_000).all()
    assert done[0].messages_published == len(_ledger(ledger))


def test_faster_sampling_tells_the_rain_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Tips add up to those of an undisturbed run, and all other regular readings are the same."""
    plum = msgspec.structs.replace(
        load_scenario("plum-rain"), faults=Scenario().faults, fleet=FleetPlan()
    )
    wet = msgspec.structs.replace(
        plum, weather=msgspec.structs.replace(plum.weather, showers_per_hour=80.0)
    )
    with under_way(mosquitto.port, tmp_path, scenario=wet) as (centre, _):
        told = [point for point in POINTS if "rain" in device_of(point).channels]
        for point in told:
            centre.tell_senml(point, cmd="setsensortime", sample_intv=60, msgid=point.point_id)
        for point in told:
            assert centre.reply(point.point_id)["result"] == "succ"
        centre.rounds(30)
    rows = _ledger(tmp_path / "ledger.arrow")
    model = Model(POINTS, wet, 1, START_MS, 600_000)
    calm: dict[tuple[str, int], dict[str, float]] = {}
    for _ in range(60):
        step = model.advance()
        for row, device in enumerate(model.sites.devices):
            named = dict(zip(device.channels, step.values[row].tolist(), strict=False))
            calm[device.device_id, int(step.event_ms[row])] = named
    rained = compared = 0.0
    for point in told:
        device = device_of(point)
        own = [row for row in rows if row["device_id"] == device.device_id]
        regular = [row for row in own if (device.device_id, row["event_ms"]) in calm]
        last = regular[-1]["event_ms"]
        expected = sum(
            v["rain"] for (d, t), v in calm.items() if d == device.device_id and t <= last
        )
        values = [dict(zip(r["channels"], r["values"], strict=True)) for r in own]
        got = sum(v["rain"] for v, r in zip(values, own, strict=True) if r["event_ms"] <= last)
        assert got == pytest.approx(expected, abs=1e-6), device.device_id
        rained += got
        for row in regular:
            named = dict(zip(row["channels"], row["values"], strict=True))
            undisturbed = calm[device.device_id, row["event_ms"]]
            assert {**named, "rain": 0} == {**undisturbed, "rain": 0}
            compared += 1
        assert len(own) > 2 * len(regular)
    assert rained > 5.0
    assert compared > 100


def test_readings_are_sent_together_each_with_its_own_time(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """A reading a minute, an upload each twenty: the order stays, and nothing is lost."""
    with under_way(mosquitto.port, tmp_path, scenario=Scenario()) as (centre, done):
        point = next(p for p in POINTS if "rain" in device_of(p).channels)
        device = device_of(point).device_id
        centre.tell_senml(point, cmd="setsensortime", plus_intv=60, upload_intv=1_200, msgid="u1")
        assert centre.reply("u1")["result"] == "succ"
        centre.rounds(6)
        centre.tell_senml(point, cmd="reboot", msgid="u2")
        centre.reply("u2")
        centre.rounds(2)
    rows = [row for row in _ledger(tmp_path / "ledger.arrow") if row["device_id"] == device]
    times = np.array([row["event_ms"] for row in rows])
    assert (np.diff(times) > 0).all()
    assert (np.abs(np.diff(times) / 1000 - 60) < 1).sum() > 30
    _, together = np.unique([row["published_ms"] for row in rows], return_counts=True)
    assert together.max() >= 15
    assert done[0].unsent == done[0].unacknowledged == 0
    assert done[0].messages_published == len(_ledger(tmp_path / "ledger.arrow"))


HOSTILE = (
    b"",
    b"$cmd=",
    b"$cmd=setsensortime&plus_intv=0",
    b"$cmd=setsensortime&plus_intv=-5&msgid=h1",
    b"$cmd=setsensortime&plus_intv=nan&msgid=h2",
    b"$cmd=setsensortime&plus_intv=1e999&msgid=h3",
    b"$cmd=setsensortime&plus_intv=0.0001&msgid=h4",
    b"$cmd=setsensortime&sample_intv=99999999&msgid=h5",
    b"$cmd=setsensortime&sensor_id=../../etc/passwd&plus_intv=60&msgid=h6",
    b"$cmd=__class__&msgid=h7",
    b"$cmd=broadcast&b_num=1&b_size=2&b_content=<script>&msgid=h8",
    b"$cmd=broadcast&b_num=999999999999999999999&b_content=04&msgid=h9",
    b"$cmd=settime&time=not-a-time&msgid=h10",
    b"$cmd=getstatus&msgid=" + b"x" * 500,
    b"$cmd=getstatus&msgid=a%0d%0ab&apikey=%00",
    b"$cmd=getstatus%0a&msgid=n4",
    b"$cmd=getstatus&msgid=n5%0a",
    b"$cmd=getstatus&" + b"&".join(b"k%d=v" % i for i in range(500)),
    b"$cmd=getstatus" + b"&a=b" * 100_000,
    b"\xff\xfe\x00" * 100,
    b"[" * 4_000,
    b'{"cmd": {"a": 1}}',
)


def test_hostile_commands_do_no_harm(mosquitto: Mosquitto, tmp_path: Path) -> None:
    device, point = device_of(DP[0]).device_id, SENML[0]
    topic = mqtt_topic(point.district, point.point_id, device_of(point).device_id, "command")
    with under_way(mosquitto.port, tmp_path) as (centre, done):
        for payload in HOSTILE:
            centre.send(f"$creq/{device}/cmd", payload)
            centre.send(topic, payload)
        centre.tell("no-such-device", "$cmd=reboot&msgid=n1")
        centre.tell(device_of(SENML[0]).device_id, "$cmd=reboot&msgid=n2")  # not its dialect
        centre.send(topic.replace(point.district, "500999"), b'{"cmd": "reboot", "msgid": "n3"}')
        centre.send(f"$creq/{device}/cmd", b"$cmd=reboot&msgid=kept", retain=True)
        for number in range(2_000):
            centre._client.publish(topic, b'{"cmd": "getstatus", "msgid": "f%d"}' % number, 1)
        centre.tell(device, "$cmd=getstatus&msgid=alive")
        assert centre.reply("alive")["sample_intv"] == "600"
        wait_until(lambda: any(reply.get("msgid") == "f1999" for _, reply in centre.json))
    assert not any(reply.get("msgid", "").startswith("n") for reply in centre.dollar)
    bad = [reply for reply in centre.dollar if reply.get("msgid", "").startswith("h")]
    assert len(bad) == 10
    assert {reply["result"] for reply in bad} == {"fail"}
    summary = done[0]
    assert summary.unacknowledged == summary.unsent == 0
    assert summary.commands.obeyed >= 2_000
    assert summary.max_lag_ms < 1_500


def test_a_broker_without_dollar_topics_carries_commands_under_other_names(
    rumqttd: Rumqttd, tmp_path: Path
) -> None:
    mqtt = MqttSettings(
        port=rumqttd.port, dp_topic="geohazard/dp", creq_prefix="creq", dr_topic="dr"
    )
    with under_way(rumqttd.port, tmp_path, mqtt=mqtt) as (centre, _):
        centre.tell(device_of(DP[0]).device_id, "$cmd=getstatus&msgid=r1")
        assert centre.reply("r1")["result"] == "succ"
        centre.tell_senml(SENML[0], cmd="getstatus", msgid="r2")
        assert centre.reply("r2")["result"] == "succ"


def _ledger(path: Path) -> list[dict[str, Any]]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        rows: list[dict[str, Any]] = stream.read_all().to_pylist()
    return rows
