"""How often something as odd was seen before: no p-value may promise rarer than was counted.

A law that fits ninety-nine of a hundred readings says nothing of the hundredth. Where an instrument
spikes every noon, or a valve opens twice a week, the errors of those readings are far beyond the
tail and happen again and again. So the `KEPT` largest of the last `MEMORY` readings are
remembered, and the p-value of a new one is at least ``(m + 1) / (n + 1)`` if m of the n before it
were as large: the rank p-value of conformal prediction (Vovk, Gammerman and Shafer 2005), which
needs no law. The largest ever has m = 0; of it the tail alone speaks. What goes on is no precedent
of itself: only what came more than `SPELL` readings ago counts.
"""

import numpy as np

from detectors.state.columns import F64, Array, Columns, Field, Mask, Rows

KEPT = 8
MEMORY = 4096
"""Readings after which a size is forgotten: four weeks at one in ten minutes."""

SPELL = 32
"""Readings that belong together: what began within so many is no precedent of what goes on."""

RARE = 0.01
"""P-value from which a size is looked up and kept: less than one reading in a hundred."""

_NEVER = -(2**30)


def seen_fields(name: str) -> tuple[Field, ...]:
    """Columns of one statistic's largest sizes, and of when they came, in readings."""
    return (Field(f"{name}_most", "f4", KEPT), Field(f"{name}_most_at", "i4", KEPT, fill=_NEVER))


def at_least_as_seen(
    table: Columns, name: str, rows: Rows, size: F64, p_value: F64, seen: Array, usable: Mask
) -> F64:
    """Raise p-values to what was counted, then remember the sizes.

    Parameters
    ----------
    size
        Absolute value of the statistic, shape (n,).
    p_value
        What the tail says of it.
    seen
        Values before this one.
    usable
        What may be remembered.

    Returns
    -------
    array
        P-values, shape (n,), none below ``p_value``.
    """
    odd = np.flatnonzero(p_value < RARE)
    if not len(odd):
        return p_value
    row, now = rows[odd], seen[odd]
    most, came = table[f"{name}_most"][row], table[f"{name}_most_at"][row]
    given = size[odd].astype(np.float32)
    known = now[:, None] - came < MEMORY
    before = known & (now[:, None] - came > SPELL)
    as_large = (before & (most >= given[:, None])).sum(axis=1)
    counted = np.where(as_large > 0, (as_large + 1.0) / (np.minimum(now, MEMORY) + 1.0), 0.0)
    found = p_value.copy()
    found[odd] = np.maximum(p_value[odd], counted)
    worth = np.where(known, most, -1.0)
    least = worth.argmin(axis=1)
    kept = np.flatnonzero(usable[odd] & (given > worth[np.arange(len(odd)), least]))
    table[f"{name}_most"][row[kept], least[kept]] = given[kept]
    table[f"{name}_most_at"][row[kept], least[kept]] = now[kept]
    return found
