"""``geohazard rejects list|replay``: what could not be used, and another try."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.roles import CONFIG
from domain.rejects import RejectReason
from domain.settings import load_settings
from domain.times import iso, parse_iso
from ingest.rejects import RejectFilter, list_rejects, replay_rejects

app = typer.Typer(help="Input that was refused: list it, try it again.", no_args_is_help=True)

REASON = Annotated[RejectReason | None, typer.Option(help="Only refused for this reason.")]


@app.command("list")
def show(
    config: CONFIG = None,
    reason: REASON = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
) -> None:
    """Show refused messages, the newest last."""
    found = asyncio.run(list_rejects(load_settings(config), limit, reason and reason.value))
    table = Table("received (UTC)", "reason", "detail", "topic", "bytes", "id")
    for reject in found:
        table.add_row(
            iso(reject.received_ms),
            reject.reason,
            # What a device sent may look like markup; as text it is only shown.
            Text(reject.detail),
            Text(reject.topic),
            f"{reject.payload_bytes:,}",
            reject.reject_id,
        )
    Console().print(table)


@app.command()
def replay(
    config: CONFIG = None,
    reason: REASON = None,
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    since: Annotated[str | None, typer.Option(help="Only received since (ISO 8601).")] = None,
) -> None:
    """Try refused messages again, say after a device was registered; what is good now goes on."""
    try:
        since_ms = parse_iso(since) if since else 0
    except ValueError as error:
        msg = f"{since!r} is not an ISO 8601 time"
        raise typer.BadParameter(msg) from error
    wanted = RejectFilter(reason=reason and reason.value, device_id=device, since_ms=since_ms)
    result = asyncio.run(replay_rejects(load_settings(config), wanted))
    typer.echo(
        f"{result.tried} messages tried, {result.readings} readings passed on, "
        f"{len(result.refused)} messages still refused"
    )
    for reject in result.refused[:20]:
        typer.echo(f"  {reject.reject_id} {reject.reason}: {reject.detail}")
