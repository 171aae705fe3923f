"""Invented names of places, made the way villages and slopes of the region are named."""

import numpy as np

from domain.hazards import HazardType

_FIRST = (
    "杨家 李家 王家 张家 陈家 刘家 周家 吴家 冉家 向家 谭家 覃家 龚家 邓家 黄家 何家 罗家 唐家 "
    "大石 青龙 白岩 黄泥 马鞍 石板 双河 老鹰 三溪 凤凰 金竹 柏林 桐子 沙坪 梨子 龙洞 天坑 燕子"
).split()
_LAST = "湾 坪 坝 沟 梁 岭 坡 岩 堡 寨 垭 槽 口 塘 咀 包".split()
_KIND = {HazardType.ROCKFALL: "危岩", HazardType.DEBRIS_FLOW: "沟泥石流"}


def place_name(rng: np.random.Generator, hazard: HazardType) -> str:
    """Name a point: family or landmark, feature of the land, kind of hazard.

    Examples
    --------
    >>> place_name(np.random.default_rng(1), HazardType.LANDSLIDE)
    '唐家堡滑坡'
    """
    first = _FIRST[int(rng.integers(len(_FIRST)))]
    last = _LAST[int(rng.integers(len(_LAST)))]
    return first + last + _KIND.get(hazard, hazard.name_zh)
