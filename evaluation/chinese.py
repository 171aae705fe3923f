"""The words of a report in Chinese."""

TEXTS: dict[str, str] = {"Goals": "目标"}
PATTERNS: dict[str, str] = {"at least {}": "至少{}"}
