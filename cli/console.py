"""``geohazard console``: the web page alone, against whatever runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.roles import CONFIG, INSTANCE, prepare, until_signal
from domain.settings import load_settings


def console(
    config: CONFIG = None,
    instance: INSTANCE = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; not loopback: with a password only.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0: any.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the password.")] = None,
    districts: Annotated[
        Path | None, typer.Option(help="GeoJSON with the districts' borders.")
    ] = None,
) -> None:
    """Show the province, its points and warnings in a web page."""
    from console.run import run_console  # noqa: PLC0415

    settings = load_settings(config)
    given = {
        "host": host,
        "port": port,
        "password_file": password_file,
        "districts": districts,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    update: dict[str, object] = {"console": settings.console.model_copy(update=changes)}
    if instance is not None:
        update["instance"] = instance
    prepare(settings)
    asyncio.run(until_signal(settings.model_copy(update=update), run_console))
