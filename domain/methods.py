"""Detectors and methods of forecast by name, in words of both languages."""

DETECTORS = {
    "motion": ("motion", "位移"),
    "direction": ("motion of a receiver along its direction", "接收机沿位移方向的运动"),
    "rain": ("rain", "降雨"),
    "shaking": ("shaking", "振动"),
    "surge": ("surge of mud", "泥水位上涨"),
    "baseline": ("anomaly score", "异常分数"),
    "silence": ("silence", "静默"),
}
"""English and Chinese; the name as code and rules have it is the key."""

FORECASTS = {
    "voight": ("Voight", "Voight法"),
    "inverse-velocity": ("inverse velocity", "速度倒数法"),
    "slo": ("SLO", "SLO法"),
    "saito": ("Saito", "斋藤法"),
    "carla": ("Carlà", "Carlà法"),
    "ensemble": ("ensemble", "集成"),
}


def method_zh(name: str) -> str:
    """Name a detector or a method of forecast in Chinese; one that is not known stays as it is.

    Examples
    --------
    >>> method_zh("motion"), method_zh("inverse-velocity"), method_zh("of a later release")
    ('位移', '速度倒数法', 'of a later release')
    """
    return {**DETECTORS, **FORECASTS}.get(name, (name, name))[1]
