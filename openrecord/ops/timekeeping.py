"""Whether this machine's clock can be believed: ages, release dates and ends of access turn by it."""

from datetime import datetime, timedelta

from openrecord.audit import queries as audit
from openrecord.ops.failure import CommandFailed

TOLERATED = timedelta(minutes=5)


def behind(at: datetime) -> timedelta | None:
    """By how much the clock lies before what was sealed already; None where it does not, or by little."""
    sealed = audit.last_sealed_at()
    return None if sealed is None or sealed - at <= TOLERATED else sealed - at


def require_clock(at: datetime) -> None:
    """Raises CommandFailed where the clock is behind: what has ended would be open again."""
    if (missing := behind(at)) is not None:
        raise CommandFailed(f"this machine's clock is {missing} behind what is on the trail: set it first")
