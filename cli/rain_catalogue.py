"""A catalogue of events as a CSV file: its columns as numbers and as groups."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cli.csv_table import open_table
from domain.errors import GeohazardError


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read all rows; comma, semicolon or tab between columns.

    Raises
    ------
    GeohazardError
        If the file cannot be read or has no rows.
    """
    with open_table(path) as reader:
        rows = list(reader)
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
