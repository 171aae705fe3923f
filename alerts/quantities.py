"""Names of computed quantities (`velocity_mm_per_day`) turned into words with their unit."""

from dataclasses import dataclass

from alerts.words import clean_text, number

_UNITS = {
    "deg_per_mm": "deg/mm",
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
    "km_per_h": "km/h",
    "km": "km",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "deg": "deg",
    "kpa": "kPa",
    "pa": "Pa",
    "mg": "mg",
    "hz": "Hz",
    "db": "dB",
    "dbm": "dBm",
    "v": "V",
    "%": "%",
    "1": "",
    "ratio": "times",
    "sigma": "times its noise",
    "sigmas": "times its noise",
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
    "km/h": "公里/小时",
    "km": "公里",
    "deg/mm": "度/毫米",
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
    "times its noise": "倍噪声",
    "times": "倍",
}
_WORDS_EN = {
    "angle": "tangential angle",
    "angle floor": "velocity from which the angle counts",
    "battery low": "battery is low below",
    "drier days": "share of past days that were drier",
    "effective 6h": "effective rain, half-life 6 h,",
    "effective 24h": "effective rain, half-life 24 h,",
    "effective 72h": "effective rain, half-life 72 h,",
    "hold": "a level is held for",
    "intensity": "rain intensity",
    "motion least": "least displacement that counts",
    "motion claim": "motion counts from",
    "motion sure": "motion is beyond doubt from",
    "front": "height of the front",
    "rain": "rain against its threshold",
    "rain alone": "rain alone suffices from its threshold",
    "rain alone soil water": "rain alone suffices from soil water index",
    "rain drier days": "share of past days that were drier",
    "rain effective": "effective rain",
    "rain id exponent": "b of I = a D^-b",
    "rain id intercept": "a of I = a D^-b",
    "rain least": "least rain of a window",
    "rain soil water": "soil water index",
    "rms long": "RMS of the long window",
    "rms short": "RMS of the short window",
    "runaway time left": "time left of a runaway",
    "runaway velocity": "velocity of a runaway",
    "shaking off": "shaking ends below STA/LTA",
    "shaking on": "shaking begins at STA/LTA",
    "soil water": "soil water index",
    "sta lta": "STA/LTA",
    "threshold": "rain against its threshold",
    "velocity constant": "velocity of the constant stage",
    "velocity low": "velocity at least",
}
"""Where the name itself says too little."""

_WORDS_ZH = {
    "battery": "电池电压",
    "battery low": "电池电压下限",
    "acceleration": "加速度",
    "acceleration error": "加速度误差",
    "age": "静默时长",
    "angle": "切线角",
    "angle floor": "切线角适用的最低速率",
    "anomaly score": "异常分数",
    "azimuth": "位移方位角",
    "constant": "匀速阶段历时",
    "displacement": "位移",
    "drier days": "历史上更干日数占比",
    "duration": "历时",
    "earlier gauge distance": "先触发测点的距离",
    "earlier gauge lead": "先触发测点的提前时间",
    "front velocity least": "泥石流前锋速度下限",
    "effective 6h": "6小时有效雨量",
    "effective 24h": "24小时有效雨量",
    "effective 72h": "72小时有效雨量",
    "event": "本场雨量",
    "front": "涌浪前锋高度",
    "hold": "保持时间",
    "intensity": "雨强",
    "level": "基线",
    "neighbours": "周边测点数",
    "neighbours silent": "周边静默测点数",
    "district points": "同区县测点数",
    "district points silent": "同区县静默测点数",
    "silence intervals": "静默判定间隔数",
    "motion claim": "位移成立下限",
    "motion least": "最小位移",
    "motion sure": "位移确信下限",
    "p value": "p值",
    "plunge": "位移倾伏角",
    "predicted": "预测值",
    "onset": "加速历时",
    "quiet level": "平时水位",
    "rain": "雨强-历时阈值比",
    "rain alone": "雨量单独升级所需雨强-历时阈值比",
    "rain alone soil water": "雨量单独升级所需土壤雨量指数",
    "rain drier days": "历史上更干日数占比",
    "rain effective": "有效雨量",
    "rain id exponent": "雨强-历时阈值指数",
    "rain id intercept": "雨强-历时阈值系数",
    "rain least": "最小雨量",
    "rain soil water": "土壤雨量指数",
    "rise": "水位上涨",
    "rise before": "此前上涨",
    "rms long": "长窗均方根",
    "rms short": "短窗均方根",
    "runaway time left": "失稳加速的剩余时间",
    "runaway velocity": "失稳加速的最低速率",
    "scale": "离散度",
    "score": "异常分数",
    "shaking off": "振动解除比值",
    "shaking on": "振动触发比值",
    "soil water": "土壤雨量指数",
    "straightness": "方向一致性",
    "time to failure": "距预计破坏时间",
    "sigmas": "偏离（标准差倍数）",
    "sta lta": "长短时窗能量比",
    "surge": "水位上涨",
    "tangential angle": "改进切线角",
    "threshold": "雨强-历时阈值比",
    "tilt": "倾角速率",
    "usual level": "平时基线",
    "time left": "剩余时间上限",
    "turn least": "位移伴随的最小转角",
    "velocity": "位移速率",
    "velocity constant": "匀速阶段位移速率",
    "velocity low": "位移速率（置信下限）",
    "window": "时间窗",
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


_WHOLE = {"window_mm": Quantity("rain in the window", "时间窗内雨量", "mm")}
"""Names that mean something else with another unit."""


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
    ('velocity', '位移速率', 'mm/day')
    >>> quantity("threshold_ratio").with_unit(1.25), quantity("sta_lta").with_unit(4.25)
    ('1.25 times', '4.25')
    """
    if key in _WHOLE:
        return _WHOLE[key]
    parts = clean_text(key)[:60].split("_")
    for start in range(1, len(parts)):
        unit = _UNITS.get("_".join(parts[start:]).lower())
        if unit is not None:
            name = " ".join(parts[:start])
            return Quantity(
                _WORDS_EN.get(name.lower(), name), _WORDS_ZH.get(name.lower(), name), unit
            )
    name = " ".join(parts)
    return Quantity(_WORDS_EN.get(name.lower(), name), _WORDS_ZH.get(name.lower(), name), "")
