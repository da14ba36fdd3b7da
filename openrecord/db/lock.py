"""One writer at a time, across processes, for the embedded database.

Two processes that write starve each other even with BEGIN IMMEDIATE (measured: one commit in 5 s against 9,000), so
every write transaction holds the data folder's lock file. Waiting is fair enough: the kernel queues flock.
"""

import fcntl
import os
import threading
from pathlib import Path


class WriteLock:
    """A lock shared by all threads and processes that open the same file. Not re-entrant."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._descriptor: int | None = None
        self._pid = 0

    def acquire(self) -> None:
        """Wait until this thread alone may write."""
        self._thread_lock.acquire()
        try:
            if self._descriptor is None or self._pid != os.getpid():
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._pid = os.getpid()
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._thread_lock.release()
            raise

    def release(self) -> None:
        """Let the next writer in."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._thread_lock.release()


_locks: dict[Path, WriteLock] = {}
_registry_lock = threading.Lock()


def write_lock(database: Path) -> WriteLock:
    """The lock that guards `database` (a file beside it, ending in .lock)."""
    path = database.with_name(database.name + ".lock")
    with _registry_lock:
        return _locks.setdefault(path, WriteLock(path))
