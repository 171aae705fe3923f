"""What the console's handlers share."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from console.acknowledging import Acknowledger
from console.figures import Figures
from console.model import Model
from console.sessions import Sessions
from storage.histories import History

STATIC = Path(__file__).parent / "static"


@dataclass
class Console:
    """What the handlers share.

    Attributes
    ----------
    history
        The record; ``None`` if none is configured.
    status
        CAP status: whether the data are real.
    borders
        Borders of the districts as gzipped JSON.
    secure
        Whether cookies are for TLS only.
    """

    model: Model
    figures: Figures
    history: History | None
    acknowledger: Acknowledger
    sessions: Sessions | None
    borders: bytes
    status: str
    secure: bool = False
    browsers: int = 0


CONSOLE: web.AppKey[Console] = web.AppKey("console", Console)
