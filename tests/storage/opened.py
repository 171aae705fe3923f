"""An InfluxStore on a real engine."""

from pydantic import SecretStr

from domain.clock import ManualClock
from domain.settings import InfluxSettings
from storage.influx import InfluxStore
from tests.storage import builders as b
from tests.storage.servers import TOKEN, Gateway


def open_influx(gateway: Gateway, token: str = TOKEN, **more: object) -> InfluxStore:
    known = b.registry()
    settings = InfluxSettings(url=f"http://{gateway.address}", token=SecretStr(token), **more)  # type: ignore[arg-type]
    return InfluxStore(settings, lambda: known, partitions=2, clock=ManualClock(77))
