"""Decoders, one file a dialect, and the choice among them by MQTT topic.

A new dialect is a new file with a class like `ingest.decoders.base.Decoder`, and a line in
`Decoders.of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.settings import Settings
from ingest.decoders.base import Decoded, Decoder, Fault, RawReading
from ingest.decoders.dp import DpDecoder
from ingest.decoders.senml import SenmlDecoder

__all__ = ["Decoded", "Decoder", "Decoders", "DpDecoder", "Fault", "RawReading", "SenmlDecoder"]


@dataclass(frozen=True)
class Decoders:
    """Which decoder reads which topic.

    Attributes
    ----------
    telemetry
        Reads the ``…/telemetry`` topics of our own tree.
    by_topic
        Decoders of single topics.
    """

    telemetry: Decoder
    by_topic: Mapping[str, Decoder]

    @classmethod
    def of(cls, settings: Settings) -> "Decoders":
        """Make the decoders that the settings ask for."""
        dp = DpDecoder(settings.ingest.dp_acceleration_unit)
        return cls(SenmlDecoder(), MappingProxyType({settings.mqtt.dp_topic: dp}))

    def find(self, topic: str) -> Decoder | None:
        """Find the decoder of a topic; ``None`` if we read no such topic."""
        single = self.by_topic.get(topic)
        if single is not None:
            return single
        return self.telemetry if topic.endswith("/telemetry") else None
