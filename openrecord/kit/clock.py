"""The only place that reads the clock. Everything else takes `at=`."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Read time from `source` instead of the system (tests, simulations); None restores the system."""
    global _source
    _source = source or _system_time
