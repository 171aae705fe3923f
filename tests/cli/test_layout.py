"""The settings that an embedded run writes are the settings that its processes read."""

import socket
import stat
from pathlib import Path

import pytest
import typer

from cli.durations import seconds
from cli.embedded.layout import make_layout
from cli.embedded.ports import free_port
from cli.embedded.sockets import socket_folder
from domain.settings import load_settings, secret_of


def test_settings_written_are_settings_read(tmp_path: Path) -> None:
    root = tmp_path / "a folder with 'quotes', 100% and 中文"
    root.mkdir()
    layout = make_layout(root, root)
    settings = load_settings(layout.config, environ={})
    assert settings.registry == layout.registry
    assert settings.mqtt.port == layout.mqtt_port
    assert settings.mqtt.dp_topic == "dp"
    assert settings.store.path == layout.record
    (receiver,) = settings.alerts.receivers
    secret = secret_of(receiver.secret, receiver.secret_file)
    assert secret is not None
    assert secret.startswith("whsec_")


def test_the_secret_is_for_the_owner_alone(tmp_path: Path) -> None:
    layout = make_layout(tmp_path, tmp_path)
    assert stat.S_IMODE(layout.secret.stat().st_mode) == 0o600
    assert layout.secret.read_text(encoding="utf-8") not in layout.config.read_text("utf-8")


def test_a_taken_port_is_not_chosen() -> None:

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert free_port(taken.getsockname()[1]) != taken.getsockname()[1]


@pytest.mark.parametrize("text", ["", "0", "-5s", "ten", "5 weeks", "1e3"])
def test_durations_that_are_none(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)


@pytest.mark.parametrize("length", range(1, 120, 3))
def test_sockets_can_be_bound_however_deep_the_folders(
    tmp_path: Path, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / ("d" * length)
    root.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root))
    with socket_folder(root) as folder:
        for name in ("store.sock", "supervisor.sock.4194304"):
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(str(folder / name))
        assert folder == root or stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder == root or not folder.exists()
