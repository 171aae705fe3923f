"""docker-compose.yml: valid, complete, closed to the outside, and in step with the settings."""

import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from domain.settings import Settings, load_settings
from tests.deploy import compose
from tests.deploy.compose import ROOT

SERVICES = compose.services()
ROLES = ("ingest", "detect", "store", "notify")
ONE_SHOT = {"registry"}
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET")


def _schema() -> dict[str, Any]:
    spec = find_spec("check_jsonschema")
    if spec is None or spec.origin is None:
        pytest.skip("check-jsonschema, which carries the compose schema, is not installed")
    path = Path(spec.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _problems(document: dict[str, Any]) -> list[str]:
    errors = Draft7Validator(_schema()).iter_errors(document)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors]


def _settings(name: str) -> Settings:
    """Load the settings of a role as its container would see them."""
    environ = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    mounts = dict(v.split(":")[1::-1] for v in SERVICES[name]["volumes"])
    environ["GEOHAZARD_CONFIG"] = str(ROOT / mounts[environ["GEOHAZARD_CONFIG"]])
    return load_settings(environ=environ)


def test_the_file_follows_the_compose_schema() -> None:
    assert _problems(compose.raw()) == []


def test_the_schema_refuses_what_is_wrong() -> None:
    broken = json.loads(json.dumps(compose.raw()))
    broken["services"]["kafka"]["restrat"] = "always"
    assert any("restrat" in problem for problem in _problems(broken))


def test_docker_compose_itself_accepts_it(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    plugin = [docker or "docker", "compose"]
    version = (
        subprocess.run([*plugin, "version"], capture_output=True, check=False) if docker else None
    )
    if version is None or version.returncode != 0:
        pytest.skip("docker compose is not installed")
    env_file = tmp_path / "env"
    shutil.copy(compose.EXAMPLE, env_file)
    command = [*plugin, "-f", str(compose.FILE), "--env-file", str(env_file), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_path_exists() -> None:
    assert compose.missing_paths(ROOT, SERVICES) == []


def test_a_missing_path_is_noticed(tmp_path: Path) -> None:
    services = {"x": {"volumes": ["./gone.toml:/x:ro", "named:/y"], "build": {"context": "."}}}
    assert compose.missing_paths(tmp_path, services) == ["./gone.toml", "Dockerfile"]


def test_named_volumes_and_networks_are_declared() -> None:
    for name, service in SERVICES.items():
        named = {v.split(":")[0] for v in service.get("volumes", []) if not v.startswith("./")}
        assert named <= set(compose.raw()["volumes"]), name
        assert set(service.get("networks", [])) <= set(compose.raw()["networks"]), name


def test_every_variable_is_in_the_example_and_none_is_idle() -> None:
    assert compose.variables() == set(compose.example())


def test_secrets_have_no_default_and_no_value_in_the_example() -> None:
    text = compose.FILE.read_text(encoding="utf-8")
    secrets = {name for name in compose.variables() if SECRET.search(name)}
    assert secrets
    for name in secrets:
        assert f"${{{name}:-" not in text
        assert compose.example()[name].endswith("change-me")


@pytest.mark.parametrize("name", [*ROLES, "console", "simulator"])
def test_settings_are_known_and_lead_to_the_right_servers(name: str) -> None:
    settings = _settings(name)
    assert settings.kafka.bootstrap == "kafka:9092"
    assert (settings.mqtt.host, settings.mqtt.port) == ("mosquitto", 1884)
    assert settings.store.kind == "influxdb"


def test_each_role_holds_only_its_own_secrets() -> None:
    def held(name: str) -> set[str]:
        return {key for key in SERVICES[name]["environment"] if SECRET.search(key)}

    assert held("ingest") == {"GEOHAZARD_MQTT__PASSWORD"}
    assert held("simulator") == {"GEOHAZARD_MQTT__PASSWORD"}
    assert held("store") == {"GEOHAZARD_INFLUX__TOKEN"}
    assert held("console") == {"GEOHAZARD_INFLUX__TOKEN", "GEOHAZARD_CONSOLE__PASSWORD"}
    assert held("detect") == set()
    # That of its webhooks is inside GEOHAZARD_ALERTS__RECEIVERS.
    assert held("notify") == {"GEOHAZARD_MQTT__PASSWORD"}
    secret = _settings("notify").alerts.receivers[0].secret
    assert secret is not None
    assert secret.get_secret_value() == compose.example()["WEBHOOK_SECRET"]


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        tag = service["image"].rpartition(":")[2]
        assert re.fullmatch(r"\d+\.\d+\.\d+", tag), name
    base = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    assert all(re.search(r":\d+\.\d+\.\d+-", image) for image in base)
    assert len(set(base)) == 1


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert "privileged" not in service
    # Apache Kafka's start script writes its configuration below /opt/kafka.
    assert service.get("read_only", False) is (name != "kafka")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_every_server_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert "stop_grace_period" in service


def test_dependencies_wait_for_the_right_thing() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            wanted = "completed_successfully" if other in ONE_SHOT else "healthy"
            assert how["condition"] == f"service_{wanted}", (name, other)


def test_detect_scales() -> None:
    detect = SERVICES["detect"]
    assert "container_name" not in detect
    assert "ports" not in detect
    assert "GEOHAZARD_INSTANCE" not in detect["environment"]  # the entry point takes the host name
    # Nothing that two instances could write at once:
    assert all(volume.endswith(":ro") for volume in detect["volumes"])


def test_a_dependent_shares_a_network_with_what_it_calls() -> None:
    for name, service in SERVICES.items():
        for other in set(service.get("depends_on", {})) - ONE_SHOT - {"ingest"}:
            assert set(service["networks"]) & set(SERVICES[other]["networks"]), (name, other)


def test_grafana_is_provisioned_with_the_store() -> None:
    text = (ROOT / "dashboards/grafana/provisioning/datasources/influxdb.yaml").read_text()
    assert f"url: {_settings('store').influx.url}" in text
    assert f"dbName: {_settings('store').influx.bucket}" in text
    assert "${INFLUX_TOKEN}" in text


def test_the_image_takes_every_package_and_nothing_secret() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    packages = re.search(r"^packages = (\[.*\])$", (ROOT / "pyproject.toml").read_text(), re.M)
    assert packages is not None
    for package in {name.split(".")[0] for name in json.loads(packages[1])}:
        assert f"COPY {package} {package}\n" in dockerfile
        assert f"!{package}" in ignore
    assert ignore[1] == "*"
    assert not any(".env" in line for line in ignore)
    assert re.search(r"^USER 10001:10001$", dockerfile, re.M)


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda p: p.name)
def test_scripts_are_sound(script: Path) -> None:
    assert os.access(script, os.X_OK)
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
