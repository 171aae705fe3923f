"""An HTML document that needs no network; every text is put into words and escaped."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

from evaluation.words import ENGLISH, Words

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1d2327;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dde2e6;
  vertical-align: top; }
th { background: #f2f4f6; font-weight: 600; }
td.yes { color: #226b3f; font-weight: 600; } td.no { color: #b3261e; font-weight: 700; }
div { overflow-x: auto; }
figure { margin: 1rem 0; } figure img { width: 100%; height: auto; }
figcaption, .note { color: #5b6670; font-size: .88rem; }
summary { cursor: pointer; color: #2f5f8f; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; }
  table, figure { break-inside: avoid; } }
"""


class Page:
    """Collects the parts of a document, in order.

    Examples
    --------
    >>> page = Page()
    >>> page.heading("a < b")
    >>> "<h2>a &lt; b</h2>" in page.document("title")
    True
    """

    def __init__(self, words: Words = ENGLISH) -> None:
        self.words = words
        self._parts: list[str] = []

    def heading(self, text: str, rank: int = 2) -> None:
        """Write a heading."""
        self._parts.append(f"<h{rank}>{self._text(text)}</h{rank}>")

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self._parts.append(f'<p class="note">{self._text(text)}</p>')

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], folded: str = "") -> None:
        """Write a table, if it has rows; ``yes``, ``no``, ``better`` and ``worse`` are marked.

        Parameters
        ----------
        folded
            What stands in its place until a reader opens it; empty for a table that is open.
        """
        cells = "".join(f'<th scope="col">{self._text(name)}</th>' for name in head)
        body = "".join(
            "<tr>"
            + "".join(f"<td{_mark(cell)}>{self._text(cell)}</td>" for cell in row)
            + "</tr>\n"
            for row in rows
        )
        if not body:
            return
        # On a phone a wide table scrolls by itself, and the page does not.
        table = f"<div><table><thead><tr>{cells}</tr></thead>\n<tbody>{body}</tbody></table></div>"
        if folded:
            table = f"<details><summary>{self._text(folded)}</summary>{table}</details>"
        self._parts.append(table)

    def figure(self, caption: str, svg: bytes) -> None:
        """Write a picture into the document."""
        data = base64.b64encode(svg).decode()
        text = self._text(caption)
        self._parts.append(
            f'<figure><img alt="{text}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{text}</figcaption></figure>"
        )

    def document(self, title: str) -> str:
        """Put everything together."""
        body = "\n".join(self._parts)
        return (
            f'<!DOCTYPE html>\n<html lang="{self.words.tag}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{self._text(title)}</title>'
            f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
        )

    def _text(self, text: str) -> str:
        return escape(self.words(text))


def _mark(cell: str) -> str:
    if cell in ("yes", "no"):
        return f' class="{cell}"'
    words = {"better": "yes", "worse": "no"}
    word = cell.partition(",")[0]
    return f' class="{words[word]}"' if word in words else ""
