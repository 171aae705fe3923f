"""The 38 districts and counties of Chongqing: code, names and centre.

Codes are those of GB/T 2260 as in force since 2016 (Liangping and Wulong are districts). Centres
are for simulation and display; the datum of their source is not documented.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class District:
    """One district: six-digit ``code``, names, and the centre in degrees."""

    code: str
    name_zh: str
    name_en: str
    lat: float
    lon: float


@cache
def districts() -> MappingProxyType[str, District]:
    """Every district by its code.

    Examples
    --------
    >>> len(districts()), districts()["500235"].name_en
    (38, 'Yunyang')
    """
    text = files("domain").joinpath("districts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType(
        {
            row["code"]: District(
                row["code"], row["name_zh"], row["name_en"], float(row["lat"]), float(row["lon"])
            )
            for row in rows
        }
    )
