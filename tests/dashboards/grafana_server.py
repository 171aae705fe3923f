"""Grafana's HTTP API as far as a deployment uses it: a small server that keeps what it is given.

It follows the documented API (dashboards, folders, data sources, alerting provisioning, access
control) in paths, status codes, checks and in what it adds to what it was given: versions,
provenance, shortened durations, and secrets that it never shows again. Whether a real Grafana
takes the same was not seen by these tests.
"""

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any

TOKEN = "glsa_of-the-tests"  # noqa: S105
ADMIN = {
    name: [""]
    for name in (
        "folders:create",
        "dashboards:create",
        "dashboards:write",
        "datasources:read",
        "alert.provisioning:read",
        "alert.provisioning:write",
    )
}
DEFAULT_TREE = {
    "receiver": "grafana-default-email",
    "group_by": ["grafana_folder", "alertname"],
    "provenance": "",
}
Answer = tuple[int, Any]


@dataclass
class FakeGrafana:
    """State of the server, and how it is disposed."""

    version: str = "12.1.1"
    permissions: dict[str, list[str]] = field(default_factory=lambda: dict(ADMIN))
    datasources: dict[str, Any] = field(default_factory=dict)
    folders: dict[str, Any] = field(default_factory=dict)
    dashboards: dict[str, Any] = field(default_factory=dict)
    groups: dict[tuple[str, str], Any] = field(default_factory=dict)
    contacts: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, Any] = field(default_factory=dict)
    tree: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DEFAULT_TREE))
    writes: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refuse: tuple[str, int] | None = None
    """A write whose path matches is answered with this status, once."""

    def state(self) -> str:
        """Everything that it holds, but for versions."""
        held = (
            self.datasources,
            self.folders,
            {uid: one["dashboard"] for uid, one in self.dashboards.items()},
            {"/".join(key): one for key, one in self.groups.items()},
            self.contacts,
            self.templates,
            self.tree,
        )
        return re.sub(r'"version": [^,}]*', "", json.dumps(held, sort_keys=True))

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """Answer one request."""
        if path == "/api/health":
            return 200, {"database": "ok", "version": self.version, "commit": "x"}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        if method != "GET":
            if self.refuse and re.search(self.refuse[0], path):
                status, self.refuse = self.refuse[1], None
                return status, {"message": "injected\nfault"}
            self.writes.append((method, path))
            self.headers.append(headers)
        for pattern, handler in _ROUTES:
            found = re.fullmatch(f"/api{pattern}", path)
            if found:
                answer: Answer = handler(self, method, body, *found.groups())
                return answer
        return 404, {"message": "Not found"}

    def _permissions(self, method: str, body: Any) -> Answer:
        return 200, self.permissions

    def _datasource(self, method: str, body: Any, uid: str = "") -> Answer:
        if method == "POST":
            self.datasources[body["uid"]] = {k: v for k, v in body.items() if k != "secureJsonData"}
            return 200, {"message": "Datasource added", "id": 1}
        if uid not in self.datasources:
            return 404, {"message": "Data source not found"}
        if method == "DELETE":
            del self.datasources[uid]
            return 200, {"message": "Data source deleted", "id": 1}
        return 200, self.datasources[uid]

    def _folder(self, method: str, body: Any, uid: str = "") -> Answer:
        if method == "POST":
            if body["uid"] in self.folders:
                return 412, {"message": "a folder with the same uid already exists"}
            self.folders[body["uid"]] = {**body, "id": len(self.folders) + 1, "version": 1}
            return 200, self.folders[body["uid"]]
        if uid not in self.folders:
            return 404, {"message": "folder not found", "status": "not-found"}
        if method == "PUT":
            self.folders[uid] |= {"title": body["title"]}
        if method == "DELETE":
            del self.folders[uid]
            return 200, {"message": "Folder deleted"}
        return 200, self.folders[uid]

    def _save_dashboard(self, method: str, body: Any) -> Answer:
        folder, model = body.get("folderUid", ""), copy.deepcopy(body["dashboard"])
        if folder and folder not in self.folders:
            return 404, {"message": "folder not found", "status": "not-found"}
        if model["uid"] in self.dashboards and not body.get("overwrite"):
            return 412, {"message": "name-exists", "status": "name-exists"}
        version = self.dashboards.get(model["uid"], {"meta": {"version": 0}})["meta"]["version"] + 1
        # As newer versions do, it raises the schema by itself.
        model |= {"id": 7, "version": version, "schemaVersion": 41}
        meta = {"folderUid": folder, "version": version, "provisioned": False}
        self.dashboards[model["uid"]] = {"dashboard": model, "meta": meta}
        return 200, {"status": "success", "uid": model["uid"], "version": version}

    def _dashboard(self, method: str, body: Any, uid: str) -> Answer:
        if uid not in self.dashboards:
            return 404, {"message": "Dashboard not found"}
        if method == "DELETE":
            del self.dashboards[uid]
            return 200, {"message": "Dashboard deleted"}
        return 200, self.dashboards[uid]

    def _group(self, method: str, body: Any, folder: str, name: str) -> Answer:
        if method == "PUT":
            if folder not in self.folders:
                return 404, {"message": "folder not found"}
            for rule in body["rules"]:
                if rule["execErrState"] == "KeepLast" and self.version.startswith(("9.", "10.2")):
                    return 400, {"message": "unknown Error state option KeepLast"}
                if {query["refId"] for query in rule["data"]}.isdisjoint({rule["condition"]}):
                    return 400, {"message": "condition is not among the queries"}
            self.groups[folder, name] = self._stored(body)
            return 200, body
        if (folder, name) not in self.groups:
            return 404, {"message": "rule group not found"}
        return 200, self.groups[folder, name]

    @staticmethod
    def _stored(group: dict[str, Any]) -> dict[str, Any]:
        stored = copy.deepcopy(group)
        for number, rule in enumerate(stored["rules"], start=1):
            rule |= {"id": number, "updated": "2026-11-24T00:00:00Z", "provenance": ""}
            rule |= {"isPaused": False, "for": {"300s": "5m"}.get(rule["for"], rule["for"])}
            for query in rule["data"]:
                query["model"] |= {"intervalMs": 1000, "maxDataPoints": 43200}
                query["queryType"] = ""
        return stored

    def _rule(self, method: str, body: Any, uid: str) -> Answer:
        for key, group in list(self.groups.items()):
            group["rules"] = [rule for rule in group["rules"] if rule["uid"] != uid]
            if not group["rules"]:
                del self.groups[key]
        return 204, None

    def _contacts(self, method: str, body: Any, uid: str = "") -> Answer:
        if method == "GET":
            return 200, [_redacted(contact) for contact in self.contacts.values()]
        if method == "POST":
            self.contacts[body["uid"]] = {**body, "provenance": ""}
            return 202, _redacted(body)
        if uid not in self.contacts:
            return 404, {"message": "contact point not found"}
        if method == "DELETE":
            if self._uses(self.tree, self.contacts[uid]["name"]):
                return 409, {"message": "contact point is used by a notification policy"}
            del self.contacts[uid]
            return 202, {"message": "contactpoint deleted"}
        old = self.contacts[uid]["settings"]["hmacConfig"]["secret"]
        self.contacts[uid] = {**copy.deepcopy(body), "provenance": ""}
        if self.contacts[uid]["settings"]["hmacConfig"]["secret"] == "[REDACTED]":  # noqa: S105
            self.contacts[uid]["settings"]["hmacConfig"]["secret"] = old
        return 202, {"message": "contactpoint updated"}

    def _template(self, method: str, body: Any, name: str) -> Answer:
        if method == "PUT":
            text = body["template"].strip()
            self.templates[name] = {"name": name, "template": text, "version": "v1"}
            return 202, self.templates[name]
        if name not in self.templates:
            return 404, {"message": "template not found"}
        if method == "DELETE":
            del self.templates[name]
            return 204, None
        return 200, self.templates[name]

    def _policies(self, method: str, body: Any) -> Answer:
        if method == "GET":
            return 200, self.tree
        known = {contact["name"] for contact in self.contacts.values()}
        known |= {"grafana-default-email", "on-call"}
        for receiver in re.findall(r'"receiver": "([^"]*)"', json.dumps(body)):
            if receiver not in known:
                return 400, {"message": f"receiver '{receiver}' does not exist"}
        self.tree = copy.deepcopy(body)
        return 202, {"message": "policies updated"}

    @staticmethod
    def _uses(tree: dict[str, Any], name: str) -> bool:
        return f'"receiver": "{name}"' in json.dumps(tree)


def _redacted(contact: dict[str, Any]) -> dict[str, Any]:
    shown = copy.deepcopy(contact)
    shown["settings"]["hmacConfig"]["secret"] = "[REDACTED]"  # noqa: S105
    return shown


_P = "/v1/provisioning"
_ROUTES = [
    ("/access-control/user/permissions", FakeGrafana._permissions),
    ("/datasources", FakeGrafana._datasource),
    ("/datasources/uid/([^/]+)", FakeGrafana._datasource),
    ("/folders", FakeGrafana._folder),
    ("/folders/([^/]+)", FakeGrafana._folder),
    ("/dashboards/db", FakeGrafana._save_dashboard),
    ("/dashboards/uid/([^/]+)", FakeGrafana._dashboard),
    (f"{_P}/folder/([^/]+)/rule-groups/([^/]+)", FakeGrafana._group),
    (f"{_P}/alert-rules/([^/]+)", FakeGrafana._rule),
    (f"{_P}/contact-points", FakeGrafana._contacts),
    (f"{_P}/contact-points/([^/]+)", FakeGrafana._contacts),
    (f"{_P}/templates/([^/]+)", FakeGrafana._template),
    (f"{_P}/policies", FakeGrafana._policies),
]
