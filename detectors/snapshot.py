"""The engine's state as bytes: a NumPy archive (never a pickle) with a JSON header inside.

Layout: member ``header`` is JSON; every other member is a column of one of the three
tables, named ``table.column``, cut to the rows in use. The archive's own check sums tell broken
bytes; names, types, shapes and ranges are checked before anything is used.
"""

from io import BytesIO
from operator import itemgetter
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np

from detectors.fusion.batch import PointStream
from detectors.fusion.forecast_news import Told
from detectors.series import SeriesBook
from detectors.state.columns import Array, Columns
from domain.errors import GeohazardError
from domain.warnings import Forecast, ForecastRefusal

KIND = "geohazard.engine"
VERSION = 4
_TOLD = ("point", "channel", "family", "instrument")
"""Columns that follow from the names of the series."""


class SnapshotError(GeohazardError):
    """Bytes are not a snapshot that this engine can take up."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of the state that is not columns."""

    kind: str
    version: int
    rules_version: str
    points: list[str]
    series: list[tuple[int, str, str]]
    """Point's row, device, channel; the row of nobody left out."""
    next_ms: int | None
    newest_ms: int | None
    listened_ms: int
    forecasts: list[tuple[int, Forecast]]
    refusals: list[tuple[int, ForecastRefusal]] = []
    told: list[tuple[int, Told]] = []


def encode_state(book: SeriesBook, stream: PointStream) -> bytes:
    """Write the state; equal states give equal bytes."""
    header = Header(
        kind=KIND,
        version=VERSION,
        rules_version=book.rules.version,
        points=book.point_ids,
        series=[(book.point_index[p], d, c) for p, d, c in book.series_keys[1:]],
        next_ms=stream.silence.next_ms,
        newest_ms=stream.listening.newest_ms,
        listened_ms=stream.listening.total_ms,
        forecasts=sorted(stream.outlooks.forecasts.items()),
        refusals=sorted(stream.outlooks.refusals.items()),
        told=sorted(stream.announcer.news.told.items(), key=itemgetter(0)),
    )
    text = msgspec.json.encode(header, order="deterministic")
    members: dict[str, Any] = {"header": np.frombuffer(text, np.uint8)}
    for name, table in _tables(book).items():
        members |= {f"{name}.{column}": array for column, array in table.export().items()}
    out = BytesIO()
    np.savez(out, **members)
    return out.getvalue()


def decode_state(blob: bytes, book: SeriesBook, stream: PointStream) -> None:
    """Fill an empty book and stream.

    Raises
    ------
    SnapshotError
        If the bytes cannot be used; the reason is in the text.
    """
    try:
        with np.load(BytesIO(blob), allow_pickle=False) as archive:
            arrays: dict[str, Array] = {name: archive[name] for name in archive.files}
        header = msgspec.json.decode(arrays["header"].tobytes(), type=Header)
        if (header.kind, header.version) != (KIND, VERSION):
            msg = f"expected {KIND} version {VERSION}, found {header.kind} version {header.version}"
            raise SnapshotError(msg)
        _fill(book, header, arrays)
        _check(book, header)
    except (ValueError, KeyError, EOFError, OSError, BadZipFile, msgspec.MsgspecError) as error:
        msg = f"not a usable snapshot: {error}"
        raise SnapshotError(msg) from error
    stream.silence.next_ms = header.next_ms
    stream.listening.newest_ms = header.newest_ms
    stream.listening.total_ms = header.listened_ms
    stream.outlooks.forecasts = dict(header.forecasts)
    stream.outlooks.refusals = dict(header.refusals)
    stream.announcer.news.told = dict(header.told)


def _tables(book: SeriesBook) -> dict[str, Columns]:
    return {"series": book.series, "fused": book.fused, "points": book.points}


def _fill(book: SeriesBook, header: Header, arrays: dict[str, Array]) -> None:
    for point_id in header.points:
        book.add_point(point_id)
    for point, device, channel in header.series:
        if not 0 <= point < len(header.points):
            msg = f"series of {device!r} belongs to point {point}, of {len(header.points)}"
            raise ValueError(msg)
        book.add_series((header.points[point], device, channel))
    size = {"series": len(book.series_keys), "fused": len(book.series_keys)}
    told = {name: book.series[name][: len(book.series_keys)].copy() for name in _TOLD}
    hazards = book.points["hazard"][: len(book.point_ids)].copy()
    for name, table in _tables(book).items():
        own = {k.partition(".")[2]: a for k, a in arrays.items() if k.startswith(f"{name}.")}
        table.load(own, size.get(name, len(book.point_ids)))
    book.points["hazard"][: len(book.point_ids)] = hazards
    for name, column in told.items():
        if not np.array_equal(book.series[name][: len(column)], column):
            msg = f"column {name!r} does not fit the names of the series"
            raise ValueError(msg)


def _check(book: SeriesBook, header: Header) -> None:
    if len(set(header.points)) != len(header.points) or len(set(header.series)) != len(
        header.series
    ):
        msg = "a point or series stands twice"
        raise ValueError(msg)
    size = len(book.series_keys)
    claims = [book.fused[name][:size] for name in ("claim", "sure", "stay")]
    claims += [book.series[name][:size] for name in ("claim_before", "claim", "sure", "stay")]
    claims.append(book.points["level"][: len(book.point_ids)])
    if any((array > 4).any() for array in claims):
        msg = "a level lies above 4"
        raise ValueError(msg)
    if (book.fused["detector"][:size] > len(book.detectors)).any():
        msg = "evidence of an unknown detector"
        raise ValueError(msg)
    counts = [book.series[name][:size] for name in ("count", "bin_count", "coarse_count")]
    if any((array < 0).any() for array in counts):
        msg = "a count is negative"
        raise ValueError(msg)
    if not all(0 < key < size for key, _ in (*header.forecasts, *header.refusals)):
        msg = "a forecast of an unknown series"
        raise ValueError(msg)
    if not all(0 <= key < len(book.point_ids) for key, _ in header.told):
        msg = "a forecast that an unknown point was told"
        raise ValueError(msg)
