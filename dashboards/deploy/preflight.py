"""What must hold before anything is written: version and rights."""

import re

from dashboards.deploy.connection import Connection
from dashboards.deploy.options import DeployError, Options

Version = tuple[int, int]

OLDEST: Version = (9, 3)
KEEPS_LAST: Version = (10, 4)
"""First version that knows the state ``KeepLast``."""
SIGNS: Version = (12, 0)
"""First version that signs webhooks."""

_RIGHTS: dict[str, tuple[str, ...]] = {
    "make folders": ("folders:create",),
    "write dashboards": ("dashboards:create", "dashboards:write"),
    "read data sources": ("datasources:read",),
    "write alert rules": ("alert.provisioning:write", "alert.rules.provisioning:write"),
}
_WEBHOOK_RIGHTS = {
    "write contact points": (
        "alert.provisioning:write",
        "alert.notifications.provisioning:write",
    )
}
_ALL_OF = {"write dashboards"}


def check_version(connection: Connection) -> Version:
    """Ask for Grafana's version.

    Raises
    ------
    DeployError
        If it is unreachable, no Grafana, or older than 9.3.
    """
    health = connection.get("/health")
    text = str(health.get("version", "")) if isinstance(health, dict) else ""
    if isinstance(health, dict) and "database" in health and not text:
        # Grafana can be told to hide its version from those who are not logged in.
        settings = connection.get("/frontend/settings") or {}
        text = str((settings.get("buildInfo") or {}).get("version", ""))
    found = re.match(r"(\d+)\.(\d+)", text)
    if found is None:
        msg = f"{connection.url} does not answer as Grafana does: is it the right address?"
        raise DeployError(msg)
    version = (int(found[1]), int(found[2]))
    if version < OLDEST:
        msg = f"Grafana {text} is too old: 9.3 or newer is needed"
        raise DeployError(msg)
    return version


def check_rights(connection: Connection, options: Options, version: Version) -> None:
    """Ask what the token may do.

    Raises
    ------
    DeployError
        If the token is refused or lacks a right; the text names all that are lacking.
    """
    held = connection.get("/access-control/user/permissions")
    if not isinstance(held, dict):
        msg = "Grafana does not tell what the token may do: is it a service account's token?"
        raise DeployError(msg)
    wanted = dict(_RIGHTS)
    if options.webhook_url:
        wanted |= _WEBHOOK_RIGHTS
    lacking = [
        f"{what} ({' and '.join(names) if what in _ALL_OF else names[0]})"
        for what, names in wanted.items()
        if not (all if what in _ALL_OF else any)(name in held for name in names)
    ]
    if lacking:
        msg = f"the token may not {', nor '.join(lacking)}: give its service account the role Admin"
        raise DeployError(msg)
    if options.webhook_url and version < SIGNS:
        msg = (
            f"Grafana {version[0]}.{version[1]} cannot sign webhooks (12.0 and newer can): "
            "deploy without --webhook-url"
        )
        raise DeployError(msg)
