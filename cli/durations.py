"""Durations as people write them: ``10s``, ``500ms``, ``2m``, ``1h``, ``3d`` or bare seconds."""

import re

import typer

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_FORM = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|)\s*$")


def seconds(text: str) -> float:
    """Read a duration.

    Returns
    -------
    float
        Seconds, more than 0.

    Raises
    ------
    typer.BadParameter
        If the text is no positive duration.

    Examples
    --------
    >>> seconds("10s"), seconds("500ms"), seconds("2m"), seconds("120")
    (10.0, 0.5, 120.0, 120.0)
    """
    match = _FORM.match(text)
    value = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if value <= 0:
        msg = f"{text!r} is not a duration such as 10s, 500ms, 2m, 1h, 3d or 120"
        raise typer.BadParameter(msg)
    return value
