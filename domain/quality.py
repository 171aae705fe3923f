"""The quality tests by name: which of them spoke about a reading."""

from enum import IntFlag


class Test(IntFlag):
    """One bit for each test of `docs/quality.md`; a reading may carry several.

    The flag (`domain.levels.Flag`) says how bad it is, the tests say why. `GAP`, `JUMP`,
    `BATTERY` and `THERMAL` are notes: by themselves they leave a reading good.

    Examples
    --------
    >>> Test(5).names
    ('gross_range', 'spike')
    """

    __test__ = False  # not a case for pytest

    GROSS_RANGE = 1
    RATE_OF_CHANGE = 2
    SPIKE = 4
    FLAT_LINE = 8
    ATTENUATED = 16
    CLIMATOLOGY = 32
    GAP = 64
    JUMP = 128
    UNIT = 256
    AXES = 512
    CLOCK = 1024
    BATTERY = 2048
    THERMAL = 4096
    DRIFT = 8192

    @property
    def names(self) -> tuple[str, ...]:
        """Lower-case names of the tests, in the order of their bits."""
        return tuple(str(test.name).lower() for test in Test if test in self)
