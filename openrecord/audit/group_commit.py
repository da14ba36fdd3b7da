"""Durable reads on SQLite: one writer thread a process, natural group commit.

While one flush is under way the next batch gathers; it is flushed as soon as the last flush ended. Every request
waits for its own flush, and a failed flush reaches every request in it. It may over-count, never under-count.
"""

import os
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

from openrecord.audit import reads_file, writers
from openrecord.audit.reads_table import SQLITE_INSERT_SQL, sqlite_row
from openrecord.audit.types import NotRecorded, Read
from openrecord.db.lock import write_lock
from openrecord.kit import ids

BATCH = 1000
PATIENCE_SECONDS = 60


class _Waiting:
    """One read and the request that waits for it; `done` is held until its flush has ended."""

    __slots__ = ("done", "error", "read", "row_id")

    def __init__(self, read: Read) -> None:
        self.read = read
        self.row_id = ids.time_ordered_id()
        self.error: Exception | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Flusher:
    """The writer of one file in this process."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.process = os.getpid()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._connection: Any = None
        self._writer = ids.time_ordered_id()
        self._sequence = 0
        self._thread = threading.Thread(target=self._run, name="read-audit", daemon=True)
        self._thread.start()

    def record(self, read: Read) -> UUID:
        """Write one read; returns its id once it is on the disk. Raises NotRecorded where that is not certain."""
        waiting = _Waiting(read)
        self._queue.put(waiting)
        if not waiting.done.acquire(timeout=PATIENCE_SECONDS):
            raise NotRecorded("the trail of reads did not answer in time")
        if waiting.error is not None:
            raise NotRecorded("the trail of reads could not be written") from waiting.error
        return waiting.row_id

    def close(self) -> None:
        """Flush what waits and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            last_round = self._gather(batch)
            error: Exception | None = None
            try:
                self._flush(batch)
            except Exception as raised:  # noqa: BLE001
                error = raised
                self._start_afresh()
            for waiting in batch:
                waiting.error = error
                waiting.done.release()
            if last_round:
                break
        self._disconnect()

    def _gather(self, batch: list[_Waiting]) -> bool:
        """Add all that waits already; True where the end was asked for."""
        while len(batch) < BATCH:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return False
            if waiting is None:
                return True
            batch.append(waiting)
        return False

    def _flush(self, batch: list[_Waiting]) -> None:
        if writers.is_stale(self._writer):
            self._start_afresh()
        if self._connection is None:
            self._connection = reads_file.open_file(self.file)
        rows = [
            sqlite_row(waiting.read, waiting.row_id, self._writer, sequence)
            for sequence, waiting in enumerate(batch, self._sequence + 1)
        ]
        lock = write_lock(self.file)
        lock.acquire()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(SQLITE_INSERT_SQL, rows)
            self._connection.execute("COMMIT")
        finally:
            lock.release()
        self._sequence += len(batch)

    def _start_afresh(self) -> None:
        """A new writer: whether a failed commit took place cannot be known, so its sequence is not gone on with."""
        self._disconnect()
        self._writer, self._sequence = ids.time_ordered_id(), 0

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_flusher: Flusher | None = None
_making = threading.Lock()


def flusher() -> Flusher:
    """This process's writer for the present data folder, started at its first use."""
    global _flusher
    current, file = _flusher, reads_file.path()
    if current is not None and current.file == file and current.process == os.getpid():
        return current
    with _making:
        if _flusher is None or _flusher.file != file or _flusher.process != os.getpid():
            _flusher = Flusher(file)
        return _flusher


def close() -> None:
    """End this process's writer, where there is one."""
    global _flusher
    with _making:
        if _flusher is not None and _flusher.process == os.getpid():
            _flusher.close()
        _flusher = None
