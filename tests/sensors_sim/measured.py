"""Measured records that lie beside the checkout."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def measured(*parts: str) -> Path:
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the measured record {'/'.join(parts)} is not beside the checkout")
    return path
