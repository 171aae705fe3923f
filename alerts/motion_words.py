"""How a motion changes, in words: its acceleration and onset, the constant stage, the time left."""

import re

from alerts.quantities import Quantity, quantity, unit_zh
from alerts.words import local_minute, number
from domain.warnings import Reason

HOUR_MS = 3_600_000
TOLD = re.compile(r"(acceleration_error|acceleration|velocity_constant|constant|onset|time_left)_")
"""Beginning of the features that are told here, not in the list."""

_USED = re.compile(rf"{TOLD.pattern}|(velocity)_(?!low)")


def motion_en(reason: Reason) -> str:
    """Tell in English how a motion changes; empty where nothing is known of that.

    Examples
    --------
    >>> print(motion_en(Reason(channel="crack", device_id="d1", detector="motion", level=3,
    ...     time_ms=1_780_000_000_000, value=1.0, thresholds={}, rule="", rule_version="", flag=1,
    ...     features={"velocity_mm_per_day": -72.0, "acceleration_mm_per_day2": -31.0,
    ...     "acceleration_error_mm_per_day2": 8.0, "velocity_constant_mm_per_day": 1.25,
    ...     "constant_days": 9.5, "onset_hours": 6.0, "time_left_hours": 5.1})))
    accelerating since 2026-05-28 22:27 (UTC+8), 31 ± 8 mm/day²; before that 9.5 days at a \
constant 1.25 mm/day; by its inverse velocity at most 5.1 h are left
    """
    found = _told(reason)
    parts = []
    since = _since(reason, found)
    if (changes := _changes(found)) is not None:
        how, size = changes
        dated = f" since {since} (UTC+8)" if since and how == "accelerating" else ""
        parts.append(f"{how}{dated}, {size}" if how else f"acceleration not certain, {size}")
    if since and not (changes and changes[0] == "accelerating"):
        parts.append(f"faster than its constant stage since {since} (UTC+8)")
    if "velocity_constant" in found:
        rate, days = found["velocity_constant"], found.get("constant")
        stage = f"{days[0].with_unit(days[1])} at a" if days else "its own past is"
        parts.append(f"before that {stage} constant {rate[0].with_unit(rate[1])}")
    if "time_left" in found:
        left = found["time_left"]
        parts.append(f"by its inverse velocity at most {left[0].with_unit(left[1])} are left")
    return "; ".join(parts)


def motion_zh(reason: Reason) -> str:
    """Tell in Chinese how a motion changes; empty where nothing is known of that."""
    found = _told(reason)
    parts = []
    since = _since(reason, found)
    words = {"accelerating": "加速变形", "slowing down": "变形减缓", "": "加速度不确定"}
    if (changes := _changes(found)) is not None:
        how, size = changes
        unit = found["acceleration"][0].unit
        dated = f"自北京时间{since}起" if since and how == "accelerating" else ""
        parts.append(f"{dated}{words[how]}，{size.replace(unit, unit_zh(unit))}")
    if since and not (changes and changes[0] == "accelerating"):
        parts.append(f"自北京时间{since}起快于匀速阶段")
    if "velocity_constant" in found:
        rate, days = found["velocity_constant"], found.get("constant")
        stage = f"匀速阶段历时{days[0].with_unit_zh(days[1])}，" if days else "以往"
        parts.append(f"{stage}速率{rate[0].with_unit_zh(rate[1])}")
    if "time_left" in found:
        left = found["time_left"]
        parts.append(f"按速度倒数法推算剩余时间不超过{left[0].with_unit_zh(left[1])}")
    return "；".join(parts)


def _told(reason: Reason) -> dict[str, tuple[Quantity, float]]:
    found = ((_USED.match(key), key, value) for key, value in reason.features.items())
    return {match[0][:-1]: (quantity(key), value) for match, key, value in found if match}


def _changes(found: dict[str, tuple[Quantity, float]]) -> tuple[str, str] | None:
    """Whether a motion speeds up or slows down, beyond its band, and by how much."""
    if not {"acceleration", "acceleration_error", "velocity"} <= found.keys():
        return None
    (unit, value), (_, error) = found["acceleration"], found["acceleration_error"]
    along = value if found["velocity"][1] >= 0 else -value
    size = f"{number(along)} ± {unit.with_unit(error)}"
    if abs(along) <= error:
        return "", size
    return "accelerating" if along > 0 else "slowing down", size


def _since(reason: Reason, found: dict[str, tuple[Quantity, float]]) -> str:
    if "onset" not in found:
        return ""
    return local_minute(reason.time_ms - round(found["onset"][1] * HOUR_MS))
