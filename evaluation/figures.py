"""Pictures of an evaluation as SVG. Needs matplotlib (`pip install 'geohazard[plot]'`)."""

import importlib
import io
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from domain.fonts import CHINESE_FONTS
from evaluation import drawings
from evaluation.metrics import Metrics
from evaluation.words import ENGLISH, Words

Drawing = Callable[[Any, Metrics, Words], None]
Picture = tuple[str, bytes]
"""Caption and SVG."""

PICTURES: tuple[tuple[str, str, Drawing], ...] = (
    ("lead", "Share of failures warned, by hours before the failure", drawings.lead_times),
    (
        "duration",
        "Lead time at orange against the length of tertiary creep",
        drawings.leads_by_duration,
    ),
    ("hazards", "Lead times by kind of hazard and level", drawings.leads_by_hazard),
    ("alarms", "All alarms by what was under way", drawings.alarms),
    ("causes", "False alarms by the fault of their instruments", drawings.causes),
    ("detectors", "What each detector had a share in", drawings.detectors),
    ("matrix", "Duration matrix", drawings.matrix),
    ("forecasts", "Forecast windows issued with warnings", drawings.forecasts),
    ("flags", "Faults that were flagged", drawings.flags),
)
"""Name, caption and drawing of each picture of the report, in order."""


def available() -> bool:
    """Whether pictures can be drawn here."""
    return find_spec("matplotlib") is not None


def draw_all(metrics: Metrics, words: Words = ENGLISH) -> dict[str, Picture]:
    """Draw every picture, by name; none without matplotlib."""
    if not available():
        return {}
    return {name: (caption, draw(own, metrics, words)) for name, caption, own in PICTURES}


def draw(
    drawing: Drawing,
    metrics: Metrics,
    words: Words = ENGLISH,
    size: tuple[float, float] = (7.2, 3.4),
) -> bytes:
    """Draw one picture; the same metrics give the same bytes.

    Its labels are in English where the machine has no font for another language.

    Returns
    -------
    bytes
        An SVG document.
    """
    matplotlib = importlib.import_module("matplotlib")
    figure_module = importlib.import_module("matplotlib.figure")
    chinese = _chinese_fonts()
    labels = words if words is ENGLISH or chinese else ENGLISH
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "geohazard",
        "font.family": ["DejaVu Sans"] if labels is ENGLISH else [*chinese, "DejaVu Sans"],
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
    }
    with matplotlib.rc_context(settings):
        figure = figure_module.Figure(figsize=size, layout="constrained")
        drawing(figure.subplots(), metrics, labels)
        sink = io.BytesIO()
        figure.savefig(sink, format="svg", metadata={"Date": None})
    return sink.getvalue()


def _chinese_fonts() -> list[str]:
    """Fonts of this machine that hold Chinese."""
    fonts = importlib.import_module("matplotlib.font_manager").fontManager
    known = {entry.name for entry in fonts.ttflist}
    return [name for name in CHINESE_FONTS if name in known]
