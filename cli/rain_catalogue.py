"""A catalogue of events as a CSV file: its columns as numbers and as groups."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.errors import GeohazardError


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read all rows; comma, semicolon or tab between columns.

    Raises
    ------
    GeohazardError
        If the file cannot be read or has no rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(",;\t", key=first.count)
            rows = list(csv.DictReader(file, delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read {path}: {error}"
        raise GeohazardError(msg) from error
    if not rows:
        msg = f"{path} has no rows"
        raise GeohazardError(msg)
    return rows


def groups_of(rows: list[dict[str, str]], group: str | None) -> npt.NDArray[Any]:
    """Tell which rows are not independent: those of one value; each by itself without a column."""
    if group is None:
        return np.arange(len(rows))
    _known(rows, group)
    return np.array([row[group] for row in rows])


def numbers(rows: list[dict[str, str]], name: str) -> npt.NDArray[np.float64]:
    """Read a column as numbers; NaN where it holds none."""
    _known(rows, name)
    out = np.full(len(rows), np.nan)
    for at, row in enumerate(rows):
        try:
            out[at] = float(row[name])
        except (ValueError, TypeError):
            continue
    return out


def _known(rows: list[dict[str, str]], name: str) -> None:
    if name not in rows[0]:
        msg = f"no column {name!r}; there are {', '.join(rows[0])}"
        raise GeohazardError(msg)
