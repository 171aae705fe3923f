"""What one method says of the time of failure."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """Time of failure by one method.

    Attributes
    ----------
    method
        Its name.
    ahead_days, early_days, late_days
        Days from now to the failure and its window; NaN where there is none.
    r2
        Of the method's own fit; NaN if it has none.
    refused
        Why there is no time; empty if there is one.
    """

    method: str
    ahead_days: float = np.nan
    early_days: float = np.nan
    late_days: float = np.nan
    r2: float = np.nan
    refused: str = ""

    @property
    def given(self) -> bool:
        """Whether there is a time."""
        return self.ahead_days == self.ahead_days
