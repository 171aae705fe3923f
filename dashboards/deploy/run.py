"""Ask, compare, write; and take back what was written if it cannot be finished."""

from collections.abc import Callable, Sequence

from dashboards.deploy.connection import Connection, NotFoundError, RefusedError
from dashboards.deploy.options import DeployError, Options
from dashboards.deploy.plan import Change, dashboard_changes, folder_changes, rule_changes
from dashboards.deploy.plan_contact import contact_changes, datasource_change
from dashboards.deploy.preflight import check_rights, check_version
from domain.grafana_secret import check_grafana_secret


def deploy(options: Options, tell: Callable[[str], None]) -> list[Change]:
    """Bring Grafana to what it should be.

    Parameters
    ----------
    tell
        Called with each line for a person.

    Returns
    -------
    list of Change
        All of them, also those that were the same.

    Raises
    ------
    DeployError
        If something forbids it; then nothing is written, or all is as it was before but for what
        the text names.
    SettingsError
        If the webhook's secret is too short for the receiver.
    """
    if bool(options.webhook_url) != bool(options.webhook_secret):
        msg = "--webhook-url and --webhook-secret-file go together"
        raise DeployError(msg)
    if options.webhook_secret:
        check_grafana_secret(options.webhook_secret)
    connection = Connection(options)
    version = check_version(connection)
    check_rights(connection, options, version)
    changes = [
        datasource_change(connection, options),
        *folder_changes(connection, options),
        *dashboard_changes(connection, options),
        *rule_changes(connection, version),
        *contact_changes(connection, options),
    ]
    for change in changes:
        if change.action != "same":
            tell(f"{change.action} {change.what}")
            for line in change.detail:
                tell(f"    {line}")
    if not options.dry_run:
        carry_out(changes)
    return changes


def carry_out(changes: Sequence[Change]) -> None:
    """Write the changes in their order, all or none.

    Raises
    ------
    DeployError
        If one cannot be written; says whether what came before it could be taken back.
    """
    done: list[Change] = []
    for change in changes:
        if change.action not in ("create", "update"):
            continue
        try:
            change.apply()
        except DeployError as error:
            # Unless it was refused, it may have been written although the answer was lost.
            unsure = [] if isinstance(error, RefusedError) else [change]
            tried = [*done, *unsure]
            left = _take_back(tried, unsure)
            left += [f"{undone.stays} of {undone.what}" for undone in tried if undone.stays]
            state = (
                f"these could not be taken back: {', '.join(left)}" if left else "nothing changed"
            )
            msg = f"{change.what}: {error}; {state}"
            raise DeployError(msg) from None
        done.append(change)


def _take_back(done: Sequence[Change], unsure: Sequence[Change]) -> list[str]:
    """Undo in reverse; returns what could not be undone.

    What was perhaps never done may be missing.
    """
    left = []
    for change in reversed(done):
        try:
            change.undo()
        except DeployError as error:
            if change not in unsure or not isinstance(error, NotFoundError):
                left.append(change.what)
    return left
