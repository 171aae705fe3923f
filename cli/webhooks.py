"""``geohazard webhooks …`` and ``geohazard webhook-receiver``."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import admin
from alerts.receiver import ReceiverOptions, run_receiver
from cli.roles import CONFIG, die_with_parent
from domain.clock import SystemClock
from domain.errors import GeohazardError
from domain.settings import load_settings, secret_of
from domain.times import iso

app = typer.Typer(help="Webhooks: receivers, dead letters, replay.", no_args_is_help=True)


@app.command("list")
def list_receivers(config: CONFIG = None) -> None:
    """Show each receiver with what waits for it, was delivered, or was given up."""
    table = Table("receiver", "address", "state", "pending", "delivered", "dead", "last answer")
    for status in admin.receivers(load_settings(config)):
        # What a receiver answered may look like markup; as text it is only shown.
        answer = Text(f"{status.last_status or ''} {status.last_note}".strip())
        counts = (str(status.pending), str(status.delivered), str(status.dead))
        table.add_row(status.name, status.origin, status.state, *counts, answer)
    Console().print(table)


@app.command()
def dead(
    config: CONFIG = None,
    receiver: Annotated[str | None, typer.Option(help="Only of this receiver.")] = None,
) -> None:
    """Show the messages that were given up, the oldest event first."""
    table = Table("event", "receiver", "point", "kind", "level", "event time", "tries", "last")
    for letter in admin.dead_letters(load_settings(config), receiver):
        table.add_row(
            letter.event_id,
            letter.receiver,
            letter.point_id,
            letter.kind,
            str(letter.level),
            iso(letter.event_ms),
            str(letter.tries),
            Text(f"{letter.last_status or ''} {letter.last_note}".strip()),
        )
    Console().print(table)


@app.command()
def replay(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Events; all dead letters if none.")
    ] = None,
    config: CONFIG = None,
    receiver: Annotated[str | None, typer.Option(help="Only to this receiver.")] = None,
) -> None:
    """Send again what was given up; the notify role does it."""
    settings = load_settings(config)
    count = admin.replay(settings, SystemClock(), receiver=receiver, ids=ids or ())
    typer.echo(f"{count} messages will be sent")


@app.command()
def enable(receiver: str, config: CONFIG = None) -> None:
    """Enable a receiver that answered 410 (gone)."""
    waiting = admin.enable(load_settings(config), SystemClock(), receiver)
    typer.echo(f"{receiver} is enabled; {waiting} messages waited for it")


@app.command()
def test(receiver: str, config: CONFIG = None) -> None:
    """Send a test message to a receiver and show its answer; exit code 1 if it is not taken."""
    answer = asyncio.run(admin.send_test(load_settings(config), SystemClock(), receiver))
    typer.echo(f"{receiver}: {answer.status or ''} {answer.note}".rstrip())
    if not answer.delivered:
        raise typer.Exit(1)


def webhook_receiver(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8099,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret (whsec_…).", envvar="WEBHOOK_SECRET_FILE"),
    ] = None,
    grafana_secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret of Grafana's contact point; serves /grafana."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Append each message to this file as a line of JSON.")
    ] = None,
) -> None:
    """Receive webhooks, verify their signatures and print what they say."""
    die_with_parent()
    secret = secret_of(None, secret_file)
    if secret is None:
        msg = "name the file of the secret with --secret-file"
        raise GeohazardError(msg)
    grafana_secret = secret_of(None, grafana_secret_file)
    options = ReceiverOptions(
        secret=secret, grafana_secret=grafana_secret, host=host, port=port, output=output
    )
    asyncio.run(_receive(options))


async def _receive(options: ReceiverOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_receiver(options, stop)
