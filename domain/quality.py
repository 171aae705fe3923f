"""The quality tests by name: which of them spoke about a reading, in words of both languages."""

from collections.abc import Iterable
from enum import IntFlag


class Test(IntFlag):
    """One bit for each test of `docs/quality.md`; a reading may carry several.

    The flag (`domain.levels.Flag`) says how bad it is, the tests say why. `GAP`, `JUMP`,
    `BATTERY` and `THERMAL` are notes: by themselves they leave a reading good.

    Examples
    --------
    >>> Test(5).names
    ('gross_range', 'spike')
    >>> Test(5).en, Test(5).zh
    ('out of range, spike', '超量程、尖峰')
    >>> Test.of(["spike", "a test of a later release"])
    <Test.SPIKE: 4>
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

    @property
    def en(self) -> str:
        """The tests in English, for a person."""
        return ", ".join(_WORDS[name][0] for name in self.names)

    @property
    def zh(self) -> str:
        """The tests in Chinese."""
        return "、".join(_WORDS[name][1] for name in self.names)

    @classmethod
    def of(cls, names: Iterable[str]) -> "Test":
        """Read names; those that this release does not know are left out."""
        found = cls(0)
        for name in names:
            found |= cls.__members__.get(name.upper(), cls(0))
        return found


_WORDS = {
    "gross_range": ("out of range", "超量程"),
    "rate_of_change": ("changes too fast", "变化过快"),
    "spike": ("spike", "尖峰"),
    "flat_line": ("stuck", "卡死"),
    "attenuated": ("dull: too little noise", "灵敏度下降"),
    "climatology": ("unlikely for the season", "与季节不符"),
    "gap": ("after a gap", "中断之后"),
    "jump": ("jump that stayed", "台阶跳变"),
    "unit": ("wrong unit", "单位错误"),
    "axes": ("axes swapped", "轴向互换"),
    "clock": ("wrong clock", "时钟错误"),
    "battery": ("low battery", "电量不足"),
    "thermal": ("follows temperature", "温度影响"),
    "drift": ("drift", "漂移"),
}
