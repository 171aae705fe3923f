"""Where a receiver moves to, in words: compass bearing, plunge, and how straight the way is."""

from alerts.words import number
from domain.warnings import Reason

TOLD = ("azimuth_deg", "plunge_deg", "straightness")
"""Features that are told here, not in the list."""

_STRAIGHT = 0.92


def direction_en(reason: Reason) -> str:
    """Tell in English where a receiver moves to; empty where nothing is known of that.

    Examples
    --------
    >>> print(direction_en(Reason(channel="gnss_e", device_id="d1", detector="direction", level=3,
    ...     time_ms=1_780_000_000_000, value=1.0, thresholds={}, rule="", rule_version="", flag=1,
    ...     features={"azimuth_deg": 215.2, "plunge_deg": 12.1, "straightness": 0.97})))
    moves steadily towards 215 degrees, 12 degrees down (straightness 0.97)
    """
    found = _told(reason)
    if found is None:
        return ""
    azimuth, plunge, straight = found
    way = "steadily " if straight >= _STRAIGHT else ""
    side = "down" if plunge >= 0.0 else "up"
    return (
        f"moves {way}towards {azimuth % 360.0:.0f} degrees, {abs(plunge):.0f} degrees {side} "
        f"(straightness {number(straight)})"
    )


def direction_zh(reason: Reason) -> str:
    """Tell in Chinese where a receiver moves to; empty where nothing is known of that."""
    found = _told(reason)
    if found is None:
        return ""
    azimuth, plunge, straight = found
    way = "持续" if straight >= _STRAIGHT else ""
    side = "向下" if plunge >= 0.0 else "向上"
    return (
        f"{way}朝方位角{azimuth % 360.0:.0f}度、{side}{abs(plunge):.0f}度方向移动"
        f"（方向一致性{number(straight)}）"
    )


def _told(reason: Reason) -> tuple[float, float, float] | None:
    if not all(name in reason.features for name in TOLD):
        return None
    azimuth, plunge, straight = (reason.features[name] for name in TOLD)
    return azimuth, plunge, straight
