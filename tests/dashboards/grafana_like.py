"""What Grafana does to a query before InfluxDB sees it, as far as ours make use of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SPECIAL = re.compile(r"[\\^$*+?.()|[\]{}/]")
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True)
class View:
    """A dashboard's time range and variables.

    Attributes
    ----------
    variables
        A text, several, or ``None`` for All.
    """

    start_ms: int
    end_ms: int
    interval: str = "10m"
    variables: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)

    def fill(self, query: str) -> str:
        """Put time range, interval and variables into a query."""
        text = query.replace(
            "$timeFilter", f"time >= {self.start_ms}ms and time <= {self.end_ms}ms"
        )
        text = text.replace("$__interval", self.interval)
        text = text.replace("${__to}", str(self.end_ms)).replace("${__from}", str(self.start_ms))
        return _VARIABLE.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        value = self.variables[match[1]]
        assert match[2] == "regex", f"{match[0]} is not escaped"
        if value is None:
            return ".*"
        if isinstance(value, str):
            return _escaped(value)
        parts = [_escaped(part) for part in value]
        return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda m: "\\" + m[0], text)
