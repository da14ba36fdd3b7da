"""Work on the database beside a browser.

Playwright keeps an event loop in the tests' thread, where Django hands out another connection than db.sql has: what
stores has a thread of its own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from openrecord.db import lean

T = TypeVar("T")


@contextmanager
def apart() -> Iterator[Callable[[Callable[[], T]], T]]:
    """A function that calls another in the one thread that stores."""
    from django.db import connections

    with ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda work: thread.submit(work).result()
        thread.submit(lean.close).result()
        thread.submit(connections.close_all).result()
