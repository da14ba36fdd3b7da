"""When people are told: never in the quiet hours, once a day where they want it so, again after a failure. Pure."""

from datetime import datetime, time, timedelta

from openrecord.kit.london import LONDON, day_of
from openrecord.notify.types import Pace

QUIET_FROM, QUIET_UNTIL = time(22), time(6)
"""No message in these hours, as clocks in London show them (R17)."""

DAILY_AT = time(8)
LEASE = timedelta(minutes=5)
"""A message whose sending was begun and not ended is begun again after this time."""

MOST_DEVICES = 10
"""So many browsers of one viewer get messages; one more takes the place of the oldest."""

_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
ATTEMPTS = len(_WAITS) + 1
ASK_FOR = timedelta(days=3)
"""For so long a carrier is asked what became of a message: GOV.UK Notify tries for 72 hours."""


def _at(instant: datetime, clock: time, *, days: int = 0) -> datetime:
    return datetime.combine(day_of(instant) + timedelta(days=days), clock, LONDON).astimezone(instant.tzinfo)


def after_quiet(instant: datetime) -> datetime:
    """The first instant from this one on at which a message may be sent."""
    clock = instant.astimezone(LONDON).time()
    if clock < QUIET_UNTIL:
        return _at(instant, QUIET_UNTIL)
    if clock >= QUIET_FROM:
        return _at(instant, QUIET_UNTIL, days=1)
    return instant


def lives_until(instant: datetime) -> datetime:
    """When the next quiet hours begin: what has not arrived by then must not arrive in the night (R17)."""
    tonight = _at(instant, QUIET_FROM)
    return tonight if instant < tonight else _at(instant, QUIET_FROM, days=1)


def first_at(instant: datetime, pace: Pace) -> datetime:
    """When news of this instant are told. Raises ValueError where they are not to be told."""
    if pace is Pace.OFF:
        raise ValueError("nobody is told who does not want to be")
    if pace is Pace.AT_ONCE:
        return after_quiet(instant)
    today = _at(instant, DAILY_AT)
    return today if instant <= today else _at(instant, DAILY_AT, days=1)


def again_at(instant: datetime, attempts: int) -> datetime | None:
    """When sending is tried again after so many attempts; None = it is given up."""
    return None if attempts >= ATTEMPTS else after_quiet(instant + _WAITS[attempts - 1])
