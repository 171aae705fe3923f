"""What is to be written, from what is there; reading only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dashboards.deploy.compare import differences
from dashboards.deploy.connection import Connection
from dashboards.deploy.options import Options
from dashboards.deploy.preflight import KEEPS_LAST, Version
from dashboards.names import FOLDERS, RULE_FOLDER
from dashboards.pages import pages
from dashboards.rules import GROUPS, rule_body

MAX_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """One thing that Grafana should hold.

    Attributes
    ----------
    action
        ``create``, ``update``, ``same`` or ``leave``.
    detail
        What differs, or why it is left.
    apply, undo
        Write it, and take it back; nothing where there is nothing to do.
    stays
        What of it stays although it was taken back, if anything does.
    """

    what: str
    action: str
    detail: tuple[str, ...] = ()
    apply: Callable[[], Any] = lambda: None
    undo: Callable[[], Any] = lambda: None
    stays: str = ""


def make_change(
    what: str,
    wanted: Any,
    found: Any,
    *,
    create: Callable[[], Any],
    update: Callable[[], Any],
    remove: Callable[[], Any],
    restore: Callable[[], Any],
    force: bool = False,
    stays: str = "",
) -> Change:
    """Compare, and choose what is done and how it would be taken back."""
    if found is None:
        return Change(what, "create", (), create, remove)
    wrong = tuple(differences(wanted, found))
    if not wrong and not force:
        return Change(what, "same")
    more = (f"and {len(wrong) - MAX_SHOWN} more",) if len(wrong) > MAX_SHOWN else ()
    return Change(what, "update", wrong[:MAX_SHOWN] + more, update, restore, stays)


def folder_changes(connection: Connection, options: Options) -> Iterator[Change]:
    """Folders of the languages and of the rules."""
    for uid, title in [*(FOLDERS[lang] for lang in options.langs), RULE_FOLDER]:
        path = f"/folders/{uid}"
        found = connection.get(path)
        yield _folder(connection, path, {"uid": uid, "title": title}, found)


def _folder(connection: Connection, path: str, wanted: dict[str, str], found: Any) -> Change:
    def put(body: Any) -> Callable[[], Any]:
        renamed = {"title": body and body["title"], "overwrite": True}
        return lambda: connection.send("PUT", path, renamed)

    return make_change(
        f"folder {wanted['uid']}",
        wanted,
        found,
        create=lambda: connection.send("POST", "/folders", wanted),
        update=put(wanted),
        remove=lambda: connection.send("DELETE", path),
        restore=put(found),
    )


def dashboard_changes(connection: Connection, options: Options) -> Iterator[Change]:
    """Dashboards of the languages, each in its folder."""
    for lang in options.langs:
        for page in pages(lang):
            yield _dashboard(connection, page.render(lang), FOLDERS[lang][0])


def _dashboard(connection: Connection, model: dict[str, Any], folder: str) -> Change:
    found = connection.get(f"/dashboards/uid/{model['uid']}")
    wanted = {"dashboard": model, "meta": {"folderUid": folder}}

    def save(body: dict[str, Any], into: str) -> Callable[[], Any]:
        posted = {"dashboard": body, "folderUid": into, "overwrite": True}
        return lambda: connection.send("POST", "/dashboards/db", posted)

    before = found or wanted
    return make_change(
        f"dashboard {model['uid']}",
        wanted,
        found,
        create=save(model, folder),
        update=save(model, folder),
        remove=lambda: connection.send("DELETE", f"/dashboards/uid/{model['uid']}"),
        restore=save(
            {**before["dashboard"], "id": None}, str(before["meta"].get("folderUid") or "")
        ),
    )


def rule_changes(connection: Connection, version: Version) -> Iterator[Change]:
    """Alert rules, a group at a time."""
    for name in GROUPS:
        group = rule_group(name, version)
        path = f"/v1/provisioning/folder/{RULE_FOLDER[0]}/rule-groups/{name}"
        yield _rules(connection, path, group, connection.get(path))


def rule_group(name: str, version: Version) -> dict[str, Any]:
    """Render a group of rules for a version of Grafana."""
    seconds, rules = GROUPS[name]
    place = {"orgID": 1, "folderUID": RULE_FOLDER[0], "ruleGroup": name}
    bodies = [{**rule_body(rule), **place} for rule in rules]
    if version < KEEPS_LAST:
        # What cannot be asked is told as if it were so: too much rather than too little.
        for body in bodies:
            body["execErrState"] = "Alerting"
    return {"title": name, "folderUid": RULE_FOLDER[0], "interval": seconds, "rules": bodies}


def _rules(connection: Connection, path: str, group: dict[str, Any], found: Any) -> Change:
    if found is not None and not found.get("rules"):
        found = None

    def put(body: Any) -> Callable[[], Any]:
        return lambda: connection.send("PUT", path, body, editable=True)

    def remove() -> None:
        for rule in group["rules"]:
            connection.send("DELETE", f"/v1/provisioning/alert-rules/{rule['uid']}", editable=True)

    return make_change(
        f"rule group {group['title']}",
        group,
        found,
        create=put(group),
        update=put(group),
        remove=remove,
        restore=put(found),
    )
