"""Parts of an HTML document that needs no network; every text is escaped."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Noto Sans", sans-serif; color: #1d2327; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dde2e6;
  vertical-align: top; }
th { background: #f2f4f6; font-weight: 600; }
td.yes { color: #226b3f; font-weight: 600; } td.no { color: #b3261e; font-weight: 700; }
figure { margin: 1rem 0; } figure img { width: 100%; height: auto; }
figcaption, .note { color: #5b6670; font-size: .88rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; }
  table, figure { break-inside: avoid; } }
"""


def document(title: str, parts: Iterable[str]) -> str:
    """Put parts together; empty ones are left out."""
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def heading(text: str, rank: int = 2) -> str:
    """Write a heading.

    Examples
    --------
    >>> heading("a < b")
    '<h2>a &lt; b</h2>'
    """
    return f"<h{rank}>{escape(text)}</h{rank}>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; ``yes``, ``no``, ``better`` and ``worse`` are marked."""
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td{_mark(cell)}>{escape(cell)}</td>" for cell in row) + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead>\n<tbody>{body}</tbody></table>"


def _mark(cell: str) -> str:
    if cell in ("yes", "no"):
        return f' class="{cell}"'
    words = {"better": "yes", "worse": "no"}
    word = cell.partition(",")[0]
    return f' class="{words[word]}"' if word in words else ""


def paragraph(text: str) -> str:
    """Write a paragraph."""
    return f'<p class="note">{escape(text)}</p>'


def figure(caption: str, svg: bytes) -> str:
    """Write a picture into the document."""
    data = base64.b64encode(svg).decode()
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/svg+xml;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
