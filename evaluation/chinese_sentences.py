"""Whole sentences, captions and patterns of a report in Chinese (`evaluation.words`)."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "Warned: the point stood at the level when it failed. Time before the onset of tertiary "
    "creep does not count as lead.": (
        "“已预警”指破坏时该点处于该级别；加速蠕变开始之前的时间不计入提前量。"
    ),
    "Failures of 24 h and more, by what measures the motion there:": (
        "加速蠕变24小时及以上的破坏，按该处的位移监测手段："
    ),
    "An alarm is a rise of a point to the level or higher, judged by what was under way at "
    "that very point.": ("警报指监测点升至该级别或更高，按该点当时的真实情况判定。"),
    "A detector has a share in what it gave a reason for; several may have one. Alone: nothing "
    "else spoke.": ("方法给出了依据即计其贡献，可有多个；“单独”指仅有该方法。"),
    "Hours of all points by level and state of the slope (EDuMaP).": (
        "全部监测点按级别与坡体状态的时长（EDuMaP）。"
    ),
    "What the warnings themselves said of their surroundings, by verdict:": (
        "预警自身对周边情况的说明，按判定："
    ),
    "What each method of the ensemble said by itself:": "集成中各方法各自的结果：",
    "Pictures need matplotlib: pip install 'geohazard[plot]'": (
        "绘图需要 matplotlib：pip install 'geohazard[plot]'"
    ),
    "Both runs saw the same record.": "两次运行使用同一记录。",
    "The runs saw different records: a difference may be of the records.": (
        "两次运行的记录不同，差异可能来自记录本身。"
    ),
    "No figure differs.": "各项指标均无差异。",
    "Devices that read more often as warnings ask them to": "预警后设备加密采样",
    "no longer warned at orange": "不再达到橙色",
    "newly warned at orange": "新达到橙色",
    "no figure is better or worse": "各项指标均无优劣变化",
    "silence noticed: none was due": "静默：无应发现者",
}
PICTURES: Mapping[str, str] = {
    "Share of failures warned, by hours before the failure": "破坏前各时刻已预警的比例",
    "Lead time at orange against the length of tertiary creep": "橙色提前量与加速蠕变历时",
    "Lead times by kind of hazard and level": "各灾种各级别的提前量",
    "lead, hours (bar: median)": "提前量（小时；竖线为中位数）",
    "All alarms by what was under way": "全部警报按当时情况",
    "False alarms by the fault of their instruments": "误报按仪器故障",
    "What each detector had a share in": "各方法的贡献",
    "Forecast windows issued with warnings": "随预警发布的预测区间",
    "Faults that were flagged": "被标记的故障",
    "hours before the failure, at least": "距破坏的小时数（至少）",
    "from the onset on": "自加速起",
    "goal for the median: 12 h": "中位数目标：12小时",
    "tertiary creep, hours from onset to failure": "加速蠕变历时（小时）",
    "lead at orange, h (cross: none)": "橙色提前量（小时；×为未预警）",
    "alarms a point-year, at the level or higher": "警报（次/点·年），该级别或更高",
    "false alarms (left) and failures warned (right) with its help": (
        "该方法参与的误报（左）与已预警破坏（右）"
    ),
    "hours left when the warning was given": "预警时的剩余小时数",
    "window and forecast,\nhours after the failure": "区间与预测\n（破坏后小时数）",
    "share of occurrences flagged (dashed: goal)": "被标记的故障比例（虚线：目标）",
}
SHORT: Mapping[str, str] = {
    "yes": "是",
    "no": "否",
    "NO": "否",
    "better": "变好",
    "worse": "变差",
    "unknown": "未知",
    "warned, regular": "已预警（常规）",
    "lead, h, regular": "提前量（小时，常规）",
    "warned, asked": "已预警（加密）",
    "lead, h, asked": "提前量（小时，加密）",
    "regular": "常规",
    "asked": "加密",
    "clearly": "明显",
    "- of 0": "-",
    "issued with warnings": "随预警发布",
    "all updates": "全部更新",
    "issued": "发布",
    "updates": "更新",
    "median lead time of these, h": "其提前量中位数（小时）",
    "failures of 24 h and more warned at orange": "24小时及以上的破坏达到橙色",
    "issued forecast windows that contain the failure": "发布的预测区间含破坏时刻",
    "false orange and red a point-year": "橙色与红色误报（次/点·年）",
    "false yellow and higher a point-year, rain included": "黄色及以上误报，含仅降雨（次/点·年）",
    "flags that are right": "正确的标记",
    "right among all flags": "全部标记中正确者",
    "flags: right among all": "标记：全部中正确者",
    "silence: right among events": "静默：正确的事件",
}

PATTERNS: Mapping[str, str] = {
    "Evaluation: {}, seed {#}": "评估：{}，种子 {}",
    "{#} points for {#} days from {}, a reading each {#} s: {#} readings, {#} point-years with "
    "nothing under way. Rules {}, {#} partitions. Intervals in brackets hold 95 %.": (
        "{}个监测点，{}天，自 {} 起，每 {} 秒一个读数：共 {} 个读数，无事发生的 {} 点·年。规"
        "则 {}，{} 个分区。括号内为95%区间。"
    ),
    "{}, seed {#}: {#} points, {#} days, {#} readings, {#} point-years; rules {}; {#} µs CPU a "
    "reading": (
        "{}，种子 {}：{} 个监测点，{} 天，{} 个读数，{} 点·年；规则 {}；每读数 CPU {} 微秒"
    ),
    "Thresholds changed for this run: {}.": "本次运行更改的阈值：{}。",
    "{#} requests to the devices of {#} points, {#} % more readings": (
        "向 {1} 个监测点的设备下发 {0} 次指令，读数增加 {2} %"
    ),
    "at least {#}": "至少{}",
    "at most {#}": "至多{}",
    "{#} % ({#}) of {#}": "{} %（{}），共{}",
    "{#} ({#} to {#})": "{}（{}至{}）",
    "{#} to {#}": "{}至{}",
    "Right among all flagged readings: {}.": "全部被标记读数中正确者：{}。",
    "Flagged without a fault: {}.": "无故障而被标记：{}。",
    "Of these on slopes that moved: {#}.": "其中位于变形坡体：{}。",
    "Events that were right: {}.": "正确的事件：{}。",
    "Events of single instruments that were right: {}.": "正确的单台仪器事件：{}。",
    "events that were right {}": "正确的事件 {}",
    "silence noticed: {}": "已发现的静默：{}",
    "share of {#} failures": "{}次破坏中的比例",
    "false alarms in {#} point-years": "{}点·年内的误报",
    "issued: {}": "发布：{}",
    "readings named {} that are of a fault": "判为“{}”的读数中确有故障者",
    "right, named {}": "判为“{}”者中正确",
    "failures, {}: warned at {}": "破坏（{}）：达到{}",
    "failures, {}: median lead at {}, h": "破坏（{}）：{}提前量中位数（小时）",
    "false alarms at {} with {} a point-year": "{}误报，{}参与（次/点·年）",
    "false alarms at {} a point-year": "{}误报（次/点·年）",
    "false or rain alarms at {} a point-year": "{}误报或仅降雨（次/点·年）",
    "hours at {} for nothing a point-year": "{}空预警时长（小时/点·年）",
    "forecasts by {}: windows with the failure": "预测（{}）：区间含破坏时刻",
    "forecasts by {}: error against time left": "预测（{}）：误差/剩余时间",
    "forecasts {}: windows with the failure": "预测（{}）：区间含破坏时刻",
    "forecasts {}: the same where one came": "预测（{}）：确有破坏者",
    "forecasts {}: error against time left": "预测（{}）：误差/剩余时间",
    "forecasts {}: width against time left": "预测（{}）：区间宽/剩余时间",
    "flags: right among those of {}": "标记：“{}”中正确者",
    "flags: caught by {} of its own kinds": "标记：“{}”检出的本类故障",
    "flags: readings of {} flagged": "标记：{}读数被标记",
    "flags: {} caught": "标记：{}被发现",
    "silence: {} noticed": "静默：{}已发现",
    "matrix: {}": "历时矩阵：{}",
    "no longer warned at orange: {}": "不再达到橙色：{}",
    "newly warned at orange: {}": "新达到橙色：{}",
    "Against the baseline; {}": "与基准对比（记录不同）",
    "{} flagged": "{}被标记",
    "{} at {#}": "{} 于 {}",
    "{} {#} % ({#}) of {#}": "{} {} %（{}），共{}",
    "{}, {}": "{}，{}",
    "{} {#}": "{} {}",
}
"""``{}`` is any text, put into words in turn; ``{#}`` a number, a range or a date, left alone."""
