"""Languages of what commands print."""

from enum import StrEnum


class Language(StrEnum):
    """English or Chinese, as ``--lang`` takes it."""

    EN = "en"
    ZH = "zh"
