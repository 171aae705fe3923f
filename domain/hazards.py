"""Kinds of geological hazard, with the two digits that stand for them in a point's id."""

from enum import StrEnum


class HazardType(StrEnum):
    """Kind of hazard (灾害类型).

    Examples
    --------
    >>> HazardType.DEBRIS_FLOW.code, HazardType.from_code("01").name_zh
    ('03', '滑坡')
    """

    LANDSLIDE = "landslide"
    ROCKFALL = "rockfall"
    DEBRIS_FLOW = "debris_flow"
    COLLAPSE = "collapse"
    UNSTABLE_SLOPE = "unstable_slope"
    GROUND_FISSURE = "ground_fissure"

    @property
    def code(self) -> str:
        """Two digits, as they stand in a point's id."""
        return f"{list(HazardType).index(self) + 1:02d}"

    @property
    def name_zh(self) -> str:
        """Name in Chinese."""
        return ("滑坡", "崩塌", "泥石流", "地面塌陷", "不稳定斜坡", "地裂缝")[
            list(HazardType).index(self)
        ]

    @property
    def name_en(self) -> str:
        """Name in English, for people."""
        return self.value.replace("_", " ")

    @classmethod
    def from_code(cls, code: str) -> "HazardType":
        """Find the kind by its two digits.

        Raises
        ------
        ValueError
            If no kind has that code.
        """
        for kind in cls:
            if kind.code == code:
                return kind
        msg = f"no hazard type has the code {code!r}"
        raise ValueError(msg)
