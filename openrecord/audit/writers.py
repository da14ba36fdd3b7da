"""Who writes the trail's rows: one random writer per connection, so that its sequence has no gaps.

One connection runs one transaction at a time, so the next sequence is the last committed one plus one, whatever was
rolled back before. A new connection, process or day begins a new writer; the sealer looks at recent writers only.
"""

import os
import threading
from uuid import UUID

from openrecord.kit import clock, ids
from openrecord.kit.instants import to_micros

DAY_MS = 86_400_000
_RANDOM_BITS = 80


class _Current(threading.local):
    connection: object = None
    process: int = 0
    writer: UUID | None = None


_current = _Current()


def milliseconds(time_ordered: UUID) -> int:
    """The time inside a UUIDv7, in milliseconds since 1970."""
    return time_ordered.int >> _RANDOM_BITS


def _now() -> int:
    return to_micros(clock.now()) // 1000


def since(days: int) -> UUID:
    """A UUID below every UUIDv7 made within the last `days` days."""
    return UUID(int=max(0, _now() - days * DAY_MS) << _RANDOM_BITS)


def is_stale(writer: UUID) -> bool:
    """Whether the writer is a day old and must make room for a new one."""
    return _now() - milliseconds(writer) >= DAY_MS


def writer_of(connection: object) -> UUID:
    """The writer of this thread's open database connection (the driver's own connection object)."""
    current = _current
    if (
        current.writer is None
        or current.connection is not connection
        or current.process != os.getpid()
        or is_stale(current.writer)
    ):
        current.connection, current.process, current.writer = connection, os.getpid(), ids.time_ordered_id()
    return current.writer
