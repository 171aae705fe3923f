"""Warning levels of China's four-colour scale, and QARTOD quality flags."""

from enum import IntEnum


class Level(IntEnum):
    """Warning level of a hazard point (地质灾害四级预警).

    Examples
    --------
    >>> Level.ORANGE > Level.YELLOW, Level.RED.colour, Level.RED.name_zh
    (True, 'red', '警报')
    """

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def colour(self) -> str:
        """Lower-case English name of the colour; ``none`` for level 0."""
        return self.name.lower()

    @property
    def name_zh(self) -> str:
        """Name of the level in Chinese."""
        return ("正常", "注意", "警示", "警戒", "警报")[self]

    @property
    def colour_zh(self) -> str:
        """Name of the colour in Chinese."""
        return ("无", "蓝色", "黄色", "橙色", "红色")[self]


class Flag(IntEnum):
    """Quality flag of one reading (IOOS QARTOD, Manual for Real-Time Quality Control)."""

    GOOD = 1
    UNKNOWN = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9
