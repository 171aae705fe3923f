"""The rules of CAP 1.2 (OASIS standard, section 3) that a document of ours must keep, as code.

Written from the standard's text: which elements, in which order, how often, with which values.
"""

import re
from xml.etree import ElementTree as ET

NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"

# name, least, most (0: any number)
_ALERT = (
    ("identifier", 1, 1),
    ("sender", 1, 1),
    ("sent", 1, 1),
    ("status", 1, 1),
    ("msgType", 1, 1),
    ("source", 0, 1),
    ("scope", 1, 1),
    ("restriction", 0, 1),
    ("addresses", 0, 1),
    ("code", 0, 0),
    ("note", 0, 1),
    ("references", 0, 1),
    ("incidents", 0, 1),
    ("info", 0, 0),
)
_INFO = (
    ("language", 0, 1),
    ("category", 1, 0),
    ("event", 1, 1),
    ("responseType", 0, 0),
    ("urgency", 1, 1),
    ("severity", 1, 1),
    ("certainty", 1, 1),
    ("audience", 0, 1),
    ("eventCode", 0, 0),
    ("effective", 0, 1),
    ("onset", 0, 1),
    ("expires", 0, 1),
    ("senderName", 0, 1),
    ("headline", 0, 1),
    ("description", 0, 1),
    ("instruction", 0, 1),
    ("web", 0, 1),
    ("contact", 0, 1),
    ("parameter", 0, 0),
    ("resource", 0, 0),
    ("area", 0, 0),
)
_AREA = (
    ("areaDesc", 1, 1),
    ("polygon", 0, 0),
    ("circle", 0, 0),
    ("geocode", 0, 0),
    ("altitude", 0, 1),
    ("ceiling", 0, 1),
)
_PAIR = (("valueName", 1, 1), ("value", 1, 1))

_PARENTS = {
    "alert": _ALERT,
    "info": _INFO,
    "area": _AREA,
    "parameter": _PAIR,
    "geocode": _PAIR,
    "eventCode": _PAIR,
}
_VALUES = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
_TRIPLE = rf"[^\s,<&]+,[^\s,<&]+,{_TIME}"
_FORMS = {
    "identifier": r"[^\s,<&]+",
    "sender": r"[^\s,<&]+",
    "sent": _TIME,
    "effective": _TIME,
    "onset": _TIME,
    "expires": _TIME,
    "references": rf"{_TRIPLE}( {_TRIPLE})*",
    "language": r"[a-z]{2,3}(-[A-Z]{2})?",
    "circle": r"-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)? \d+(\.\d+)?",
}


def broken_rules(document: str) -> list[str]:
    """Name every rule that a document breaks."""
    root = ET.fromstring(document)  # noqa: S314 - a document of our own
    if root.tag != NAMESPACE + "alert":
        return [f"the root is {root.tag}"]
    found = list(_broken(root))
    kind = root.findtext(NAMESPACE + "msgType")
    if kind in ("Update", "Cancel") and root.find(NAMESPACE + "references") is None:
        found.append(f"{kind} without references")
    return found


def _broken(element: ET.Element) -> list[str]:
    name = element.tag.removeprefix(NAMESPACE)
    if name not in _PARENTS:
        return _broken_text(name, element)
    found = _broken_children(name, [c.tag.removeprefix(NAMESPACE) for c in element])
    for child in element:
        found += _broken(child)
    return found


def _broken_children(name: str, children: list[str]) -> list[str]:
    rules = _PARENTS[name]
    order = [rule[0] for rule in rules]
    found = [f"{name} may not hold {child}" for child in children if child not in order]
    places = [order.index(child) for child in children if child in order]
    if places != sorted(places):
        found.append(f"{name}: wrong order {children}")
    for child, least, most in rules:
        count = children.count(child)
        if count < least or (most and count > most):
            found.append(f"{name} holds {child} {count} times")
    return found


def _broken_text(name: str, element: ET.Element) -> list[str]:
    text = element.text or ""
    if len(element):
        return [f"{name} may hold no elements"]
    if name in _VALUES and text not in _VALUES[name].split():
        return [f"{name} may not be {text!r}"]
    if name in _FORMS and not re.fullmatch(_FORMS[name], text):
        return [f"{name} has not its form: {text!r}"]
    return [] if text.strip() else [f"{name} is empty"]
