"""Where `geohazard explain` finds a warning: a store, an evaluated record, a file."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from alerts.case import Case, Series, span_ms
from cli.evaluate import WARNINGS
from cli.explain_live import from_influx, from_store_process
from cli.warning_ids import pick
from domain.errors import GeohazardError
from domain.frames import Features, Readings
from domain.levels import Flag
from domain.points import Point
from domain.registry import load_registry
from domain.settings import IngestSettings, Settings, load_settings
from domain.warnings import WarningEvent, decode_warning
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.one_point import judge_point
from storage import duck_history, history
from storage.base import StoreUnavailableError

Key = tuple[str, str, int]
"""Channel, device and event time of a reading."""


def from_folder(folder: Path, warning_id: str) -> Case:
    """Find a warning in the folder of a run, or of a data set that was evaluated.

    Raises
    ------
    GeohazardError
        If there is no such warning, or nothing to look into.
    """
    if (folder / "run.json").exists():
        return from_data_set(folder, warning_id)
    if (folder / "geohazard.toml").exists():
        return from_settings(load_settings(folder / "geohazard.toml"), warning_id)
    if (folder / "record.duckdb").exists():
        return from_store(folder / "record.duckdb", folder / "registry.csv", warning_id)
    msg = f"{folder} holds no record.duckdb of `geohazard up` and no data set of"
    msg += " `geohazard sim generate`"
    raise GeohazardError(msg)


def from_settings(settings: Settings, warning_id: str) -> Case:
    """Find a warning in the store that the settings name, whether it runs or not.

    Raises
    ------
    GeohazardError
        If the store cannot be asked, or has no such warning.
    """
    if settings.store.kind != "duckdb":
        return from_influx(settings, warning_id)
    path, registry = Path(settings.store.path), Path(settings.registry)
    socket = settings.store.socket
    if socket is not None and socket.exists():
        try:
            return from_store_process(socket, registry, warning_id)
        except StoreUnavailableError:
            # A killed process leaves its socket behind; then the file is free.
            return from_store(path, registry, warning_id)
    return from_store(path, registry, warning_id)


def from_store(path: Path, registry: Path, warning_id: str) -> Case:
    """Find a warning in an embedded store that no process has open.

    Raises
    ------
    GeohazardError
        If the store cannot be opened, or has no such warning.
    """
    if not path.exists():
        msg = f"there is no store {path}: name the folder of the record with --data-dir"
        raise GeohazardError(msg)
    con = history.open_offline(path)
    try:
        event = pick(duck_history.warnings_of(con, warning_id), warning_id, path)
        point = _point(registry, event.point_id)
        start, end = span_ms(event, point.interval_s if point else 600.0)
        readings = history.readings_of(con, event.point_id, start_ms=start, end_ms=end)
        features = history.features_of(con, event.point_id, start_ms=start, end_ms=end)
        others = history.last_warnings(con, 1_000, point_id=event.point_id)
    finally:
        con.close()
    flags = {
        (row["channel"], row["device_id"], row["event_ms"]): (row["flag"], row["tests"])
        for row in features.to_pylist()
    }
    rows = [(r["channel"], r["device_id"], r["event_ms"], r["value"]) for r in readings.to_pylist()]
    bodies = others.column("body").to_pylist()
    return Case(
        event, point, _series(rows, flags), tuple(decode_warning(b.encode()) for b in bodies)
    )


def from_data_set(folder: Path, warning_id: str) -> Case:
    """Find a warning that ``geohazard evaluate`` gave on a data set.

    Raises
    ------
    GeohazardError
        If the data set was not evaluated, or no such warning was given.
    """
    path = folder / WARNINGS
    if not path.exists():
        msg = f"{folder} was not evaluated yet: run `geohazard evaluate {folder}` first"
        raise GeohazardError(msg)
    events = read_warnings(path)
    event = pick(events, warning_id, path)
    data = open_data_set(folder)
    start, end = span_ms(event, data.info.interval_s)
    door = Door.of(IngestSettings())
    readings, features = judge_point(data, event.point_id, door, start, end)
    return Case(
        event,
        data.registry.points.get(event.point_id),
        _series(_rows(readings), _flags(features)),
        tuple(other for other in events if other.point_id == event.point_id),
    )


def from_file(path: Path, warning_id: str) -> Case:
    """Find a warning in a file of warnings, one as JSON on each line; it has no readings.

    Raises
    ------
    GeohazardError
        If the file cannot be read, or has no such warning.
    """
    events = read_warnings(path)
    event = pick(events, warning_id, path)
    others = tuple(other for other in events if other.point_id == event.point_id)
    return Case(event, None, (), others)


def read_warnings(path: Path) -> list[WarningEvent]:
    """Read warnings, one as JSON on each line.

    Raises
    ------
    GeohazardError
        With the line that is none.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise GeohazardError(msg) from error
    events = []
    for number, line in enumerate(lines, start=1):
        try:
            events += [decode_warning(line)] if line.strip() else []
        except msgspec.DecodeError as error:
            msg = f"{path}, line {number} is no warning: {error}"
            raise GeohazardError(msg) from error
    return events


def _point(registry: Path, point_id: str) -> Point | None:
    return load_registry(registry).points.get(point_id) if registry.exists() else None


def _rows(readings: Readings) -> list[tuple[str, str, int, float]]:
    return list(
        zip(
            readings.channel.to_list(),
            readings.device_id.to_list(),
            readings.event_ms.tolist(),
            readings.value.tolist(),
            strict=True,
        )
    )


def _flags(features: Features) -> dict[Key, tuple[int, int]]:
    keys = zip(
        features.channel.to_list(),
        features.device_id.to_list(),
        features.event_ms.tolist(),
        strict=True,
    )
    judged = zip(features.flag.tolist(), features.tests.tolist(), strict=True)
    return dict(zip(keys, judged, strict=True))


def _series(
    rows: Iterable[tuple[str, str, int, float]], flags: dict[Key, tuple[int, int]]
) -> tuple[Series, ...]:
    """Sort rows of (channel, device, time, value) into series by time; repetitions count once.

    ``flags`` holds the flag of each reading and the tests that spoke of it.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    for channel, device_id, at_ms, value in rows:
        found.setdefault((channel, device_id), {}).setdefault(at_ms, value)
    series = []
    for (channel, device_id), values in sorted(found.items()):
        times = sorted(values)
        own = [flags.get((channel, device_id, at), (int(Flag.UNKNOWN), 0)) for at in times]
        flag, tests = [int(one) for one, _ in own], [tests for _, tests in own]
        series.append(Series(channel, device_id, times, [values[at] for at in times], flag, tests))
    return tuple(series)
