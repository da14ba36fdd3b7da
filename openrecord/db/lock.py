"""One writer at a time, across processes, for the embedded database.

Two processes that write starve each other even with BEGIN IMMEDIATE (measured: one commit in 5 s against 9,000), so
every write transaction holds the data folder's lock file. Waiting is fair enough: the kernel queues flock. It has an
end: whoever holds the lock may have been stopped (Ctrl-Z), and then nobody would be served at all.
"""

import fcntl
import os
import threading
import time
from pathlib import Path

PATIENCE = 60.0
"""Seconds; no transaction of ours takes as long."""


class Busy(Exception):
    """Somebody else has been writing for longer than anybody waits."""


class WriteLock:
    """A lock shared by all threads and processes that open the same file. Not re-entrant."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._descriptor: int | None = None
        self._pid = 0

    def acquire(self) -> None:
        """Wait until this thread alone may write. Raises Busy."""
        began = time.monotonic()
        if not self._thread_lock.acquire(timeout=PATIENCE):
            raise Busy
        try:
            if self._descriptor is None or self._pid != os.getpid():
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._pid = os.getpid()
            self._queue(self._descriptor, began + PATIENCE - time.monotonic())
        except BaseException:
            self._thread_lock.release()
            raise

    def _queue(self, descriptor: int, seconds: float) -> None:
        """Take the lock at once, or wait for it in a thread, since flock itself knows no limit."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = _Waiting(descriptor)
            if not waiting.got_it(seconds):
                self._descriptor = None  # it is the waiting thread's now
                raise Busy from None

    def release(self) -> None:
        """Let the next writer in."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._thread_lock.release()


class _Waiting:
    """Stands in the kernel's queue. Where nobody waits any more when its turn comes, it closes the file, and the lock
    with it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._turn = threading.Event()
        self._deciding = threading.Lock()
        self._given_up = False
        threading.Thread(target=self._wait, name="write-lock", daemon=True).start()

    def _wait(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._deciding:
            self._turn.set()
            if self._given_up:
                os.close(self._descriptor)

    def got_it(self, seconds: float) -> bool:
        if self._turn.wait(max(0.0, seconds)):
            return True
        with self._deciding:
            self._given_up = not self._turn.is_set()
            return not self._given_up


_locks: dict[Path, WriteLock] = {}
_registry_lock = threading.Lock()


def write_lock(database: Path) -> WriteLock:
    """The lock that guards `database` (a file beside it, ending in .lock)."""
    path = database.with_name(database.name + ".lock")
    with _registry_lock:
        return _locks.setdefault(path, WriteLock(path))
