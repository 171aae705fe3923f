"""docs/asyncapi.yaml describes every topic, and agrees with the code about what is on it."""

import copy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
import pytest
import yaml
from jsonschema import Draft7Validator

from domain import topics
from domain.frames import Features, Names, Readings, States
from domain.health import Health
from domain.rejects import Reject, RejectReason
from domain.settings import MqttSettings
from domain.topics import mqtt_topic
from domain.warnings import WarningEvent, WarningKind, encode_warning, make_warning
from tests.deploy.compose import ROOT

PATH = ROOT / "docs" / "asyncapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
KAFKA_TOPICS = {
    value
    for name, value in vars(topics).items()
    if name.isupper() and isinstance(value, str) and value.startswith("geohazard.")
}


def resolve(reference: str, document: dict[str, Any]) -> Any:
    """Follow ``#/a/b``; a `KeyError` if it leads nowhere."""
    node: Any = document
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def plain(node: Any) -> Any:
    """Return a JSON schema without what is only for people, with references by name."""
    if isinstance(node, list):
        return [plain(value) for value in node]
    if not isinstance(node, dict):
        return node
    kept = {k: plain(v) for k, v in node.items() if k not in ("title", "description")}
    if "$ref" in kept:
        kept["$ref"] = kept["$ref"].rpartition("/")[2]
    if "required" in kept:
        kept["required"] = sorted(kept["required"])
    return kept


def test_it_has_the_structure_of_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for server in DOCUMENT["servers"].values():
        assert {"host", "protocol"} <= set(server)
    for channel in DOCUMENT["channels"].values():
        assert channel["messages"]
        assert len(channel["servers"]) == 1
        named = {part[1:-1] for part in channel["address"].split("/") if part.startswith("{")}
        assert named == set(channel.get("parameters", {}))
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert "$ref" in operation["channel"]
    for message in DOCUMENT["components"]["messages"].values():
        assert "payload" in message


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        resolve(reference, DOCUMENT)


def test_nothing_stands_there_unused() -> None:
    used = set(references(DOCUMENT))
    for kind in ("messages", "schemas"):
        for name in DOCUMENT["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, name


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_is_a_json_schema(schema: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[schema])


def test_every_topic_of_kafka_is_described_and_no_other() -> None:
    kafka = [c for c in DOCUMENT["channels"].values() if c["servers"][0]["$ref"].endswith("kafka")]
    assert len(KAFKA_TOPICS) == 6
    assert {channel["address"] for channel in kafka} == KAFKA_TOPICS


def test_every_topic_of_mqtt_is_described() -> None:
    mqtt = [c for c in DOCUMENT["channels"].values() if c["servers"][0]["$ref"].endswith("mqtt")]
    addresses = {channel["address"] for channel in mqtt}
    for kind in ("telemetry", "status", "command", "reply"):
        assert mqtt_topic("{district}", "{point}", "{device}", kind) in addresses
    settings = MqttSettings()
    assert {settings.dp_topic, settings.dr_topic} <= addresses
    assert settings.creq_prefix + "/{device}/{suffix}" in addresses


@pytest.mark.parametrize("kind", [WarningEvent, Health])
def test_a_message_has_the_schema_that_the_code_has(kind: type) -> None:
    written = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(kind)))
    for name, schema in written["$defs"].items():
        assert plain(SCHEMAS[name]) == plain(schema), name


@pytest.mark.parametrize("frame", [Readings, Features, States])
def test_a_frame_has_the_columns_that_the_code_writes(
    frame: type[Readings | Features | States],
) -> None:
    described = SCHEMAS[f"{frame.__name__}Frame"]["x-arrow-columns"]
    written = _empty(frame).to_arrow().schema
    assert list(described) == list(written.names)
    assert described == {field.name: str(field.type) for field in written}


def test_rejects_have_the_headers_that_the_code_writes() -> None:
    described = SCHEMAS["RejectHeaders"]
    headers = Reject.of("malformed", "not JSON", "t", b"{", 5).headers()
    written = {key: value.decode() for key, value in headers}
    assert set(described["properties"]) == set(described["required"]) == set(written)
    assert described["properties"]["reason"]["enum"] == [reason.value for reason in RejectReason]
    Draft7Validator(described).validate(written)


def test_a_warning_of_ours_validates_and_a_wrong_one_does_not() -> None:
    event = make_warning(
        point_id="500235010007",
        kind=WarningKind.RAISED,
        level=2,
        previous_level=0,
        event_ms=1000,
        sequence=1,
    )
    body = msgspec.json.decode(encode_warning(event))
    schema = {"$ref": "#/components/schemas/WarningEvent", "components": DOCUMENT["components"]}
    assert list(Draft7Validator(schema).iter_errors(body)) == []
    body["kind"] = "exploded"
    assert list(Draft7Validator(schema).iter_errors(body))


def test_a_reference_to_nowhere_is_noticed() -> None:
    broken = copy.deepcopy(DOCUMENT)
    del broken["components"]["schemas"]["Forecast"]
    with pytest.raises(KeyError):
        for reference in references(broken):
            resolve(reference, broken)


def _empty(frame: type[Readings | Features | States]) -> Readings | Features | States:
    numbers = {"flag": np.uint8, "level": np.uint8, "silent": np.uint8, "tests": np.uint32}
    text = {"point_id", "device_id", "channel", "dialect"}
    columns: dict[str, Any] = {}
    for name in (field.name for field in fields(frame)):
        dtype = np.int64 if name.endswith("_ms") else numbers.get(name, np.float64)
        columns[name] = Names.of([]) if name in text else np.array([], dtype)
    return frame(**columns)
