"""The report of an embedded run: what was published, held against what the store has."""

import json
import math
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from alerts import admin
from cli.embedded.layout import Layout
from cli.embedded.resources import Resources
from domain.settings import load_settings
from storage import history
from storage.audit import Audit, audit


class SimSummary(msgspec.Struct):
    """What the simulator says of itself (`sensors_sim.live.Summary`), as far as it is used."""

    points: int
    channels: int
    seed: int
    messages_published: int
    readings_published: int
    duplicates: int
    malformed: int
    unacknowledged: int
    failures: list[dict[str, Any]]
    wall_s: float = 0.0


def make_report(layout: Layout, resources: Resources, duration_s: float) -> dict[str, Any]:
    """Compare the two ends of a run whose processes have ended.

    Parameters
    ----------
    duration_s
        Seconds for which the simulator ran.

    Returns
    -------
    dict
        As docs/contracts.md describes the report; plain JSON values.
    """
    sim = msgspec.json.decode(layout.sim_summary.read_bytes(), type=SimSummary)
    checked = audit(layout.ledger, layout.record)
    with history.open_offline(layout.record) as record:
        counts = history.counts(record)
        warned = _warned(record, sim.failures)
    webhooks = admin.summary(load_settings(layout.config))
    return {
        "points": sim.points,
        "channels": sim.channels,
        "seed": sim.seed,
        "duration_s": round(duration_s, 1),
        "messages_published": sim.messages_published,
        "readings": {
            "published": checked.published,
            "ingested": checked.stored + checked.duplicates,
            "rejected": sum(counts.rejects.values()),
            "stored": checked.stored,
            "late": checked.late,
            "duplicates": checked.duplicates,
            "lost": checked.lost + checked.value_mismatches,
            "unexpected": checked.unexpected,
        },
        "rejects": dict(counts.rejects),
        "malformed_published": sim.malformed,
        "unacknowledged": sim.unacknowledged,
        "warnings": dict(counts.warnings),
        "failures": warned,
        "webhooks": webhooks,
        "latency_ms": _latency(checked),
        "readings_per_s": round(checked.stored / duration_s, 1) if duration_s else 0.0,
        "peak_rss_mb": resources.peak_rss_mb,
        "starts": resources.starts,
    }


def print_report(report: dict[str, Any], console: Console) -> None:
    """Show a report in a terminal."""
    table = Table(title="Report", show_header=False)
    for key, value in report.items():
        if key == "failures":
            warned = sum(1 for failure in value if failure["warned_level"] >= 2)
            table.add_row("failures warned", f"{warned} of {len(value)} at yellow or higher")
            continue
        shown = value
        if isinstance(value, dict):
            shown = "  ".join(f"{name} {_show(item)}" for name, item in value.items())
        table.add_row(key, str(shown))
    console.print(table)
    if report["readings"]["lost"]:
        console.print(f"{report['readings']['lost']} readings were lost", style="bold red")


def write_report(report: dict[str, Any], path: Path) -> None:
    """Write a report as JSON."""
    text = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _warned(record: Any, failures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put beside each failure the highest level before it, and the lead of that warning."""
    result = []
    for failure in failures:
        rows = record.execute(
            "SELECT level, event_ms FROM warning WHERE point_id = ? AND event_ms BETWEEN ? AND ? "
            "AND kind IN ('raised', 'upgraded') ORDER BY level DESC, event_ms LIMIT 1",
            [failure["point_id"], failure["onset_ms"], failure["failure_ms"]],
        ).fetchall()
        level, at_ms = rows[0] if rows else (0, failure["failure_ms"])
        lead_s = (failure["failure_ms"] - at_ms) / 1000.0
        result.append({**failure, "warned_level": int(level), "lead_s": round(lead_s, 1)})
    return result


def _latency(checked: Audit) -> dict[str, dict[str, float | None]]:
    pairs = {
        "publish_to_store": checked.publish_to_store_ms,
        "publish_to_warning": checked.publish_to_warning_ms,
    }
    return {
        name: {"p50": _finite(value.p50), "p99": _finite(value.p99)}
        for name, value in pairs.items()
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 1)


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + " ".join(f"{k} {_show(v)}" for k, v in value.items()) + ")"
    return f"{value:,}" if isinstance(value, int) else str(value)
