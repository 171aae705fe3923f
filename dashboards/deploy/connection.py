"""grafana-client, with every failure as one sentence."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from dashboards.deploy.options import DeployError, Options

KEEP_EDITABLE = {"X-Disable-Provenance": "true"}
"""What is deployed stays editable in Grafana's own pages."""


class Connection:
    """Talks to one Grafana.

    Raises
    ------
    DeployError
        If grafana-client is not installed or the address is not one to send a token to.
    """

    def __init__(self, options: Options) -> None:
        self.url = options.url.rstrip("/")
        _check_address(self.url, plain_http=options.plain_http)
        try:
            from grafana_client import GrafanaApi, TokenAuth  # noqa: PLC0415
            from grafana_client.client import GrafanaException  # noqa: PLC0415
        except ImportError:
            msg = "deploying needs grafana-client: pip install 'geohazard[grafana]'"
            raise DeployError(msg) from None
        self._error: type[Exception] = GrafanaException
        credential = TokenAuth(options.token)
        api = GrafanaApi.from_url(self.url, credential=credential, timeout=options.timeout_s)
        self._client = api.client

    def get(self, path: str) -> Any:
        """Read; ``None`` if there is nothing of that name."""
        try:
            return self._call("GET", path)
        except NotFoundError:
            return None

    def send(self, method: str, path: str, body: Any = None, *, editable: bool = False) -> Any:
        """Write."""
        return self._call(method, path, body, KEEP_EDITABLE if editable else None)

    def _call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        try:
            call = getattr(self._client, method)
            return call(path, json=body, headers=headers, accept_empty_json=True)
        except self._error as error:
            raise self._meaning(error, method, path) from None
        except OSError as error:
            msg = f"Grafana at {self.url} cannot be reached: {type(error).__name__}"
            raise DeployError(msg) from None
        except ValueError:
            msg = f"{self.url} does not answer as Grafana does: is it the right address?"
            raise DeployError(msg) from None

    def _meaning(self, error: Exception, method: str, path: str) -> DeployError:
        status = int(getattr(error, "status_code", 0) or 0)
        if status == 0:
            return DeployError(
                f"Grafana at {self.url} cannot be reached: it did not answer in time"
            )
        if status == 401:
            return RefusedError(f"Grafana at {self.url} refuses the token (401)")
        if status == 403:
            return RefusedError(f"the token has not the right to {method} {path} (403)")
        if status == 404:
            return NotFoundError(f"Grafana knows no {path} (404)")
        if status in (502, 503, 504):
            return DeployError(f"Grafana at {self.url} cannot be reached: {status}")
        said = re.sub(r"\s+", " ", str(getattr(error, "message", "")))[:200]
        kind = RefusedError if status < 500 else DeployError
        return kind(f"Grafana refuses {method} {path}: {said}")


class RefusedError(DeployError):
    """Grafana has answered that it will not: what was asked is certainly not done."""


class NotFoundError(RefusedError):
    """There is nothing of that name."""


def _check_address(url: str, *, plain_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{url!r} is no address of a Grafana: it must begin with https:// or http://"
        raise DeployError(msg)
    if parts.username or parts.password:
        msg = "the address must hold no account: put a service account's token into a file"
        raise DeployError(msg)
    if parts.scheme == "http" and not plain_http and not _is_loopback(parts.hostname):
        msg = f"{url} would send the token unencrypted: use https://, or say --plain-http"
        raise DeployError(msg)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
