"""Whether Grafana holds what it should; it may add to what it was given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SECRET = re.compile(r"secret|password|credentials", re.IGNORECASE)
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_IGNORED = frozenset({"schemaVersion", "version", "id"})


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Tell where what is found lacks something of what is wanted.

    Secrets are never compared: Grafana does not show them.

    Examples
    --------
    >>> list(differences({"a": [1], "for": "300s"}, {"a": [1], "for": "5m", "more": 2}))
    []
    >>> list(differences({"a": {"b": "x"}}, {"a": {"b": "y"}}))
    ["a.b: 'y' -> 'x'"]
    """
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            inner = f"{path}.{key}" if path else str(key)
            if key in _IGNORED or (isinstance(value, str) and _SECRET.search(str(key))):
                continue
            if key not in found:
                if value not in (None, [], {}, "", False):
                    yield f"{inner}: nothing -> {_short(value)}"
            else:
                yield from differences(value, found[key], inner)
    elif _is_list(wanted) and _is_list(found) and len(wanted) == len(found):
        for index, (value, held) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(value, held, f"{path}[{index}]")
    elif wanted != found and not _same_duration(wanted, found):
        yield f"{path}: {_short(found)} -> {_short(wanted)}"


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


def _same_duration(one: Any, other: Any) -> bool:
    return _seconds(one) is not None and _seconds(one) == _seconds(other)


def _seconds(text: Any) -> float | None:
    if not isinstance(text, str) or not re.fullmatch(f"({_DURATION.pattern})+", text):
        return None
    return sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
