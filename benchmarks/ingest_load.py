"""The load of `benchmarks.bench_ingest`: SenML packs of 11,000 devices, published by a process."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from domain.districts import districts
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from domain.topics import mqtt_topic

POINTS = 11_000
CHANNELS = {"crack": "mm", "tilt_x": "deg", "tilt_y": "deg", "rain": "mm", "battery": "V"}
DEADLINE_S = 120.0


def build_points() -> list[Point]:
    """11,000 points over all districts, each with one device of six channels."""
    codes = sorted(districts())
    names = (*CHANNELS, "rssi")
    return [
        Point(
            make_point_id(codes[n % len(codes)], HazardType.LANDSLIDE, n // len(codes)),
            f"slope {n}",
            HazardType.LANDSLIDE,
            30.0,
            108.0,
            devices=(Device(f"CQ{n:05d}", names, 10.0),),
        )
        for n in range(POINTS)
    ]


def message(place: Point, event_s: float) -> tuple[str, bytes]:
    """Topic and pack of one device."""
    device = place.devices[0].device_id
    first, *rest = CHANNELS
    value = round(event_s % 60, 3)
    records: list[dict[str, object]] = [
        {"bn": f"{device}/", "bt": event_s, "n": first, "u": CHANNELS[first], "v": value}
    ]
    records += [{"n": name, "u": CHANNELS[name], "v": value} for name in rest]
    records.append({"n": "rssi", "u": "dBm", "v": -75})
    topic = mqtt_topic(place.district, place.point_id, device, "telemetry")
    return topic, msgspec.json.encode(records)


def publish(port: int, count: int, rate: float | None) -> None:
    """Publish messages of all points in turn and wait until the broker has them."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"bench-{os.getpid()}")
    client.max_queued_messages_set(0)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    places, sent, start = build_points(), [], time.monotonic()
    for number in range(count):
        ahead_s = start + number / rate - time.monotonic() if rate else 0.0
        if ahead_s > 0:
            time.sleep(ahead_s)
        topic, payload = message(places[number % POINTS], time.time())
        sent.append(client.publish(topic, payload, qos=1))
    for info in sent:
        info.wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


@contextmanager
def publishing(port: int, count: int, rate: float | None) -> Iterator[None]:
    """Publish in a process of its own while the block runs."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=publish, args=(port, count, rate))
    process.start()
    try:
        yield
    finally:
        process.join()
