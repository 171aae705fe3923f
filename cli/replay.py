"""``geohazard replay``: a recording goes into a running pipeline as if its device spoke now."""

import contextlib
import fcntl
import math
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from cli.series_file import Series, read_series
from domain.channels import CHANNELS
from domain.districts import districts
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.points import Device, Point, is_point_id
from domain.registry import load_registry, save_registry
from domain.settings import Settings, load_settings
from domain.topics import mqtt_topic
from ingest.mqtt import make_client

MAX_INFLIGHT = 100
ACK_SECONDS = 30.0
START_SECONDS = 60.0
REGISTRY_SECONDS = 3.0
"""Every role looks at the registry once a second; a new point is given time to be known."""


def replay(
    file: Annotated[
        Path, typer.Argument(help="CSV file with a column of times and one of values.")
    ],
    time_column: Annotated[str, typer.Option("--time", help="Column of times.")],
    value_column: Annotated[str, typer.Option("--value", help="Column of values.")],
    channel: Annotated[str, typer.Option(help="crack, gnss, tilt, rain, pore_pressure, generic.")],
    point: Annotated[str, typer.Option(help="Point to speak for: 12 digits.")],
    unit: Annotated[str | None, typer.Option(help="Unit of the values.")] = None,
    where: Annotated[str | None, typer.Option(help="Only rows with COLUMN=VALUE.")] = None,
    timezone: Annotated[str, typer.Option(help="For times without an offset.")] = "UTC",
    device: Annotated[str | None, typer.Option(help="Device id; made from the point's.")] = None,
    speed: Annotated[
        float, typer.Option(min=0, help="Times faster than recorded; 0: as fast as it goes.")
    ] = 0.0,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of a running `geohazard up --data-dir`.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings of a running pipeline.")] = None,
) -> None:
    """Publish a recording over MQTT into a running pipeline.

    The point and its device are added to the registry if they are not in it.
    """
    if data_dir is not None:
        wait_for_run(data_dir)
    settings = load_settings(data_dir / "geohazard.toml" if data_dir else config)
    series = read_series(
        file,
        time_column=time_column,
        value_column=value_column,
        channel=channel,
        unit=unit,
        where=where,
        timezone=timezone,
    )
    device_id = device or f"replay-{point}-{series.channel}"
    register(settings, point, device_id, series)
    sent = publish(settings, point, device_id, series, speed)
    Console().print(f"published {sent} readings of {series.channel} for {point} as {device_id}")


def wait_for_run(folder: Path, most_s: float = START_SECONDS) -> None:
    """Wait until the roles of `geohazard up` listen: its simulator speaks only then.

    Raises
    ------
    GeohazardError
        If there is no such run.
    """
    deadline = time.monotonic() + most_s
    while not (folder / "sim.progress.json").exists():
        if time.monotonic() > deadline:
            msg = f"nothing runs in {folder}: start `geohazard up --data-dir {folder}` first"
            raise GeohazardError(msg)
        time.sleep(0.2)


def register(settings: Settings, point_id: str, device_id: str, series: Series) -> None:
    """Enter the point and the device into the registry file, unless they are there.

    Raises
    ------
    GeohazardError
        If the id is no point's, or the device belongs to another point.
    """
    if not is_point_id(point_id):
        msg = f"{point_id!r} is not a point id: district (6 digits), hazard type 01-06, serial (4)"
        raise GeohazardError(msg)
    with _alone_with(settings.registry):
        registry = load_registry(settings.registry)
        owner = registry.point_of_device(device_id)
        if owner is not None and owner.point_id != point_id:
            msg = f"device {device_id} belongs to point {owner.point_id}"
            raise GeohazardError(msg)
        if owner is not None:
            return
        device = Device(device_id, (series.channel,), series.interval_s)
        points = dict(registry.points)
        known = points.get(point_id) or _new_point(point_id)
        points[point_id] = replace(known, devices=(*known.devices, device))
        save_registry(points.values(), settings.registry)
    time.sleep(REGISTRY_SECONDS)


@contextlib.contextmanager
def _alone_with(registry: Path) -> Iterator[None]:
    """Let replays that run side by side enter their points one after the other."""
    folder = os.open(registry.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def publish(settings: Settings, point_id: str, device_id: str, series: Series, speed: float) -> int:
    """Publish the readings in their order; returns once the broker has acknowledged all.

    Returns
    -------
    int
        How many were sent; rows without a value are not.

    Raises
    ------
    GeohazardError
        If the broker cannot be reached or stops answering.
    """
    topic = mqtt_topic(point_id[:6], point_id, device_id, "telemetry")
    client = make_client(settings.mqtt, f"replay-{device_id}", clean=True)
    client.max_inflight_messages_set(MAX_INFLIGHT)
    try:
        client.connect(settings.mqtt.host, settings.mqtt.port, settings.mqtt.keepalive_s)
    except OSError as error:
        msg = f"cannot reach MQTT at {settings.mqtt.host}:{settings.mqtt.port}: {error}"
        raise GeohazardError(msg) from error
    client.loop_start()
    sent = []
    try:
        rows = list(zip(series.times_ms.tolist(), series.values.tolist(), strict=True))
        for number, (at_ms, value) in enumerate(rows):
            if math.isnan(value):
                continue
            if speed and number:
                time.sleep(max(0, at_ms - rows[number - 1][0]) / 1000.0 / speed)
            sent.append(client.publish(topic, senml(device_id, series.channel, at_ms, value), 1))
        for info in sent:
            info.wait_for_publish(ACK_SECONDS)
            if not info.is_published():
                msg = f"the MQTT broker did not acknowledge within {ACK_SECONDS:.0f} s"
                raise GeohazardError(msg)
    finally:
        client.disconnect()
        client.loop_stop()
    return len(sent)


def senml(device_id: str, channel: str, at_ms: int, value: float) -> bytes:
    """Write one reading as a SenML pack (RFC 8428).

    Examples
    --------
    >>> senml("d1", "crack", 1_500, 2.5)
    b'[{"bn":"d1/","bt":1.5,"n":"crack","u":"mm","v":2.5}]'
    """
    unit = CHANNELS[channel].unit
    record = {"bn": f"{device_id}/", "bt": at_ms / 1000, "n": channel, "u": unit, "v": value}
    return msgspec.json.encode([record])


def _new_point(point_id: str) -> Point:
    district = districts().get(point_id[:6])
    if district is None:
        msg = f"point id {point_id} starts with an unknown district"
        raise GeohazardError(msg)
    hazard = HazardType.from_code(point_id[6:8])
    return Point(point_id, f"replay {point_id}", hazard, district.lat, district.lon)
