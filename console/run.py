"""The console from settings to a running server."""

import asyncio
import gzip
import logging
import ssl
import time

import msgspec

from console.acknowledging import Acknowledger
from console.app import make_app
from console.borders import load_borders
from console.figures import Figures
from console.follow import Follower
from console.guard import allowed_names, is_loopback, make_guard
from console.model import Model
from console.parts import Console
from console.server import served
from console.sessions import Sessions
from domain.clock import Clock, SystemClock
from domain.errors import SettingsError
from domain.registry import RegistryFile
from domain.settings import ConsoleSettings, Settings, secret_of
from storage.histories import History

log = logging.getLogger(__name__)

REGISTRY_S = 5.0
SHORTEST_PASSWORD = 12


async def run_console(settings: Settings, stop: asyncio.Event) -> None:
    """Serve the page until ``stop`` is set.

    Raises
    ------
    SettingsError
        If it would be reachable from elsewhere without a password, or a file cannot be read.
    GeohazardError
        If the port is taken.
    """
    options = settings.console
    sessions, tls = check_access(options), tls_context(options)
    clock = SystemClock()
    registry = RegistryFile(settings.registry)
    model, figures = Model(registry.current), Figures(clock)
    history = open_history(settings)
    acknowledger = Acknowledger(model, history, settings.kafka, clock)
    console = Console(
        model=model,
        figures=figures,
        history=history,
        acknowledger=acknowledger,
        sessions=sessions,
        borders=gzip.compress(msgspec.json.encode(load_borders(options.districts))),
        status=settings.alerts.cap_status,
        secure=tls is not None,
    )
    guard = make_guard(allowed_names(options.host, options.names), sessions)
    async with served(make_app(console, guard), options, tls):
        await _follow(console, registry, settings, clock, stop)


def check_access(options: ConsoleSettings) -> Sessions | None:
    """Return the sessions if a password is set.

    Raises
    ------
    SettingsError
        If there is none and the address is not on loopback, or it is too short.
    """
    password = secret_of(options.password, options.password_file)
    if password is None:
        if is_loopback(options.host):
            return None
        msg = (
            f"the console would be reachable from elsewhere ({options.host}): set "
            "GEOHAZARD_CONSOLE__PASSWORD or …__PASSWORD_FILE first"
        )
        raise SettingsError(msg)
    if len(password) < SHORTEST_PASSWORD:
        msg = f"the console's password must have at least {SHORTEST_PASSWORD} characters"
        raise SettingsError(msg)
    if not is_loopback(options.host) and options.cert_file is None:
        log.warning("the password and all data cross the network unencrypted; set cert_file")
    return Sessions(password, time.monotonic)


def tls_context(options: ConsoleSettings) -> ssl.SSLContext | None:
    """Return the TLS context if a certificate is set.

    Raises
    ------
    SettingsError
        If certificate or key is missing or cannot be used.
    """
    if options.cert_file is None and options.key_file is None:
        return None
    if options.cert_file is None or options.key_file is None:
        msg = "the console needs cert_file and key_file, or neither"
        raise SettingsError(msg)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.cert_file, options.key_file)
    except OSError as error:
        msg = f"the console cannot use {options.cert_file} with {options.key_file}: {error}"
        raise SettingsError(msg) from error
    return context


def open_history(settings: Settings) -> History | None:
    """Return the way to the record, of whichever store runs; ``None`` if there is none."""
    if settings.store.kind == "influxdb":
        from storage.influx_history import InfluxHistory  # noqa: PLC0415

        return InfluxHistory(settings.influx)
    if settings.store.socket is None:
        return None
    from storage.history_socket import SocketHistory  # noqa: PLC0415

    return SocketHistory(settings.store.socket)


async def _follow(
    console: Console, registry: RegistryFile, settings: Settings, clock: Clock, stop: asyncio.Event
) -> None:
    """Follow the stream until ``stop`` is set; a fault ends it, so that no dead page looks alive.

    Raises
    ------
    ExceptionGroup
        Of what went wrong.
    """
    follower = Follower(console.model, console.figures, settings.kafka, clock)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(follower.run()),
                group.create_task(_follow_registry(console.model, registry)),
            ]
            if console.history is not None:
                tasks.append(group.create_task(follower.load(console.history)))
            await stop.wait()
            for task in tasks:
                task.cancel()
    finally:
        await console.acknowledger.close()
        if console.history is not None:
            await console.history.close()


async def _follow_registry(model: Model, registry: RegistryFile) -> None:
    while True:
        await asyncio.sleep(REGISTRY_S)
        if await asyncio.to_thread(registry.refresh):
            model.set_registry(registry.current)
