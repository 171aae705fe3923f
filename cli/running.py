"""How a command runs in this process, and how it ends."""

import atexit
import gc
import logging

import typer

from domain.errors import GeohazardError


def run(app: typer.Typer) -> None:
    """Run a command; a user's mistake is one sentence and exit code 2, never a traceback."""
    # At its end Python looks through all that a process holds for cycles: half a second of
    # processor time in a role, to give back memory that goes with the process anyway.
    atexit.register(gc.freeze)
    # Where a command sets up no log, Python would print the library's own lines beside ours.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    try:
        app()
    except GeohazardError as error:
        typer.secho(f"geohazard: {error}", err=True, fg="red")
        raise SystemExit(2) from None
