"""The ``geohazard`` command."""

import typer

from cli import roles
from cli.analyze import analyze
from cli.checks import doctor
from cli.console import console
from cli.dashboards import app as dashboards
from cli.embedded import commands as embedded
from cli.embedded.servers import embedded_kafka, embedded_mqtt
from cli.evaluate import evaluate
from cli.explain import explain
from cli.rain import app as rain
from cli.rejects import app as rejects
from cli.replay import replay
from cli.rules import rules
from cli.running import run
from cli.sim import app as sim
from cli.trigger import trigger
from cli.webhooks import app as webhooks
from cli.webhooks import webhook_receiver

app = typer.Typer(
    name="geohazard",
    help="Geohazard monitoring and early warning as a stream.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _role in (roles.ingest, roles.detect, roles.store, roles.notify):
    app.command(rich_help_panel="Roles")(_role)
app.command(rich_help_panel="Start here")(embedded.up)
app.command(rich_help_panel="Roles")(console)
app.command(rich_help_panel="Data")(analyze)
app.command(rich_help_panel="Data")(trigger)
app.command(rich_help_panel="Data")(replay)
app.command(rich_help_panel="Data")(evaluate)
app.command(rich_help_panel="Data")(explain)
app.command(rich_help_panel="Data")(rules)
app.command(rich_help_panel="Upkeep")(doctor)
app.add_typer(rain, name="rain", rich_help_panel="Data")
app.add_typer(sim, name="sim", rich_help_panel="Roles")
app.add_typer(dashboards, name="dashboards", rich_help_panel="Upkeep")
app.add_typer(rejects, name="rejects", rich_help_panel="Upkeep")
app.add_typer(webhooks, name="webhooks", rich_help_panel="Upkeep")
app.command(rich_help_panel="Upkeep")(webhook_receiver)
app.command(hidden=True)(embedded_mqtt)
app.command(hidden=True)(embedded_kafka)


def main() -> None:
    """Run the command."""
    run(app)


if __name__ == "__main__":
    main()
