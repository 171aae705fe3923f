"""Two languages from one source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")


@dataclass(frozen=True)
class Text:
    """What a person reads, in English and Chinese."""

    en: str
    zh: str

    def __post_init__(self) -> None:
        """Refuse a text that lacks a language.

        Raises
        ------
        ValueError
            If one is empty.
        """
        if not self.en or not self.zh:
            msg = f"a text needs both languages: {self.en!r}, {self.zh!r}"
            raise ValueError(msg)

    def of(self, lang: Lang) -> str:
        """Return the text in one language."""
        return self.en if lang == "en" else self.zh


def localise(node: Any, lang: Lang) -> Any:
    """Put one language in the place of every `Text` in a tree of dictionaries and lists.

    Examples
    --------
    >>> localise({"title": Text("rain", "雨量"), "w": [1]}, "zh")
    {'title': '雨量', 'w': [1]}
    """
    if isinstance(node, Text):
        return node.of(lang)
    if isinstance(node, Mapping):
        return {key: localise(value, lang) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [localise(value, lang) for value in node]
    return node
