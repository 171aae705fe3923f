"""Payloads that no reader can use, made from a good one; each kind is refused as a whole.

Every one carries the device's time, so that no two messages of a run have the same bytes, and none
holds a value that a reader could take.
"""

import re
from enum import StrEnum

import numpy as np

from domain.times import iso
from sensors_sim.noise import Noise

OVERSIZED_BYTES = 280_000
"""More than the 256 KiB that ingest looks into."""

_DEPTH = 3_000
_FUTURE_MS = 30 * 365 * 86_400_000


class Damage(StrEnum):
    """What is wrong with a payload."""

    TRUNCATED = "truncated"
    NOT_UTF8 = "not_utf8"
    NOT_A_NUMBER = "not_a_number"
    WRONG_UNIT = "wrong_unit"
    WRONG_POINT = "wrong_point"
    HUGE_NUMBER = "huge_number"
    TOO_DEEP = "too_deep"
    FUTURE = "future"
    OVERSIZED = "oversized"


EVERYDAY: tuple[Damage, ...] = tuple(damage for damage in Damage if damage is not Damage.OVERSIZED)
"""All but the oversized, which are rare."""


def damage_of(noise: Noise, number: int, row: int, oversized_share: float) -> Damage:
    """Choose the damage of a device's message in a step."""
    own = noise.take(np.array([row]))
    if own.uniform("oversized", number)[0] < oversized_share:
        return Damage.OVERSIZED
    return EVERYDAY[int(own.uniform("damage", number)[0] * len(EVERYDAY))]


def damaged_senml(damage: Damage, good: bytes, event_ms: int) -> bytes:
    """Spoil a SenML pack (a `WRONG_POINT` one stays as it is: its topic is wrong).

    Examples
    --------
    >>> good = b'[{"bn":"d1/","bt":1780000000.123,"n":"crack","u":"mm","v":1.5}]'
    >>> damaged_senml(Damage.WRONG_UNIT, good, 1_780_000_000_123)
    b'[{"bn":"d1/","bt":1780000000.123,"n":"crack","u":"lx","v":1.5}]'
    >>> damaged_senml(Damage.TRUNCATED, good, 1_780_000_000_123)
    b'[{"bn":"d1/","bt":1780000000.123,"n":"crack","u'
    """
    match damage:
        case Damage.NOT_A_NUMBER:
            return re.sub(rb'"v":[^,}]+', b'"v":NaN', good)
        case Damage.HUGE_NUMBER:
            return re.sub(rb'"v":[^,}]+', b'"v":1e300', good)
        case Damage.WRONG_UNIT:
            return re.sub(rb'"u":"[^"]*"', b'"u":"lx"', good)
        case Damage.FUTURE:
            later = event_ms + _FUTURE_MS
            stamp = f'"bt":{later // 1000}.{later % 1000:03d}'.encode()
            return re.sub(rb'"bt":[0-9.]+', stamp, good)
        case Damage.WRONG_POINT:
            return good
    return _broken(damage, good, event_ms)


def damaged_dp(damage: Damage, good: bytes, event_ms: int) -> bytes:
    """Spoil a message of the universal-device protocol.

    A unit is not part of this protocol: such damage names an unknown sensor instead. A wrong point
    is an unknown device.

    Examples
    --------
    >>> good = b'{"d1":{"L1_LF_1":{"2026-05-28T20:26:40.123Z":1.5}}}'
    >>> damaged_dp(Damage.FUTURE, good, 1_780_000_000_123)
    b'{"d1":{"L1_LF_1":{"2056-05-20T20:26:40.123Z":1.5}}}'
    >>> damaged_dp(Damage.NOT_A_NUMBER, good, 1_780_000_000_123)
    b'{"d1":{"L1_LF_1":{"2026-05-28T20:26:40.123Z":NaN}}}'
    """
    text = good[good.index(b"{") :]
    stamp = iso(event_ms).encode()
    match damage:
        case Damage.NOT_A_NUMBER | Damage.HUGE_NUMBER:
            number = b"NaN" if damage is Damage.NOT_A_NUMBER else b"1e300"
            bad = re.sub(rb'(".{23}Z":)(".*?"|\{.*?\}|[^,}]+)', rb"\g<1>" + number, text)
        case Damage.WRONG_UNIT:
            bad = re.sub(rb'"[LS]\d_[A-Z]{2}_1"', b'"L9_QQ_1"', text, count=1)
            bad = bad[: bad.index(b"}")] + b"}}}"
        case Damage.WRONG_POINT:
            bad = text.replace(b'{"', b'{"stray-', 1)
        case Damage.FUTURE:
            bad = text.replace(stamp, iso(event_ms + _FUTURE_MS).encode())
        case _:
            return _broken(damage, good, event_ms)
    return bad


def _broken(damage: Damage, good: bytes, event_ms: int) -> bytes:
    """Spoil what any text can suffer."""
    match damage:
        case Damage.TRUNCATED:
            return good[: max(len(good) * 3 // 4, 1)]
        case Damage.NOT_UTF8:
            return good.replace(b'":', b'\xff\xfe":', 1)
        case Damage.TOO_DEEP:
            return b"[" * _DEPTH + str(event_ms).encode() + b"]" * _DEPTH
        case _:
            return good + b" " * (OVERSIZED_BYTES - len(good))
