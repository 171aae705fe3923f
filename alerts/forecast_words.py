"""A forecast of the time of failure, or why there is none, in English and Chinese."""

from alerts.words import clean_text, local_minute, number
from domain.methods import method_zh
from domain.warnings import Forecast, ForecastRefusal, WarningEvent

MAX_METHODS = 12

REFUSAL_EN: dict[str, str] = {
    ForecastRefusal.TOO_LITTLE_MOTION: "the motion hardly stands out of the instrument's noise",
    ForecastRefusal.TOO_SLOW: "the motion is too slow",
    ForecastRefusal.CONSTANT_RATE: "a constant rate explains the motion as well as failure does",
    ForecastRefusal.SLOWING: "the motion slows down",
    ForecastRefusal.STEP: "a step that comes to rest explains the motion as well as failure does",
    ForecastRefusal.NO_FINITE_TIME: "the motion grows, but towards no certain time",
    ForecastRefusal.NO_LAW_FITS: "no law of creep fits the motion",
    ForecastRefusal.TOO_FAR_AHEAD: "failure would lie further ahead than the record can tell",
    ForecastRefusal.WINDOW_TOO_WIDE: "the window would be too wide to be of use",
    ForecastRefusal.UNCONFIRMED: "the newest readings warrant one, the next must confirm it",
    ForecastRefusal.OVERDUE: "the last window has passed, and nothing newer is known",
    ForecastRefusal.AT_REST: "the motion no longer supports a warning of yellow",
    ForecastRefusal.NO_DISPLACEMENT: "only tilt moves, and forecasts need displacement",
}
REFUSAL_ZH: dict[str, str] = {
    ForecastRefusal.TOO_LITTLE_MOTION: "位移几乎未超出仪器噪声",
    ForecastRefusal.TOO_SLOW: "变形速率过低",
    ForecastRefusal.CONSTANT_RATE: "匀速变形同样可以解释监测数据",
    ForecastRefusal.SLOWING: "变形正在减缓",
    ForecastRefusal.STEP: "阶跃后趋稳的变形同样可以解释监测数据",
    ForecastRefusal.NO_FINITE_TIME: "变形在增长，但不指向确定的时间",
    ForecastRefusal.NO_LAW_FITS: "没有蠕变规律与监测数据相符",
    ForecastRefusal.TOO_FAR_AHEAD: "破坏时间超出现有记录所能推断的范围",
    ForecastRefusal.WINDOW_TOO_WIDE: "预测区间过宽，无实用价值",
    ForecastRefusal.UNCONFIRMED: "最新数据支持预测，尚待后续数据确认",
    ForecastRefusal.OVERDUE: "上次预测区间已过，尚无更新数据",
    ForecastRefusal.AT_REST: "变形已不足以支持黄色预警",
    ForecastRefusal.NO_DISPLACEMENT: "仅有倾斜变化，预测需要位移数据",
}


def outlook_en(event: WarningEvent) -> str:
    """Forecast or refusal in English; empty if there is neither."""
    if event.forecast is not None:
        return _forecast_en(event.forecast)
    if not event.forecast_refused:
        return ""
    why = REFUSAL_EN.get(event.forecast_refused, clean_text(event.forecast_refused))
    return f"No forecast of the time of failure: {why}."


def outlook_zh(event: WarningEvent) -> str:
    """Forecast or refusal in Chinese; empty if there is neither."""
    if event.forecast is not None:
        return _forecast_zh(event.forecast)
    if not event.forecast_refused:
        return ""
    why = REFUSAL_ZH.get(event.forecast_refused, clean_text(event.forecast_refused))
    return f"不作破坏时间预测：{why}。"


def _forecast_en(forecast: Forecast) -> str:
    share = f" Of such windows, {forecast.coverage:.0%} hold the failure." * (forecast.coverage > 0)
    methods = ", ".join(
        f"{clean_text(each.method)} {local_minute(each.failure_ms)}"
        for each in forecast.methods[:MAX_METHODS]
    )
    return (
        f"Forecast: failure about {local_minute(forecast.failure_ms)}, between "
        f"{local_minute(forecast.earliest_ms)} and {local_minute(forecast.latest_ms)} (UTC+8); "
        f"method {clean_text(forecast.method)}, R² {number(forecast.r2)}, made "
        f"{local_minute(forecast.made_at_ms)}.{share}"
        + (f" By method: {methods}." if methods else "")
        + " A forecast is an estimate: act on the level."
    )


def _forecast_zh(forecast: Forecast) -> str:
    share = f"此类区间约{forecast.coverage:.0%}包含实际破坏时间。" * (forecast.coverage > 0)
    methods = "，".join(
        f"{method_zh(clean_text(each.method))} {local_minute(each.failure_ms)}"
        for each in forecast.methods[:MAX_METHODS]
    )
    return (
        f"预测：破坏时间约{local_minute(forecast.failure_ms)}，区间{local_minute(forecast.earliest_ms)}"
        f"至{local_minute(forecast.latest_ms)}（北京时间）；方法：{method_zh(clean_text(forecast.method))}，"
        f"R² {number(forecast.r2)}，作于{local_minute(forecast.made_at_ms)}。{share}"
        + (f"各方法：{methods}。" if methods else "")
        + "预测仅供参考，以预警级别为准。"
    )
