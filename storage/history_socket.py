"""Questions to the embedded store from another process, over a Unix socket in the run's folder.

DuckDB lets no second process open a file that is being written, so the store's own process answers
(`pipeline.store_queries`). Only its own user can open the socket.
"""

from pathlib import Path
from typing import TypeVar

import httpx
import msgspec

from domain.warnings import WarningEvent
from storage.base import StoreUnavailableError
from storage.histories import LatestStates, PointHistory, Produced

T = TypeVar("T")
TIMEOUT_S = 10.0


class SocketHistory:
    """Asks the store's process.

    Parameters
    ----------
    path
        The socket; it may come and go with the store.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client = httpx.AsyncClient(
            base_url="http://store",
            transport=httpx.AsyncHTTPTransport(uds=str(path)),
            timeout=TIMEOUT_S,
        )

    async def point(self, point_id: str, start_ms: int, end_ms: int) -> PointHistory:
        """Return a point's history with ``start_ms <= event time < end_ms``."""
        params = {"point": point_id, "start_ms": str(start_ms), "end_ms": str(end_ms)}
        return await self._ask("/point", PointHistory, params)

    async def latest_states(self) -> LatestStates:
        """Return the latest state of every point."""
        return await self._ask("/states", LatestStates)

    async def warnings(self, limit: int, *, silence: bool = False) -> list[Produced]:
        """Return the last changes of level, or the last of silence and return; newest first."""
        params = {"limit": str(limit), "silence": str(int(silence))}
        return await self._ask("/warnings", list[Produced], params)

    async def warnings_of(self, beginning: str) -> list[WarningEvent]:
        """Return warnings whose id begins so, however old: some, if there are many."""
        return await self._ask("/warning", list[WarningEvent], {"id": beginning})

    async def rejects(self) -> dict[str, int]:
        """Count the rejects that are held, by reason."""
        return await self._ask("/rejects", dict[str, int])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, path: str, kind: type[T], params: dict[str, str] | None = None) -> T:
        try:
            reply = await self._client.get(path, params=params)
        except httpx.HTTPError as error:
            msg = f"the store does not answer: {type(error).__name__}"
            raise StoreUnavailableError(msg) from error
        if not reply.is_success:
            msg = f"the store cannot answer now: {reply.text[:200]}"
            raise StoreUnavailableError(msg)
        return msgspec.json.decode(reply.content, type=kind)
