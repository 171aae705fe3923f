"""Fixed phrases of a warning in English and Chinese, by kind, level and flag."""

from alerts.words import local_minute
from domain.levels import Flag, Level
from domain.warnings import INSTRUMENT_SILENCE, WarningEvent, WarningKind

KIND_EN = {
    WarningKind.RAISED: "warning raised",
    WarningKind.UPGRADED: "warning raised to a higher level",
    WarningKind.DOWNGRADED: "warning lowered",
    WarningKind.CLEARED: "warning ended",
    WarningKind.ACKNOWLEDGED: "warning acknowledged",
    WarningKind.SILENT: "station has stopped reporting",
    WarningKind.REPORTING: "station reports again",
    WarningKind.FORECAST: "forecast of the time of failure has changed",
}
KIND_ZH = {
    WarningKind.RAISED: "发布预警",
    WarningKind.UPGRADED: "预警升级",
    WarningKind.DOWNGRADED: "预警降级",
    WarningKind.CLEARED: "预警解除",
    WarningKind.ACKNOWLEDGED: "预警已确认",
    WarningKind.SILENT: "监测站停止报数",
    WarningKind.REPORTING: "监测站恢复报数",
    WarningKind.FORECAST: "破坏时间预测有变化",
}

ADVICE_EN = {
    Level.NONE: "No action is required by the measurements. People who were moved out return only "
    "when the officer in charge says so.",
    Level.BLUE: "Keep the point under watch and check the site on the next round.",
    Level.YELLOW: "Watch the point closely, inspect the site, and make sure that everyone at risk "
    "can be reached.",
    Level.ORANGE: "Prepare to move people out: inform everyone at risk, close the paths below, "
    "keep watch without a break.",
    Level.RED: "Move everyone at risk out now by the planned route, close the area, and let "
    "no one return.",
}
ADVICE_ZH = {
    Level.NONE: "监测数据暂无处置要求；已转移人员须经现场负责人同意后方可返回。",
    Level.BLUE: "保持关注，下次巡查时现场查看。",
    Level.YELLOW: "加密监测，现场核查，确保受威胁人员均可联系到。",
    Level.ORANGE: "做好转移准备：通知所有受威胁人员，封闭下方道路，不间断值守。",
    Level.RED: "立即按预定路线转移全部受威胁人员，封锁危险区，严禁人员返回。",
}

SILENT_EN = (
    "Silence is not an all-clear: the level stays as it was. Find out whether power, network or "
    "the slope itself is the cause."
)
SILENT_ZH = "停止报数不等于安全：预警级别保持不变。请查明是供电、网络原因还是坡体破坏所致。"

# What a silence may mean, by the rule in its reason (docs/rules.md).
SILENCE_EN = {
    "silence.outage": "station has stopped reporting, as have most around it: the network is down",
    "silence.destroyed": "station has stopped reporting while the slope was moving: it may be "
    "destroyed",
    INSTRUMENT_SILENCE: "an instrument has stopped reporting",
}
SILENCE_ZH = {
    "silence.outage": "监测站与周边多数测站同时停止报数，疑为网络中断",
    "silence.destroyed": "坡体变形期间监测站停止报数，测站可能已被毁",
    INSTRUMENT_SILENCE: "单台仪器停止报数",
}
AGAIN_EN, AGAIN_ZH = "an instrument reports again", "单台仪器恢复报数"
WITHDRAWN_EN, WITHDRAWN_ZH = "forecast of the time of failure withdrawn", "撤回破坏时间预测"


def what_en(event: WarningEvent) -> str:
    """Say what happened, in English.

    Examples
    --------
    >>> from domain.warnings import make_warning
    >>> what_en(make_warning(point_id="500235010007", kind=WarningKind.SILENT, level=0,
    ...                      previous_level=0, event_ms=0, sequence=1))
    'station has stopped reporting'
    """
    rule = event.reasons[0].rule if event.reasons else ""
    if event.kind is WarningKind.REPORTING and event.of_instrument:
        return AGAIN_EN
    if event.kind is WarningKind.FORECAST:
        when = event.forecast and local_minute(event.forecast.failure_ms)
        return f"failure now forecast about {when} (UTC+8)" if when else WITHDRAWN_EN
    own = SILENCE_EN if event.kind is WarningKind.SILENT else {}
    return own.get(rule, KIND_EN[event.kind])


def what_zh(event: WarningEvent) -> str:
    """Say what happened, in Chinese."""
    rule = event.reasons[0].rule if event.reasons else ""
    if event.kind is WarningKind.REPORTING and event.of_instrument:
        return AGAIN_ZH
    if event.kind is WarningKind.FORECAST:
        when = event.forecast and local_minute(event.forecast.failure_ms)
        return f"破坏时间预测更新：{when}前后" if when else WITHDRAWN_ZH
    own = SILENCE_ZH if event.kind is WarningKind.SILENT else {}
    return own.get(rule, KIND_ZH[event.kind])


FLAG_EN: dict[int, str] = {
    Flag.GOOD: "good",
    Flag.UNKNOWN: "not checked",
    Flag.SUSPECT: "suspect",
    Flag.FAIL: "failed",
    Flag.MISSING: "missing",
}
FLAG_ZH: dict[int, str] = {
    Flag.GOOD: "合格",
    Flag.UNKNOWN: "未检",
    Flag.SUSPECT: "可疑",
    Flag.FAIL: "不合格",
    Flag.MISSING: "缺测",
}


def level_en(level: int) -> str:
    """Level in English.

    Examples
    --------
    >>> level_en(4), level_en(0)
    ('red (level 4 of 4)', 'none (level 0)')
    """
    return f"{Level(level).colour} (level {level} of 4)" if level else "none (level 0)"


def level_zh(level: int) -> str:
    """Level in Chinese.

    Examples
    --------
    >>> level_zh(4), level_zh(0)
    ('红色（警报）', '无预警')
    """
    return f"{Level(level).colour_zh}（{Level(level).name_zh}）" if level else "无预警"


def flag_en(flag: int) -> str:
    """Quality flag in English."""
    return FLAG_EN.get(flag, f"flag {flag}")


def flag_zh(flag: int) -> str:
    """Quality flag in Chinese."""
    return FLAG_ZH.get(flag, f"标记{flag}")


def note_en(status: str) -> str:
    """Say that a warning is not a real one; empty for a real one (CAP status ``Actual``)."""
    if status == "Actual":
        return ""
    if status == "Exercise":
        return "EXERCISE: the readings are simulated. No real slope is in danger."
    return f"{status.upper()}: this is not a real warning."


def note_zh(status: str) -> str:
    """Say in Chinese that a warning is not a real one."""
    if status == "Actual":
        return ""
    if status == "Exercise":
        return "演练：数据为模拟数据，并无真实险情。"
    return {"Test": "测试：非真实预警。", "Draft": "草稿：非真实预警。"}.get(
        status, "系统消息：非真实预警。"
    )
