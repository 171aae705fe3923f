"""Points under warning ask devices over a real broker to read more often, and give it back."""

from pathlib import Path

import pytest

from domain.clock import SystemClock
from domain.points import Point
from domain.registry import Registry
from domain.settings import AlertSettings, MqttSettings, SamplingSettings, load_settings
from domain.warnings import WarningEvent, WarningKind, make_warning
from ingest.asking import SamplingAsker
from ingest.commands import message_id
from ingest.sampling import Request, SamplingPlan
from tests.sensors_sim.centre import DP, POINTS, SENML, Centre, device_of, under_way
from tests.sensors_sim.worlds import wait_until
from tests.servers import Mosquitto


def event(point: Point, kind: WarningKind, level: int, before: int, sequence: int) -> WarningEvent:
    return make_warning(
        point_id=point.point_id,
        kind=kind,
        level=level,
        previous_level=before,
        event_ms=sequence,
        sequence=sequence,
    )


@pytest.mark.integration
def test_devices_of_either_dialect_read_more_often_until_the_level_has_fallen(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = load_settings(environ={"GEOHAZARD_SAMPLING__ENABLED": "true"}).model_copy(
        update={
            "mqtt": MqttSettings(port=mosquitto.port),
            "alerts": AlertSettings(outbox=tmp_path / "outbox.sqlite"),
        }
    )
    points, registry = (DP[0], SENML[0]), Registry.of(POINTS)
    asker = SamplingAsker(settings, lambda: registry, SystemClock())
    asker.start()
    try:
        with under_way(mosquitto.port, tmp_path) as (centre, _):
            raised = [event(p, WarningKind.RAISED, 3, 0, 1) for p in points]
            asker.take(raised)
            for number, told in enumerate(raised):
                assert centre.reply(_msgid(points[number], told))["result"] == "succ"
                assert _interval_s(centre, points[number], f"s{number}") == "200"
            cleared = [event(p, WarningKind.CLEARED, 0, 3, 2) for p in points]
            wait_until(lambda: asker.counters()["commands_answered"] == 2)
            assert asker.counters()["sampling_faster"] == 2
            asker.take(cleared)
            for number, told in enumerate(cleared):
                assert centre.reply(_msgid(points[number], told))["result"] == "succ"
                assert _interval_s(centre, points[number], f"t{number}") == "600"
            wait_until(lambda: asker.counters()["commands_answered"] == 4)
            told_at_all = asker.counters()
    finally:
        asker.close()
    assert told_at_all["sampling_faster"] == told_at_all["commands_unanswered"] == 0


def _msgid(point: Point, told: WarningEvent) -> str:
    return message_id(Request(point, device_of(point).device_id, 0.0, told.id))


def _interval_s(centre: Centre, point: Point, msgid: str) -> str:
    if point in DP:
        centre.tell(device_of(point).device_id, f"$cmd=getstatus&msgid={msgid}")
    else:
        centre.tell_senml(point, cmd="getstatus", msgid=msgid)
    return centre.reply(msgid)["sample_intv"]


def test_only_so_many_points_ask_at_once_and_a_place_is_given_back() -> None:
    plan = SamplingPlan(SamplingSettings(enabled=True, most_points=1))
    first, second = POINTS[:2]
    assert plan.requests(event(first, WarningKind.RAISED, 2, 0, 1), first)
    assert not plan.requests(event(second, WarningKind.RAISED, 2, 0, 1), second)
    assert plan.refused == 1
    back = plan.requests(event(first, WarningKind.CLEARED, 0, 2, 2), first)
    assert [request.interval_s for request in back] == [600.0]
    assert plan.requests(event(second, WarningKind.RAISED, 1, 0, 3), second)


def test_orange_and_red_find_a_place_though_blue_ones_came_first() -> None:
    plan = SamplingPlan(SamplingSettings(enabled=True, most_points=1))
    first, second = POINTS[:2]
    assert plan.requests(event(first, WarningKind.RAISED, 1, 0, 1), first)
    assert not plan.requests(event(second, WarningKind.RAISED, 2, 0, 1), second)
    assert plan.requests(event(second, WarningKind.UPGRADED, 3, 2, 2), second)
    assert plan.refused == 1


def test_silence_acknowledgement_and_news_of_a_forecast_ask_for_nothing() -> None:
    plan = SamplingPlan(SamplingSettings(enabled=True))
    point = POINTS[0]
    for kind in (WarningKind.SILENT, WarningKind.ACKNOWLEDGED, WarningKind.FORECAST):
        assert not plan.requests(event(point, kind, 3, 3, 1), point)
    assert not plan.requests(event(point, WarningKind.RAISED, 3, 0, 1), None)
    assert not plan.requests(event(point, WarningKind.REPORTING, 0, 0, 1), point)
