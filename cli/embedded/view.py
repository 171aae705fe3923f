"""The live view of `geohazard up` in a terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.embedded.resources import Resources
from cli.embedded.watch import Watch
from domain.levels import Level
from domain.registry import Registry
from domain.times import iso

_STYLE = {0: "dim", 1: "bright_blue", 2: "yellow", 3: "orange3", 4: "bold red"}
_MARK = {0: "·", 1: "▁ blue 蓝", 2: "▃ yellow 黄", 3: "▅ orange 橙", 4: "█ red 红"}
_ROLES = ("sim", "mqtt", "ingest", "kafka", "detect", "store", "notify", "receiver", "console")


def render(
    watch: Watch,
    resources: Resources,
    registry: Registry,
    progress: dict[str, float],
    received: list[str],
    elapsed_s: float,
    console_url: str,
) -> RenderableType:
    """Draw everything once.

    Parameters
    ----------
    progress
        The simulator's counters, by name.
    received
        Last lines that the webhook receiver printed.
    console_url
        Where the page is.
    """
    head = Text.assemble(
        ("geohazard ", "bold"),
        f"{len(registry.points):,} points   {elapsed_s:5.0f} s   ",
        f"published {int(progress.get('messages_published', 0)):,} messages   ",
        f"stored {watch.counter('store', 'readings_rows'):,} readings   ",
        ("page: ", "dim"),
        (console_url, "bold underline"),
    )
    return Group(
        Panel(head),
        _roles(watch, resources),
        _levels(watch, len(registry.points)),
        _warnings(watch, registry),
        Panel(Text("\n".join(received) or "-"), title="Webhooks received, signatures verified"),
        Text("Ctrl-C ends the run and leaves nothing behind", style="dim"),
    )


def _roles(watch: Watch, resources: Resources) -> Table:
    table = Table(title="Roles", expand=True)
    for name in ("role", "readings/s", "lag", "memory MiB", "cpu %", "starts"):
        table.add_column(name, justify="left" if name == "role" else "right")
    for role in _ROLES:
        usage = resources.latest.get(role)
        table.add_row(
            role,
            _rate(watch, resources, role),
            f"{watch.lag(role):,}" if watch.of_role(role) else "-",
            f"{usage.rss_mb:,.0f}" if usage else "-",
            f"{usage.cpu_percent:.0f}" if usage else "-",
            str(resources.starts.get(role, 0)),
        )
    return table


def _rate(watch: Watch, resources: Resources, role: str) -> str:
    name = {"ingest": "readings", "detect": "readings", "store": "readings_rows"}.get(role)
    return f"{resources.rate(role, watch.counter(role, name)):,.0f}" if name else "-"


def _levels(watch: Watch, points: int) -> Text:
    counts = [0] * 5
    for level in watch.levels.values():
        counts[level] += 1
    counts[0] = points - sum(counts[1:])
    text = Text("Points by level   ")
    for level in Level:
        text.append(f"{_MARK[level]} {counts[level]:,}   ", style=_STYLE[level])
    text.append(f"silent {len(watch.silent):,}   ")
    delivered, pending = (watch.counter("notify", n) for n in ("delivered", "pending"))
    text.append(f"webhooks delivered {delivered:,}, pending {pending:,}")
    return text


def _warnings(watch: Watch, registry: Registry) -> Table:
    table = Table(title="Last warnings", expand=True)
    for name in ("event time (UTC)", "point", "name", "what", "level", "because"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for event in watch.last:
        point = registry.points.get(event.point_id)
        because = ", ".join(f"{r.channel}: {r.rule}" for r in event.reasons[:2])
        table.add_row(
            iso(event.event_ms)[5:19],
            event.point_id,
            Text(point.name if point else ""),
            event.kind.value,
            Text(_MARK[event.level], style=_STYLE[event.level]),
            Text(because),
        )
    return table
