"""What an error of InfluxDB means: wait and repeat, or never again."""

import json
import math
import re
from dataclasses import dataclass

from influxdb_client.rest import ApiException

from storage.base import StoreUnavailableError

_REFUSED = (400, 413, 422)
_LONGEST_RETRY_S = 300.0
_QUOTED_LINE = re.compile(r"unable to parse '.*'", re.DOTALL)
_MEANING = {
    0: "the TLS connection failed",
    401: "it refuses the token (401)",
    403: "the token may not write into the bucket (403)",
    404: "it knows no such bucket or organisation (404)",
    429: "it asks for patience (429)",
}


@dataclass(frozen=True)
class Refused:
    """The server will never take it; ``detail`` is its reason, without the line itself."""

    detail: str


def judge(error: ApiException) -> Refused | StoreUnavailableError:
    """Tell what is to be done.

    A refusal counts only if the server itself speaks (JSON); a proxy's page about a bad request
    says nothing of the lines. Only the size (413) may be judged by a proxy.
    """
    status = int(error.status or 0)
    reason = _reason(error)
    if status in _REFUSED and (reason is not None or status == 413):
        return Refused(f"InfluxDB {status}: {reason or 'too large'}")
    meaning = _MEANING.get(status, f"it answers {status}")
    return StoreUnavailableError(f"InfluxDB: {meaning}", _retry_after_s(error))


def _reason(error: ApiException) -> str | None:
    """Return the server's own words without the line that it quotes; ``None`` if not JSON."""
    try:
        body = json.loads(error.body or "")
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    text = str(body.get("message") or body.get("error") or "")
    return _QUOTED_LINE.sub("unable to parse", text)[:200]


def _retry_after_s(error: ApiException) -> float:
    """Seconds that the server asks for; a date instead of seconds counts as none."""
    try:
        seconds = float(error.retry_after or "")
    except ValueError:
        return 1.0
    return 1.0 if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_RETRY_S)
