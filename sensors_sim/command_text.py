"""Commands as they come over MQTT: ``$cmd=…`` of the universal-device protocol, or JSON.

Whatever may publish on a command topic may send anything, so a command is small, plain and known in
form before anybody looks at what it asks for.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

MAX_BYTES = 4_096
_MAX_FIELDS = 32
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_ECHOED = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")


class Command(msgspec.Struct, frozen=True):
    """One command.

    Attributes
    ----------
    name
        What it asks for.
    fields
        Its other parameters, as text.
    """

    name: str
    fields: Mapping[str, str]

    @property
    def msgid(self) -> str | None:
        """Its message id, by which a repetition is known; ``None`` if it has none that is safe."""
        return self.echo("msgid")

    def echo(self, name: str) -> str | None:
        """Return a parameter that a reply may repeat: 1 to 64 plain characters; else ``None``."""
        value = self.fields.get(name, "")
        return value if _ECHOED.fullmatch(value) else None


def read_dollar(payload: bytes) -> Command | None:
    r"""Take a command of the universal-device protocol apart; ``None`` if it is none.

    Examples
    --------
    >>> read_dollar(b"$cmd=sample&sensor_id=L1_LF_1&msgid=7")
    Command(name='sample', fields={'sensor_id': 'L1_LF_1', 'msgid': '7'})
    >>> read_dollar(b"$cmd=") is read_dollar(b"cmd=sample") is read_dollar(b"\xff") is None
    True
    >>> read_dollar(b"$cmd=sample%0a") is read_dollar(b"$cmd=sample&msgid=7%0a").msgid is None
    True
    """
    if len(payload) > MAX_BYTES or not payload.startswith(b"$cmd="):
        return None
    try:
        text = payload[1:].decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return None
    return _command(dict(pairs))


def read_json(payload: bytes) -> Command | None:
    """Take a command to a SenML device apart: a flat JSON object; ``None`` if it is none.

    Examples
    --------
    >>> read_json(b'{"cmd": "setsensortime", "sample_intv": 60, "msgid": "7"}')
    Command(name='setsensortime', fields={'sample_intv': '60', 'msgid': '7'})
    >>> read_json(b'{"cmd": ["sample"]}') is None
    True
    """
    if len(payload) > MAX_BYTES:
        return None
    try:
        values = msgspec.json.decode(payload, type=dict[str, str | int | float | bool])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _command({name: str(value) for name, value in values.items()})


def _command(fields: dict[str, str]) -> Command | None:
    name = fields.pop("cmd", "")
    known = len(fields) <= _MAX_FIELDS and all(_NAME.fullmatch(key) for key in fields)
    return Command(name, fields) if _NAME.fullmatch(name) and known else None


def write_dollar(command: Command, answer: Mapping[str, str], *, done: bool) -> bytes:
    """Write the reply of a device of the universal-device protocol.

    Examples
    --------
    >>> write_dollar(Command("sample", {"msgid": "7", "apikey": "k"}), {}, done=True)
    b'$cmd=sample&result=succ&apikey=k&msgid=7'
    """
    echoed = {name: command.echo(name) for name in ("apikey", "msgid")}
    parts = {"cmd": command.name, "result": "succ" if done else "fail"} | dict(answer)
    parts |= {name: value for name, value in echoed.items() if value is not None}
    return ("$" + "&".join(f"{name}={value}" for name, value in parts.items())).encode()


def write_json(command: Command, answer: Mapping[str, str], *, done: bool) -> bytes:
    """Write the reply of a SenML device.

    Examples
    --------
    >>> write_json(Command("sample", {"msgid": "7"}), {"at": "now"}, done=False)
    b'{"cmd":"sample","result":"fail","at":"now","msgid":"7"}'
    """
    parts = {"cmd": command.name, "result": "succ" if done else "fail"} | dict(answer)
    if command.msgid is not None:
        parts["msgid"] = command.msgid
    return msgspec.json.encode(parts)
