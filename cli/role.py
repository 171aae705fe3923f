"""``python -m cli.role ROLE``: the long-running commands without the rest.

What `cli.main` imports for its other commands (scipy's statistics, the simulator, the evaluation)
costs a process a second of its start and a hundred MiB; `geohazard up` starts six of them at once.
"""

import typer

from cli import roles
from cli.console import console
from cli.webhooks import webhook_receiver
from domain.errors import GeohazardError

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


def main() -> None:
    """Run a role; a user's mistake is one sentence and exit code 2, never a traceback."""
    try:
        app()
    except GeohazardError as error:
        typer.secho(f"geohazard: {error}", err=True, fg="red")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
