"""The detector engines of the partitions that this worker owns.

An engine is made when the first frame of its partition arrives: from the last snapshot if there
is one. Frames that the snapshot already covers are recognised by their offset and skipped. A
snapshot of another release that this one cannot read is told in the log, and the state is learned
anew.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from detectors.snapshot import SnapshotError
from pipeline import checkpoint
from pipeline.checkpoint import Changelog
from pipeline.compression import compress, decompress

log = logging.getLogger(__name__)


class Snapshotting(Protocol):
    """What a partition's state must be able to do."""

    def snapshot(self) -> bytes:
        """Everything that the future depends on."""
        ...

    def restore(self, blob: bytes) -> None:
        """Become what was when the snapshot was taken."""
        ...


E = TypeVar("E", bound=Snapshotting)


@dataclass
class Partition(Generic[E]):
    """One owned partition.

    Attributes
    ----------
    offset
        Offset of the last frame that ``engine`` has taken in; -1 before the first.
    saved_offset
        The same of the last snapshot in Kafka.
    """

    number: int
    engine: E
    offset: int = -1
    saved_offset: int = -1


@dataclass
class Partitions(Generic[E]):
    """All owned partitions.

    Parameters
    ----------
    changelog
        Where snapshots live.
    make
        Makes an empty engine.
    """

    changelog: Changelog
    make: Callable[[], E]
    owned: dict[int, Partition[E]] = field(default_factory=dict)

    def get(self, number: int) -> Partition[E]:
        """Return a partition's state, recovered if this worker has just got it."""
        partition = self.owned.get(number)
        if partition is None:
            partition = self._recover(number)
            self.owned[number] = partition
        return partition

    def keep_only(self, numbers: Iterable[int]) -> None:
        """Forget partitions that went to another worker."""
        kept = set(numbers)
        for number in [n for n in self.owned if n not in kept]:
            del self.owned[number]

    async def save(self, partition: Partition[E]) -> None:
        """Write a snapshot of one partition if it has moved since the last."""
        if partition.offset == partition.saved_offset:
            return
        offset, blob = partition.offset, compress(partition.engine.snapshot())
        await checkpoint.save(self.changelog, partition.number, offset, blob)
        partition.saved_offset = offset

    def _recover(self, number: int) -> Partition[E]:
        engine = self.make()
        found = checkpoint.load(self.changelog, number)
        if found is None:
            return Partition(number, engine)
        offset, blob = found
        try:
            engine.restore(decompress(blob))
        except SnapshotError as error:
            log.warning("partition %d learns anew after offset %d: %s", number, offset, error)
            return Partition(number, self.make(), offset)
        log.info("partition %d resumes after offset %d", number, offset)
        return Partition(number, engine, offset, offset)
