"""``python -m cli.role ROLE``: the long-running commands without the rest.

What `cli.main` imports for its other commands (scipy's statistics, the simulator, the evaluation)
costs a process a second of its start and 170 MiB; `geohazard up` starts eight of them at once.
"""

import typer

from cli import roles
from cli.console import console
from cli.embedded.servers import embedded_kafka, embedded_mqtt
from cli.running import run
from cli.webhooks import webhook_receiver

app = typer.Typer(name="geohazard role", add_completion=False, pretty_exceptions_enable=False)
for _command in (
    roles.ingest,
    roles.detect,
    roles.store,
    roles.notify,
    console,
    webhook_receiver,
):
    app.command()(_command)
app.command(hidden=True)(embedded_mqtt)
app.command(hidden=True)(embedded_kafka)


def main() -> None:
    """Run a role."""
    run(app)


if __name__ == "__main__":
    main()
