"""Names of computed quantities (`velocity_mm_per_day`) turned into words with their unit."""

from dataclasses import dataclass

from alerts.words import clean_text, number

_UNITS = {
    "mm_per_day2": "mm/day²",
    "mm_per_day": "mm/day",
    "mm_per_h2": "mm/h²",
    "mm_per_h": "mm/h",
    "deg_per_day2": "deg/day²",
    "deg_per_day": "deg/day",
    "deg_per_h": "deg/h",
    "m_per_h": "m/h",
    "m_per_day": "m/day",
    "kpa_per_day": "kPa/day",
    "kpa_per_h": "kPa/h",
    "per_day2": "per day²",
    "per_day": "per day",
    "per_h": "per hour",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "deg": "deg",
    "kpa": "kPa",
    "pa": "Pa",
    "mg": "mg",
    "hz": "Hz",
    "db": "dB",
    "percent": "%",
    "pct": "%",
    "days": "days",
    "day": "days",
    "hours": "h",
    "h": "h",
    "minutes": "min",
    "min": "min",
    "seconds": "s",
    "s": "s",
    "ms": "ms",
}
_UNITS_ZH = {
    "mm/day²": "毫米/天²",
    "mm/day": "毫米/天",
    "mm/h": "毫米/小时",
    "mm/h²": "毫米/小时²",
    "deg/day": "度/天",
    "deg/day²": "度/天²",
    "deg/h": "度/小时",
    "m/h": "米/小时",
    "m/day": "米/天",
    "kPa/day": "kPa/天",
    "kPa/h": "kPa/小时",
    "mm": "毫米",
    "cm": "厘米",
    "m": "米",
    "deg": "度",
    "days": "天",
    "h": "小时",
    "min": "分钟",
    "s": "秒",
    "per day": "/天",
    "per day²": "/天²",
    "per hour": "/小时",
}
_WORDS_ZH = {
    "velocity": "速率",
    "acceleration": "加速度",
    "tangential angle": "改进切线角",
    "displacement": "位移",
    "rate": "速率",
    "intensity": "降雨强度",
    "rain": "雨量",
    "duration": "历时",
    "effective rain": "有效雨量",
    "antecedent index": "前期降雨指数",
    "antecedent rain": "前期雨量",
    "anomaly score": "异常分数",
    "score": "异常分数",
    "deviation": "偏离",
    "sta lta": "长短时窗比",
    "sta lta ratio": "长短时窗比",
    "ratio": "比值",
    "value": "读数",
    "level": "水位",
    "surge": "涌高",
    "rise": "上升量",
    "age": "静默时长",
    "r2": "拟合优度R²",
    "z": "偏离倍数",
}


@dataclass(frozen=True)
class Quantity:
    """What a quantity is called, and its unit (empty if it has none)."""

    name_en: str
    name_zh: str
    unit: str

    def with_unit(self, value: float) -> str:
        """Write a value in English."""
        return f"{number(value)} {self.unit}".strip()

    def with_unit_zh(self, value: float) -> str:
        """Write a value in Chinese."""
        return f"{number(value)} {unit_zh(self.unit)}".strip()


def unit_zh(unit: str) -> str:
    """Write a unit in Chinese, where that is usual."""
    return _UNITS_ZH.get(unit, unit)


def quantity(key: str) -> Quantity:
    """Take a name with its unit apart.

    Parameters
    ----------
    key
        Words and unit joined by underscores; a name without a known unit is taken whole.

    Examples
    --------
    >>> q = quantity("velocity_mm_per_day")
    >>> q.name_en, q.name_zh, q.unit
    ('velocity', '速率', 'mm/day')
    >>> quantity("sta_lta_ratio").with_unit(4.25)
    '4.25'
    """
    parts = clean_text(key)[:60].split("_")
    for start in range(1, len(parts)):
        unit = _UNITS.get("_".join(parts[start:]).lower())
        if unit is not None:
            name = " ".join(parts[:start])
            return Quantity(name, _WORDS_ZH.get(name.lower(), name), unit)
    name = " ".join(parts)
    return Quantity(name, _WORDS_ZH.get(name.lower(), name), "")
