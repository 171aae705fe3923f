"""A report's words in its language.

The code writes English; `Words` puts a whole text into the language, by the tables of
`evaluation.chinese`: texts as they are, and patterns in which each ``{}`` stands for a part that
is put into words in turn, each ``{#}`` for a number. What they do not know stays as it is:
ids, names of scenarios.
"""

import re
from collections.abc import Mapping

from evaluation.chinese import TEXTS
from evaluation.chinese_sentences import PATTERNS


class Words:
    """Puts texts into a language.

    Parameters
    ----------
    tag
        Of the language, as HTML wants it.

    Examples
    --------
    >>> CHINESE("Goals"), CHINESE("at least 0.9"), CHINESE("500235010007")
    ('目标', '至少0.9', '500235010007')
    >>> ENGLISH("Goals")
    'Goals'
    """

    def __init__(self, tag: str, texts: Mapping[str, str], patterns: Mapping[str, str]) -> None:
        self.tag = tag
        self._texts = texts
        self._patterns = [(_regex(pattern), own) for pattern, own in patterns.items()]

    def __call__(self, text: str) -> str:
        """Put one text into words."""
        known = self._texts.get(text)
        if known is not None or not self._patterns:
            return text if known is None else known
        for pattern, own in self._patterns:
            found = pattern.match(text)
            if found:
                return own.format(*(self(part) for part in found.groups()))
        return text


def _regex(pattern: str) -> re.Pattern[str]:
    """Make of each ``{}`` any text, of each ``{#}`` a number, a range of two, or a date."""
    parts = {"{}": "(.+?)", "{#}": r"([-+\d.,eEinfTZ:]+)"}
    pieces = re.split(r"(\{\}|\{#\})", pattern)
    return re.compile("".join(parts.get(p, re.escape(p)) for p in pieces) + r"\Z", re.DOTALL)


ENGLISH = Words("en", {}, {})
CHINESE = Words("zh-CN", TEXTS, PATTERNS)
LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "zh": CHINESE}
