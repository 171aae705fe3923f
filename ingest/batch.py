"""Rows of many messages as Kafka records: frames of readings by partition, and rejects."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from domain.frames import Readings
from domain.rejects import Reject
from domain.topics import READINGS, REJECTS, partition_of
from ingest.kafka_sink import Record
from ingest.validate import Row

MAX_FRAME_ROWS = 16_384
"""Rows of a frame; at about 40 bytes a row before compression it fits into 1 MB."""


class Batch:
    """What a number of messages gave, put together in the order of the messages.

    Parameters
    ----------
    partitions
        Number of partitions of `geohazard.readings`.

    Examples
    --------
    >>> batch = Batch(partitions=1)
    >>> batch.add([("500235010007", "d1", "crack", 1000, 1500, 12.5, "senml")], None)
    >>> [[record.partition for record in turn] for turn in batch.turns()]
    [[0]]
    """

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._rows: defaultdict[int, list[Row]] = defaultdict(list)
        self.rejects: list[Reject] = []
        self.readings = 0
        self.frames = 0

    def add(self, rows: Iterable[Row], reject: Reject | None) -> None:
        """Add what one message gave."""
        for row in rows:
            self._rows[partition_of(row[0], self._partitions)].append(row)
            self.readings += 1
        if reject is not None:
            self.rejects.append(reject)

    def turns(self) -> Iterator[list[Record]]:
        """Give the records turn by turn; a turn has at most one frame for each partition."""
        rejects = [Record(REJECTS, 0, r.payload, r.headers()) for r in self.rejects]
        if rejects:
            yield rejects
        by_partition = [self._frames_of(number, rows) for number, rows in self._rows.items()]
        for turn in zip_longest(*by_partition):
            records = [record for record in turn if record is not None]
            self.frames += len(records)
            yield records

    def _frames_of(self, partition: int, rows: list[Row]) -> Iterator[Record]:
        for start in range(0, len(rows), MAX_FRAME_ROWS):
            frame = Readings.of_rows(rows[start : start + MAX_FRAME_ROWS])
            yield Record(READINGS, partition, frame.encode(), [])
