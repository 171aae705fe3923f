"""A real InfluxDB 1.x, and nginx before it that gives it InfluxDB 2's way of writing."""

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil

from tests.servers import Server, free_port

TOKEN = "a-token-of-the-tests"  # noqa: S105
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"

_INFLUX = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""

_NGINX = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 1m;
  map $arg_precision $v1_precision {{ default n; us u; ms ms; s s; }}
  server {{
    listen 127.0.0.1:{port};
    location = /api/v2/write {{
      if ($http_authorization != "Token {token}") {{
        return 401 '{{"code":"unauthorized","message":"unauthorized access"}}';
      }}
      if ($arg_bucket = busy) {{
        add_header Retry-After 7 always;
        return 429 '{{"code":"too many requests","message":"org over its limit"}}';
      }}
      if ($arg_bucket = page) {{ return 400 '<html>not for InfluxDB at all</html>'; }}
      {passed_on}
    }}
    location = /query {{
      if ($http_authorization != "Token {token}") {{ return 401; }}
      {asked}
    }}
  }}
}}
"""

_TO_VERSION_1 = """
      proxy_set_header Authorization "";
      proxy_pass http://127.0.0.1:{influx}/write?db=$arg_bucket&precision=$v1_precision;
"""
_TO_VERSION_2 = "proxy_pass http://127.0.0.1:{influx};"
_ASKED_1 = 'proxy_set_header Authorization ""; proxy_pass http://127.0.0.1:{influx};'


class Influx(Server):
    """InfluxDB 1.x without accounts; its data survive `stop` and `kill`."""

    name = "influxd"
    version = 1
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._config = folder / "influxdb.conf"
        text = _INFLUX.format(rpc=free_port(), port=self.port, folder=folder)
        self._config.write_text(text, encoding="utf-8")

    @staticmethod
    def program() -> str | None:
        """Find the binary; ``None`` if it is not installed."""
        return shutil.which("influxd", path=_PATH)

    def command(self) -> list[str]:
        """Run the server with its configuration file."""
        return [self.program() or "influxd", "run", "-config", str(self._config)]

    def query(self, text: str) -> list[dict[str, Any]]:
        """Ask in InfluxQL; returns the series with their tags, columns and values."""
        asked = urlencode({"db": "geohazard", "q": text, "epoch": "ns"}).encode()
        with urlopen(f"http://{self.address}/query", asked, timeout=10) as reply:
            result = json.load(reply)["results"][0]
        assert "error" not in result, result
        series: list[dict[str, Any]] = result.get("series", [])
        return series

    def timed(self, text: str) -> tuple[float, float]:
        """Ask as Grafana does; returns milliseconds until the whole answer came, and of CPU."""
        process = psutil.Process(self.pid)
        asked = urlencode({"db": "geohazard", "q": text, "epoch": "ms"}).encode()
        before, begun = process.cpu_times(), time.perf_counter()
        url = f"http://{self.address}/query"
        with urlopen(Request(url, asked, self.headers), timeout=60) as reply:
            answer = reply.read()
        spent, after = time.perf_counter() - begun, process.cpu_times()
        assert b'"error"' not in answer, answer[:500]
        cpu = after.user + after.system - before.user - before.system
        return spent * 1000.0, cpu * 1000.0

    def write(self, lines: str) -> None:
        """Write line protocol past the store."""
        with urlopen(f"http://{self.address}/write?db=geohazard", lines.encode(), timeout=60):
            return

    def rows(self, text: str) -> list[dict[str, Any]]:
        """Ask in InfluxQL; returns a dictionary for each row, tags included."""
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))}
            for series in self.query(text)
            for values in series["values"]
        ]


class Gateway(Server):
    """nginx that knows one token, and for InfluxDB 1 maps ``/api/v2/write`` to ``/write``.

    The bucket ``busy`` answers 429, the bucket ``page`` an HTML page with status 400.
    """

    name = "nginx"

    def __init__(self, folder: Path, influx: Influx) -> None:
        super().__init__(folder)
        self._config = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        passed_on = (_TO_VERSION_1 if influx.version == 1 else _TO_VERSION_2).format(
            influx=influx.port
        )
        asked = (_ASKED_1 if influx.version == 1 else _TO_VERSION_2).format(influx=influx.port)
        text = _NGINX.format(
            user=user,
            folder=folder,
            port=self.port,
            token=TOKEN,
            passed_on=passed_on,
            asked=asked,
        )
        self._config.write_text(text, encoding="utf-8")

    @staticmethod
    def program() -> str | None:
        """Find the binary; ``None`` if it is not installed."""
        return shutil.which("nginx", path=_PATH)

    def command(self) -> list[str]:
        """Run nginx in the foreground with its configuration file."""
        program = self.program() or "nginx"
        return [program, "-p", str(self.folder), "-c", str(self._config), "-e", "stderr"]
