"""One question in InfluxQL, the one language that InfluxDB 1.8, 2.x and 3 share."""

import json
from typing import Any

import httpx

from domain.settings import InfluxSettings, secret_of
from storage.base import StoreUnavailableError

Columns = dict[str, list[Any]]
"""Columns over all series, tags included, each of equal length; ``time`` in milliseconds."""


def question(settings: InfluxSettings, text: str) -> dict[str, Any]:
    """Return what httpx needs to post a question to ``/query``."""
    token = secret_of(settings.token, settings.token_file)
    headers = {"Authorization": f"Token {token}"} if token else {}
    return {"data": {"db": settings.bucket, "q": text, "epoch": "ms"}, "headers": headers}


def unreachable(error: Exception) -> StoreUnavailableError:
    """Say that no answer came, without what the error may hold."""
    return StoreUnavailableError(f"InfluxDB cannot be asked: {type(error).__name__}")


def answer(reply: httpx.Response) -> Columns:
    """Read the answer.

    Raises
    ------
    StoreUnavailableError
        If it is a refusal, or none at all.
    """
    try:
        result = json.loads(reply.content)["results"][0] if reply.is_success else {}
    except (ValueError, LookupError) as error:
        raise unreachable(error) from error
    if not reply.is_success or "error" in result:
        msg = f"InfluxDB refuses the question: {result.get('error', reply.status_code)}"
        raise StoreUnavailableError(msg)
    return columns(result.get("series", []))


def columns(series: list[dict[str, Any]]) -> Columns:
    """Lay the series of an answer one after another.

    Examples
    --------
    >>> columns([{"tags": {"point": "p"}, "columns": ["time", "mm"], "values": [[0, 1.5], [1, 2]]}])
    {'time': [0, 1], 'mm': [1.5, 2], 'point': ['p', 'p']}
    """
    found: Columns = {"time": []}
    for one in series:
        values = list(zip(*one["values"], strict=True))
        for name, column in zip(one["columns"], values, strict=True):
            found.setdefault(name, []).extend(column)
        for tag, value in one.get("tags", {}).items():
            found.setdefault(tag, []).extend([value] * len(one["values"]))
    return found


class InfluxQuery:
    """Asks InfluxDB and waits for the answer.

    Parameters
    ----------
    settings
        Address, bucket (the database's name for InfluxQL) and token.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._client = httpx.Client(base_url=settings.url, timeout=settings.timeout_s)

    def __call__(self, text: str) -> Columns:
        """Return the answer to a question.

        Raises
        ------
        StoreUnavailableError
            If there is none now.
        """
        try:
            reply = self._client.post("/query", **question(self._settings, text))
        except httpx.HTTPError as error:
            raise unreachable(error) from error
        return answer(reply)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
