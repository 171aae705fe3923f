"""The embedded store: one DuckDB file, one writing process.

Readings are kept exactly once and never changed. Every call is one transaction: after a power cut
or SIGKILL the file holds the calls that returned, whole, and opens again by itself.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from domain.clock import Clock, SystemClock
from domain.frames import Features, Readings, States
from domain.health import Health
from domain.rejects import Reject
from domain.warnings import WarningEvent
from storage import journal, retention
from storage.base import StoreUnavailableError, Written
from storage.record import Record
from storage.schema import connect

_UNAVAILABLE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)


class DuckStore:
    """Keeps the record in a DuckDB file.

    Parameters
    ----------
    path
        The file; made with its folder if absent. Spill files go to ``<path>.tmp`` beside it.
    memory_mb
        What DuckDB may use for its buffers, in MiB.
    retention_h
        Hours for which rows are kept (`storage.retention`).
    clock
        Tells when a row was stored.

    Raises
    ------
    StoreUnavailableError
        If another process holds the file.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = DuckStore(Path(folder.name) / "record.duckdb")
    >>> frame = Readings.of_rows([("500235010007", "d1", "crack", 1000, 1500, 12.5, "senml")])
    >>> store.write_readings([frame, frame])
    Written(rows=1, duplicates=1, rejects=())
    >>> store.close(); folder.cleanup()
    """

    def __init__(
        self,
        path: Path,
        *,
        memory_mb: int = 200,
        retention_h: float = 720.0,
        clock: Clock | None = None,
    ) -> None:
        self.path = path
        self._memory_mb = memory_mb
        self._retention_h = retention_h
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._swept_ms = 0
        self._closed = False
        self._record: Record | None = self._open()

    def write_readings(self, frames: Sequence[Readings]) -> Written:
        """Keep readings; the first value for a series and event time stands."""
        return self._commit(lambda record, now_ms: record.add_readings(frames, now_ms))

    def write_features(self, frames: Sequence[Features]) -> Written:
        """Keep features; the first row for a series and event time stands."""
        return self._commit(lambda record, now_ms: record.add_features(frames, now_ms))

    def write_states(self, frames: Sequence[States]) -> Written:
        """Keep states; the last row for a point and event time stands."""
        return self._commit(lambda record, now_ms: record.add_states(frames, now_ms))

    def write_warnings(self, events: Sequence[tuple[WarningEvent, int]]) -> Written:
        """Keep warnings, each with the earliest wall clock (ms) at which it was produced."""
        return self._journal(len(events), lambda con, _: journal.add_warnings(con, events))

    def write_rejects(self, rejects: Sequence[Reject]) -> Written:
        """Keep rejects with the beginning of their payload."""
        return self._journal(len(rejects), lambda con, ms: journal.add_rejects(con, rejects, ms))

    def write_health(self, healths: Sequence[Health]) -> Written:
        """Keep what the processes say of themselves."""
        return self._journal(len(healths), lambda con, ms: journal.add_health(con, healths, ms))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a connection for `storage.history` in another thread; the caller closes it.

        Raises
        ------
        StoreUnavailableError
            If the store is closed or in trouble.
        """
        record = self._record
        if record is None:
            msg = f"the store {self.path} is not open"
            raise StoreUnavailableError(msg)
        return record.con.cursor()

    def close(self) -> None:
        """Write everything into the file and let go of it."""
        with self._lock:
            self._closed = True
            self._drop()

    def _open(self) -> Record:
        if self._closed:
            msg = f"the store {self.path} is closed"
            raise RuntimeError(msg)
        return Record(connect(self.path, memory_mb=self._memory_mb))

    def _journal(self, rows: int, add: Callable[[duckdb.DuckDBPyConnection, int], int]) -> Written:
        if not rows:
            return Written()

        def act(record: Record, now_ms: int) -> Written:
            new = add(record.con, now_ms)
            return Written(new, rows - new)

        return self._commit(act)

    def _commit(self, act: Callable[[Record, int], Written]) -> Written:
        """Do it in one transaction; after any failure the file is opened afresh."""
        with self._lock:
            try:
                record = self._record = self._record or self._open()
                now_ms = self._clock.now_ms()
                record.con.begin()
                written = act(record, now_ms)
                self._sweep(record.con, now_ms)
                record.con.commit()
            except _UNAVAILABLE as error:
                self._drop()
                msg = f"the store {self.path} fails: {str(error).splitlines()[0]}"
                raise StoreUnavailableError(msg) from error
            except BaseException:
                self._drop()
                raise
            return written

    def _sweep(self, con: duckdb.DuckDBPyConnection, now_ms: int) -> None:
        if now_ms - self._swept_ms >= retention.SWEEP_MS:
            dropped = retention.sweep(con, now_ms, self._retention_h)
            journal.count(con, {f"{table}.expired": rows for table, rows in dropped.items()})
            self._swept_ms = now_ms

    def _drop(self) -> None:
        record, self._record = self._record, None
        if record is not None:
            record.con.close()
