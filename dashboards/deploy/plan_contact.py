"""Data source, message templates, contact point and policy; reading only."""

from collections.abc import Callable, Iterator
from typing import Any

from dashboards.contact import contact_point, policy_tree, route, template
from dashboards.deploy.compare import differences
from dashboards.deploy.connection import Connection
from dashboards.deploy.options import DeployError, Options, PolicyMode
from dashboards.deploy.plan import Change, make_change
from dashboards.names import CONTACT_POINT, CONTACT_UID, DATASOURCE_UID, TEMPLATE

_CONTACTS = "/v1/provisioning/contact-points"
_POLICIES = "/v1/provisioning/policies"
_UNTOUCHED = frozenset({"grafana-default-email", "empty", ""})
"""Root receivers of a Grafana whose policies nobody has touched."""


def datasource_change(connection: Connection, options: Options) -> Change:
    """Find the data source, or make it.

    Raises
    ------
    DeployError
        If there is none of our uid and no address to make it from.
    """
    path = f"/datasources/uid/{DATASOURCE_UID}"
    found = connection.get(path)
    if found is not None:
        if found.get("type") != "influxdb":
            msg = f"the data source {DATASOURCE_UID!r} is no InfluxDB: {found.get('type')!r}"
            raise DeployError(msg)
        return Change(f"data source {DATASOURCE_UID}", "same")
    if not options.influx_url:
        msg = f"Grafana has no data source {DATASOURCE_UID!r}: make it, or give --influx-url"
        raise DeployError(msg)
    body = datasource(options)
    return Change(
        f"data source {DATASOURCE_UID}",
        "create",
        (),
        lambda: connection.send("POST", "/datasources", body),
        lambda: connection.send("DELETE", path),
    )


def datasource(options: Options) -> dict[str, Any]:
    """Render the data source as the provisioned file has it."""
    secret = {"httpHeaderValue1": f"Token {options.influx_token}"} if options.influx_token else {}
    header = {"httpHeaderName1": "Authorization"} if options.influx_token else {}
    return {
        "name": "geohazard",
        "uid": DATASOURCE_UID,
        "type": "influxdb",
        "access": "proxy",
        "url": options.influx_url,
        "database": options.influx_bucket,
        "jsonData": {
            "version": "InfluxQL",
            "dbName": options.influx_bucket,
            "httpMode": "POST",
            "timeInterval": "1m",
            **header,
        },
        "secureJsonData": secret,
    }


def contact_changes(connection: Connection, options: Options) -> Iterator[Change]:
    """Templates, contact point, policy: in the order in which each needs the one before."""
    if not options.webhook_url or not options.webhook_secret:
        return
    yield _template(connection)
    yield _contact(connection, options, options.webhook_url, options.webhook_secret)
    yield _policy(connection, options.policy)


def _template(connection: Connection) -> Change:
    path = f"/v1/provisioning/templates/{TEMPLATE}"
    wanted = {"template": template()["template"]}
    found = connection.get(path)

    def put(body: Any) -> Callable[[], Any]:
        return lambda: connection.send("PUT", path, body, editable=True)

    return make_change(
        f"template {TEMPLATE}",
        {"template": wanted["template"].strip()},
        found and {**found, "template": str(found.get("template", "")).strip()},
        create=put(wanted),
        update=put({**wanted, "version": (found or {}).get("version", "")}),
        remove=lambda: connection.send("DELETE", path, editable=True),
        restore=put({"template": found and found.get("template")}),
    )


def _contact(connection: Connection, options: Options, url: str, secret: str) -> Change:
    wanted = contact_point(url, secret)
    listed = connection.get(_CONTACTS) or []
    found = next((held for held in listed if held.get("uid") == CONTACT_UID), None)
    if found is None and any(held.get("name") == CONTACT_POINT for held in listed):
        msg = f"Grafana has a contact point {CONTACT_POINT!r} that is not ours: rename it"
        raise DeployError(msg)
    path = f"{_CONTACTS}/{CONTACT_UID}"

    def put(body: Any) -> Callable[[], Any]:
        return lambda: connection.send("PUT", path, body, editable=True)

    return make_change(
        f"contact point {CONTACT_POINT}",
        wanted,
        found,
        create=lambda: connection.send("POST", _CONTACTS, wanted, editable=True),
        update=put(wanted),
        remove=lambda: connection.send("DELETE", path, editable=True),
        restore=put(found),
        force=options.resend_secret,
        # Grafana tells no secret, so the one from before cannot be written again.
        stays="the new webhook secret",
    )


def _policy(connection: Connection, mode: PolicyMode) -> Change:
    what = "notification policy"
    tree = connection.get(_POLICIES) or {}
    wanted = planned_tree(tree, mode)
    if wanted is None:
        why = "it is not ours; --policy add puts our route first, --policy replace takes all"
        detail = (why,) if mode is PolicyMode.AUTO else ()
        return Change(what, "leave", detail)
    if not list(differences(wanted, tree)):
        return Change(what, "same")
    return Change(
        what,
        "update",
        tuple(differences(wanted, tree)),
        lambda: connection.send("PUT", _POLICIES, wanted, editable=True),
        lambda: connection.send("PUT", _POLICIES, tree, editable=True),
    )


def planned_tree(tree: dict[str, Any], mode: PolicyMode) -> dict[str, Any] | None:
    """Return the tree as it should be; ``None`` if it is to be left."""
    if mode is PolicyMode.REPLACE:
        return policy_tree()
    routes = list(tree.get("routes") or [])
    ours = [index for index, held in enumerate(routes) if held.get("receiver") == CONTACT_POINT]
    untouched = not routes and tree.get("receiver", "") in _UNTOUCHED
    if mode is PolicyMode.LEAVE or (mode is PolicyMode.AUTO and not ours and not untouched):
        return None
    if ours:
        if not list(differences(route(), routes[ours[0]])):
            return tree
        routes[ours[0]] = route()
    else:
        routes.insert(0, route())
    return {**tree, "routes": routes}
