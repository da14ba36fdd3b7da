"""The patient's own word on their access: what a wish does, and what is open apart from it (R6-R8, R39).

What is chosen on our own pages can be taken back there. What the practice was told is taken back at the practice alone:
whoever makes a patient hand over their device cannot undo a call to the surgery, nor see that there was one.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from openrecord.access import events
from openrecord.access.rules.codes import is_declined, winner
from openrecord.access.rules.sight import SightContext
from openrecord.access.rules.viewers import viewer_reasons
from openrecord.access.rules.windows import is_registered, window_start
from openrecord.access.types import NOTHING_CHOSEN, AccessFacts, Method, Reason, ReviewCode, Viewer, Wish
from openrecord.clinical.kinds import Level
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode

CHOSEN = (Level.SUMMARY, Level.DETAILED, Level.DOCUMENTS)
"""The levels to which somebody may lower their access; no access at all is a pause or a decline."""


class Why(Enum):
    """Why nothing is open, as far as a patient is told (R5, R8). Whatever could hint at a person is NOT_GIVEN.

    Of a part of the record alone: NOT_OFFERED (by the practice, to anybody), LEVEL (whoever set it); CHOSEN: by
    themselves on our own pages.
    """

    NOT_ENABLED = "not-enabled"
    UNAVAILABLE = "unavailable"
    TOO_YOUNG = "too-young"
    NOT_GIVEN = "not-given"
    NOT_OFFERED = "not-offered"
    LEVEL = "level"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Opening:
    """What one practice has open for the patient.

    `given`: the level apart from what was chosen on our own pages; `level`: with it. `since`: the first day whose
    entries count as current, None where nothing is given. `why`: where nothing is given.
    """

    org: OdsCode
    given: Level
    level: Level
    since: date | None
    why: Why | None


def act_of(wish: Wish, *, method: Method, at: datetime, code: UUID, level: Level) -> events.AnyAct:
    """The act that a wish is. `level`: of LOWER alone; `code`: the identity of the 103 that DECLINE records."""
    match wish:
        case Wish.PAUSE:
            return events.Paused(method=method)
        case Wish.RESUME:
            return events.Resumed(method=method)
        case Wish.LOWER:
            return events.Lowered(level=int(level), method=method)
        case Wish.RAISE:
            return events.Raised(method=method)
        case Wish.DECLINE:
            declined = ReviewCode.DECLINED.value
            return events.CodeArrived(entry=code, code=declined, effective=day_of(at), recorded=at, method=method)
        case Wish.RETURN:
            return events.DeclineReversed(recorded=at, method=method)


def taken_back(facts: AccessFacts, wish: Wish, at: datetime) -> AccessFacts:
    """The facts once the patient has taken something back (RESUME, RAISE or RETURN), wherever they said it."""
    match wish:
        case Wish.RESUME:
            return replace(facts, paused=False, online=replace(facts.online, paused=False))
        case Wish.RAISE:
            return replace(facts, lowered=None, online=replace(facts.online, lowered=None))
        case Wish.RETURN:
            beside = tuple(taken_back(other, wish, at) for other in facts.beside)
            return replace(facts, undeclined=(*facts.undeclined, at), beside=beside)
    return facts


def apart_from_online(facts: AccessFacts) -> AccessFacts:
    """The facts as if nothing had been chosen on our own pages."""
    return replace(
        facts,
        online=NOTHING_CHOSEN,
        codes=tuple(code for code in facts.codes if not code.online),
        beside=tuple(apart_from_online(other) for other in facts.beside),
    )


def has_declined_online(facts: AccessFacts) -> bool:
    """Whether the patient declined on our own pages and has not taken it back."""
    online = replace(facts, codes=tuple(code for code in facts.codes if code.online), beside=())
    return is_declined(online) or any(has_declined_online(other) for other in facts.beside)


def openings(facts: AccessFacts, viewer: Viewer, at: datetime, channel: str) -> tuple[Opening, ...]:
    """What every practice where the patient is registered now has open for this viewer on a channel, by its code."""
    apart = apart_from_online(facts)
    given, chosen = (SightContext(known, viewer, at, channel) for known in (apart, facts))
    practices = sorted({stay.ods for stay in facts.registrations if is_registered(facts, stay.ods, at)})
    found = []
    for org in practices:
        level = given.level(org)
        why = why_closed(apart, viewer, given, org, at) if level is Level.NONE else None
        since = window_start(facts, org, at) if why is None else None
        found.append(Opening(org, level, chosen.level(org), since, why))
    return tuple(found)


def why_closed(facts: AccessFacts, viewer: Viewer, context: SightContext, org: OdsCode, at: datetime) -> Why:
    """Why a practice has nothing open for a viewer. `facts`: apart from what was chosen on our own pages."""
    organisation = context.closing(org)
    if Reason.CLOSED in organisation:
        return Why.UNAVAILABLE
    if organisation or facts.policies.get(org) is None:
        return Why.NOT_ENABLED
    return Why.TOO_YOUNG if Reason.UNDER_16 in viewer_reasons(facts, viewer, at) else Why.NOT_GIVEN


def offers_lookers(facts: AccessFacts, viewer: Viewer, at: datetime, channel: str) -> bool:
    """Whether the patient may see who looked at their record (R20).

    Only where a practice that gives them something offers it, and never to somebody who may be watched: a standing 104,
    a protected address. Both look as if the practice did not offer it.
    """
    winners = [winner(known.codes, at) for known in (facts, *facts.beside)]
    watched = any(code is not None and code.code is ReviewCode.ENHANCED_REVIEW for code in winners)
    if watched or facts.address_flagged:
        return False
    open_at = [opening.org for opening in openings(facts, viewer, at, channel) if opening.given is not Level.NONE]
    policies = [facts.policies.get(org) for org in open_at]
    return any(policy is not None and policy.lookers_offered for policy in policies)
