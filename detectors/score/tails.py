"""P-values of a series' statistics from that series' own past: what is rare *here*.

A statistic (an error of prediction, say) is held against its own history, so nothing is assumed of
its law. Three numbers are kept: its *scale*, the running mean of its size; the size `common` that
a tenth of all exceed; and how many times that the rarest hundredth exceed, the *stretch*. The
latter two are moved a little up by each value beyond and a little down by each value within, in
the proportion that brings the share beyond to a tenth and a hundredth whatever the law
(stochastic approximation; as in adaptive conformal inference, Gibbs and Candes 2021). Beyond a
hundredth the tail is that of Student's t with the degrees of freedom which have this stretch, and
not more than the history can tell: a normal law at one end, about the second moment at the other.
Siffer et al. 2017 (SPOT) fit a generalised Pareto law to the excesses instead; that needs a store
of peaks for each series and some hundred readings before its first word.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from detectors.state.columns import F64, Array, Columns, Field, Mask, Rows

MEMORY = 64.0
"""Values over which the scale is averaged."""

CLIP = 5.0
"""One value moves the scale by at most this many scales."""

_FREEDOMS = np.array([1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 200.0])
_HUNDREDTH = -stdtrit(_FREEDOMS, 0.005)
_LOG_STRETCH = np.log(_HUNDREDTH / -stdtrit(_FREEDOMS, 0.05))
_START_COMMON = np.log(2.0)
START_STRETCH, START_STRETCH_OF_MEANS = 2.0, 1.85
"""Stretch before anything is known, of single values and of means, which have a tamer tail: as of
Student's t with 5 and with 7 degrees of freedom (a normal law has 1.57)."""


def tail_fields(name: str, stretch: float = START_STRETCH) -> tuple[Field, ...]:
    """Columns of one statistic's history."""
    return (
        Field(f"{name}_scale", "f8"),
        Field(f"{name}_common", "f4", fill=float(_START_COMMON)),
        Field(f"{name}_stretch", "f4", fill=float(np.log(stretch))),
    )


@dataclass
class Tail:
    """History of one statistic in n series; every array has shape (n,).

    Attributes
    ----------
    scale
        Mean size, in the statistic's unit; 0 while all were 0.
    common, stretch
        Logarithms of what a tenth exceed, in scales, and of a hundredth's multiple of that.
    seen
        Values learned.
    trust
        Values learned for each degree of freedom that the tail may have above two.
    """

    scale: F64
    common: F64
    stretch: F64
    seen: Array
    trust: float = 64.0

    @classmethod
    def of(
        cls, table: Columns, name: str, rows: Rows, seen: Array, *, trust: float = 64.0
    ) -> "Tail":
        """Read the columns of `tail_fields`."""
        return cls(
            table[f"{name}_scale"][rows],
            table[f"{name}_common"][rows].astype(np.float64),
            table[f"{name}_stretch"][rows].astype(np.float64),
            seen,
            trust,
        )

    def p_value(self, size: F64, scale: F64) -> F64:
        """Share of the past that was as large, in (0, 1].

        Parameters
        ----------
        size
            Absolute value of the statistic.
        scale
            Scale to judge with, where it is not `scale` itself (a gap, a floor). Where it is 0
            nothing but zeros was ever seen, and another value is one in ``seen + 1``.

        Examples
        --------
        A tenth, a hundredth, and a thousandth on a tail like that of t with 5 degrees:

        >>> one = np.ones(3)
        >>> tail = Tail(one, np.log(2.0) * one, np.log(4.032 / 2.015) * one, 500 * one)
        >>> tail.p_value(np.array([2.0001, 4.002, 2.0 * 6.869 / 2.015]), one).round(4).tolist()
        [0.1, 0.01, 0.001]
        """
        known = scale > 0.0
        far = np.log(np.maximum(size, 1e-300) / np.where(known, scale, 1.0)) - self.common
        p_value: F64 = np.where(known | (size == 0.0), 1.0, 1.0 / (self.seen + 1.0))
        odd = np.flatnonzero(known & (far > 0.0))
        if len(odd):
            p_value[odd] = _beyond(far[odd], self.stretch[odd], 2.0 + self.seen[odd] / self.trust)
        return p_value

    def learn(self, size: F64, mask: Mask) -> None:
        """Take one value each into the history, where the mask says so."""
        seen = self.seen
        relative = np.log(np.maximum(size, 1e-300) / np.maximum(self.scale, 1e-300)) - self.common
        settled = mask & (seen >= 16)
        step = np.maximum(3.0 / (seen + 32.0), 3.0 / 512.0)
        common = self.common + step * ((relative > 0.0) - 0.1)
        long_step = np.maximum(13.0 / (seen + 100.0), 13.0 / 2048.0)
        stretch = self.stretch + long_step * ((relative > self.stretch) - 0.01)
        self.common = np.where(settled, np.clip(common, -3.0, 2.5), self.common)
        self.stretch = np.where(settled, np.clip(stretch, 0.05, 2.5), self.stretch)
        bound = np.where((seen >= 4) & (self.scale > 0.0), CLIP * self.scale, np.inf)
        gain = np.maximum(1.0 / (seen + 1.0), 1.0 / MEMORY)
        scale = self.scale + gain * (np.minimum(size, bound) - self.scale)
        self.scale = np.where(mask, scale, self.scale)

    def write(self, table: Columns, name: str, rows: Rows) -> None:
        """Write the columns of `tail_fields` back."""
        table[f"{name}_scale"][rows] = self.scale
        table[f"{name}_common"][rows] = self.common
        table[f"{name}_stretch"][rows] = self.stretch


def _beyond(far: F64, stretch: F64, freedom_most: F64) -> F64:
    """P-value of what lies beyond the common: to a hundredth by the stretch, then by Student's t.

    Parameters
    ----------
    far
        Logarithm of the size over the common size, above 0.
    """
    p_value: F64 = 0.1 * 10.0 ** -(far / stretch)
    rare = np.flatnonzero(far > stretch)
    freedom = np.interp(stretch[rare], _LOG_STRETCH[::-1], _FREEDOMS[::-1])
    freedom = np.minimum(freedom, freedom_most[rare])
    hundredth = -stdtrit(freedom, 0.005)
    p_value[rare] = 2.0 * stdtr(freedom, -hundredth * np.exp(far[rare] - stretch[rare]))
    return np.maximum(p_value, 1e-12)
