"""Whether a rise stands alone, in English and Chinese."""

from alerts.words import clean_text, number
from domain.surroundings import Belonging, Surroundings

BELONGS_EN: dict[str, str] = {
    Belonging.ALONE: "nothing of the kind, it stands alone",
    Belonging.NEIGHBOURS: "a neighbour stands at yellow or higher too",
    Belonging.STORM: "a storm",
    Belonging.EARTHQUAKE: "an earthquake, or a blast",
    Belonging.OUTAGE: "an outage, most others are silent",
}
BELONGS_ZH: dict[str, str] = {
    Belonging.ALONE: "周边无同类异常，为单点异常",
    Belonging.NEIGHBOURS: "邻近测点也处于黄色及以上",
    Belonging.STORM: "属区域性强降雨",
    Belonging.EARTHQUAKE: "属地震（或爆破）影响",
    Belonging.OUTAGE: "处于网络中断之中，周边多数测点静默",
}


def surroundings_en(found: Surroundings | None) -> str:
    """Say what a rise belongs to; empty if nothing is known of other points.

    Examples
    --------
    >>> print(surroundings_en(Surroundings(belongs_to="storm", hours=6.0, points=35, gauges=31,
    ...     raining=12, shaken=0, silent=2, raised=1, raised_near=0)))
    Around it: a storm. Rain that is evidence within 6 h at 12 of 31 gauges; shaken together: 0 \
points; silent: 2 of 35 points; yellow or higher: 1 of 35, 0 of them within 5 km.
    """
    if found is None:
        return ""
    what = BELONGS_EN.get(found.belongs_to, clean_text(found.belongs_to))
    return (
        f"Around it: {what}. Rain that is evidence within {number(found.hours)} h at "
        f"{found.raining} of {found.gauges} gauges; shaken together: {found.shaken} points; "
        f"silent: {found.silent} of {found.points} points; yellow or higher: {found.raised} of "
        f"{found.points}, {found.raised_near} of them within 5 km."
    )


def surroundings_zh(found: Surroundings | None) -> str:
    """Say in Chinese what a rise belongs to; empty if nothing is known of other points."""
    if found is None:
        return ""
    what = BELONGS_ZH.get(found.belongs_to, clean_text(found.belongs_to))
    return (
        f"周边情况：{what}。{number(found.hours)}小时内达到证据标准的雨量站{found.raining}/"
        f"{found.gauges}个；同时振动测点{found.shaken}个；静默测点{found.silent}/{found.points}个；"
        f"黄色及以上测点{found.raised}/{found.points}个，其中5公里内{found.raised_near}个。"
    )
