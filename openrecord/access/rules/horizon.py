"""Until when an answer holds if nobody does anything: the next birthday, effective date, expiry or registration."""

from collections.abc import Iterable
from datetime import date, datetime

from openrecord.access.rules.viewers import ADULT, review_age
from openrecord.access.types import AccessFacts
from openrecord.kit.instants import from_micros
from openrecord.kit.london import birthday, midnight

FAR_FUTURE = from_micros(253_370_764_800_000_000)
"""The year 9999: nothing that is known will change the answer."""


def turning_days(facts: AccessFacts) -> Iterable[date]:
    """Every day at whose London midnight something about this patient's access may turn."""
    if facts.born is not None:
        ages = {ADULT, *(review_age(facts, viewer) for viewer in facts.viewers.values())}
        yield from (birthday(facts.born, age) for age in ages)
    for registration in facts.registrations:
        yield registration.start
        if registration.end is not None:
            yield registration.end
    for policy in facts.policies.values():
        if policy is not None and policy.go_live is not None:
            yield policy.go_live
    yield from (code.effective for code in facts.codes if code.effective is not None)
    for other in facts.beside:
        yield from (code.effective for code in other.codes if code.effective is not None)
    yield from (viewer.expires for viewer in facts.viewers.values() if viewer.expires is not None)


def has_turned(facts: AccessFacts, since: date | None, today: date) -> bool:
    """Whether a day after `since` (None: any day) and up to today may have turned something about this patient."""
    return any((since is None or since < day) and day <= today for day in turning_days(facts))


def valid_until(facts: AccessFacts, at: datetime) -> datetime:
    """The first instant after `at` at which any viewer's Sight of this patient may be another."""
    return min((midnight(day) for day in turning_days(facts) if midnight(day) > at), default=FAR_FUTURE)
