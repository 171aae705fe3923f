"""Named arrays of equal length that grow together: a table of state, one row an object."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Field:
    """One column: ``width`` 0 is a plain column, otherwise each row holds that many values."""

    name: str
    dtype: str
    width: int = 0
    fill: float = 0.0

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return np.dtype(self.dtype).itemsize * max(self.width, 1)


class Columns:
    """A growable struct of arrays.

    Examples
    --------
    >>> table = Columns([Field("count", "i4"), Field("ring", "f4", width=3, fill=float("nan"))])
    >>> table.resize(2)
    >>> table["count"][:2].tolist(), table["ring"].shape[1]
    ([0, 0], 3)
    """

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self.size = 0
        self._capacity = 0
        self._arrays: dict[str, Array] = {}
        self._allocate(64)

    def __getitem__(self, name: str) -> Array:
        """Whole array of a column, unused rows included."""
        return self._arrays[name]

    def resize(self, size: int) -> None:
        """Use ``size`` rows; new ones hold each column's fill."""
        if size > self._capacity:
            self._allocate(max(size, self._capacity + self._capacity // 2))
        self.size = size

    def export(self) -> dict[str, Array]:
        """Return views of the rows in use, by name."""
        return {name: array[: self.size] for name, array in self._arrays.items()}

    def load(self, arrays: Mapping[str, Array], size: int) -> None:
        """Take rows from `export`.

        Raises
        ------
        ValueError
            If a column is missing or has another type or shape.
        """
        for field in self.fields:
            have = arrays.get(field.name)
            want = _shape(field, size)
            if have is None or have.dtype != np.dtype(field.dtype) or have.shape != want:
                found = "nothing" if have is None else f"{have.dtype} {have.shape}"
                msg = f"column {field.name!r}: expected {field.dtype} {want}, found {found}"
                raise ValueError(msg)
        self.resize(size)
        for field in self.fields:
            self._arrays[field.name][:size] = arrays[field.name]

    def _allocate(self, capacity: int) -> None:
        for field in self.fields:
            array: Array = np.zeros(_shape(field, capacity), field.dtype)
            old = self._arrays.get(field.name)
            used = 0 if old is None else self.size
            if old is not None:
                array[:used] = old[:used]
            if field.fill != 0.0:
                array[used:] = field.fill
            self._arrays[field.name] = array
        self._capacity = capacity


def _shape(field: Field, size: int) -> tuple[int, ...]:
    return (size, field.width) if field.width else (size,)
