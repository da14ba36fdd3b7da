"""What turns by date alone for somebody who acts for a patient, told ahead of the day (R24-R26, R28)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from openrecord.access.rules.viewers import ADULT, is_of_age, review_age, viewer_reasons
from openrecord.access.types import AccessFacts, Reason, Viewer, ViewerId, ViewerKind
from openrecord.kit.london import birthday, day_of, midnight
from openrecord.registry.types import OdsCode, Policy

_TURNS = frozenset({Reason.PROXY_AGE_REVIEW, Reason.PROXY_EXPIRED})
_OVER = _TURNS | {Reason.PROXY_REVOKED, Reason.PROXY_MOVED, Reason.DECEASED, Reason.UNKNOWN_INPUT}


class Turning(Enum):
    """What happens to somebody's access on a day: it is suspended for a review, or ends."""

    REVIEW = "review"
    SIXTEEN = "sixteen"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Turn:
    """`day`: the London day at whose beginning it happens."""

    what: Turning
    day: date


def next_turn(facts: AccessFacts, proxy: Viewer, at: datetime) -> Turn | None:
    """What the proxy's access comes to next if nobody does anything; None where it stays, or is over already.

    What a day in the past turned is over already, or was carried on.
    """
    if viewer_reasons(facts, proxy, at) & _OVER:
        return None
    days = set() if proxy.expires is None else {proxy.expires}
    if facts.born is not None:
        days |= {birthday(facts.born, age) for age in (ADULT, review_age(facts, proxy))}
    for day in sorted(days):
        found = viewer_reasons(facts, proxy, midnight(day)) & _TURNS
        if Reason.PROXY_EXPIRED in found:
            return Turn(Turning.EXPIRY, day)
        if found:
            grown = is_of_age(facts, ADULT, midnight(day))
            return Turn(Turning.SIXTEEN if grown else Turning.REVIEW, day)
    return None


def soon(facts: AccessFacts, proxy: Viewer, org: OdsCode | None, at: datetime) -> Turn | None:
    """The next turn, once it is as near as `org` wants turns of its kind to be told."""
    policy = None if org is None else facts.policies.get(org)
    turn = next_turn(facts, proxy, at)
    if policy is None or turn is None or turn.day > day_of(at) + timedelta(days=_notice(policy, turn.what)):
        return None
    return turn


def is_told(facts: AccessFacts, viewer: Viewer, turning: Collection[ViewerId], at: datetime) -> bool:
    """Whether a viewer is told ahead, now, that the access of one of these proxies turns: theirs, or one that acts for
    them; never where the practice has silenced it (R26).
    """
    named = (facts.viewers[one] for one in turning if one in facts.viewers)
    near = {one.viewer_id for one in named if soon(facts, one, one.listed_org, at) is not None}
    if viewer.kind is ViewerKind.PROXY:
        return viewer.viewer_id in near and not facts.silence.proxies
    return viewer.kind is ViewerKind.SELF and bool(near) and not facts.silence.patient


def _notice(policy: Policy, what: Turning) -> int:
    """How many days ahead a practice tells it."""
    match what:
        case Turning.REVIEW:
            return policy.notice_days
        case Turning.SIXTEEN:
            return policy.sixteen_notice_days
        case Turning.EXPIRY:
            return policy.expiry_notice_days
