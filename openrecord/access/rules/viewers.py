"""What speaks about the viewer, whatever the entry: age, death, decline, proxy reviews, revocation (R21-R29, R43).

Source: decision-cases README "Of the viewer", QUESTIONS 3, 8, 13-17.
"""

from datetime import datetime

from openrecord.access.rules.codes import is_declined
from openrecord.access.rules.windows import registered_elsewhere_since, registered_since, was_registered
from openrecord.access.types import AccessFacts, Basis, Reason, Viewer, ViewerKind
from openrecord.kit.london import birthday, midnight
from openrecord.registry.types import OdsCode, Policy

ADULT = 16
_SUSPENDS = frozenset({Reason.PROXY_AGE_REVIEW, Reason.ADDRESS_FLAGGED, Reason.DECEASED})


def principal(facts: AccessFacts, viewer: Viewer) -> Viewer:
    """The person behind a viewer: for an app the viewer it acts for, otherwise the viewer itself."""
    if viewer.kind is not ViewerKind.APP:
        return viewer
    return facts.viewers.get(viewer.acts_for, viewer) if viewer.acts_for is not None else viewer


def is_of_age(facts: AccessFacts, age: int, at: datetime) -> bool:
    """Whether the patient has reached `age`. Without a birth date nobody has reached anything."""
    return facts.born is not None and at >= midnight(birthday(facts.born, age))


def is_own_choice(viewer: Viewer) -> bool:
    """Whether the patient's own decline, pause and lowering reach this viewer."""
    return viewer.kind is ViewerKind.SELF or viewer.basis is Basis.CONSENT


def opened(facts: AccessFacts, viewer: Viewer, org: OdsCode, at: datetime) -> datetime | None:
    """When the viewer's grant opened at `org`: the latest of grant, go-live, registration and coming of age.

    None where it has not opened. `viewer` is a principal.
    """
    policy, start = facts.policies.get(org), begun(facts, viewer, org, at)
    if policy is None or policy.go_live is None or start is None:
        return None
    latest = max(start, midnight(policy.go_live))
    return latest if latest <= at and was_registered(facts, org, at, latest) else None


def begun(facts: AccessFacts, viewer: Viewer, org: OdsCode, at: datetime) -> datetime | None:
    """When the viewer's grant began at `org`, whether live or not: the latest of grant, registration, coming of age."""
    registered = registered_since(facts, org, at)
    if viewer.granted is None or registered is None:
        return None
    instants = [viewer.granted, registered]
    if viewer.kind is ViewerKind.SELF:
        if facts.born is None:
            return None
        of_age = midnight(birthday(facts.born, ADULT))
        if at >= of_age or facts.competence is None:
            instants.append(of_age)
        else:
            instants.append(facts.competence.since)
    return max(instants)


def viewer_reasons(facts: AccessFacts, viewer: Viewer, at: datetime) -> frozenset[Reason]:
    """Every code of the viewer that does not depend on the entry."""
    person = principal(facts, viewer)
    reasons = set(_person_reasons(facts, person, at))
    if person.kind is ViewerKind.PROXY:
        reasons |= _proxy_reasons(facts, person, at)
    if viewer.kind is ViewerKind.APP and viewer.revoked:
        reasons.add(Reason.TOKEN_REVOKED)
    if facts.born is None or person.granted is None or person.granted > at or person.kind is ViewerKind.APP:
        reasons.add(Reason.UNKNOWN_INPUT)
    return frozenset(reasons)


def is_suspended(facts: AccessFacts, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody acts for the patient and nothing is theirs to see or to do: no question, no answer, no card, not
    even which practice it is. They keep the choice to stop acting.
    """
    return viewer.kind is ViewerKind.PROXY and bool(_SUSPENDS & viewer_reasons(facts, viewer, at))


def _person_reasons(facts: AccessFacts, person: Viewer, at: datetime) -> set[Reason]:
    reasons = set()
    if facts.died:
        reasons.add(Reason.DECEASED)
    if is_own_choice(person):
        if is_declined(facts):
            reasons.add(Reason.DECLINED)
        if facts.paused or facts.online.paused:
            reasons.add(Reason.PAUSED)
    is_young = facts.born is not None and not is_of_age(facts, ADULT, at)
    if person.kind is ViewerKind.SELF and is_young and facts.competence is None:
        reasons.add(Reason.UNDER_16)
    return reasons


def _proxy_reasons(facts: AccessFacts, proxy: Viewer, at: datetime) -> set[Reason]:
    reasons = set()
    if proxy.revoked:
        reasons.add(Reason.PROXY_REVOKED)
    if proxy.expires is not None and at >= midnight(proxy.expires):
        reasons.add(Reason.PROXY_EXPIRED)
    if proxy.granted is not None and registered_elsewhere_since(facts, proxy.listed_org, proxy.granted, at):
        reasons.add(Reason.PROXY_MOVED)
    if facts.address_flagged:
        reasons.add(Reason.ADDRESS_FLAGGED)
    if needs_age_review(facts, proxy, at):
        reasons.add(Reason.PROXY_AGE_REVIEW)
    return reasons


def review_age(facts: AccessFacts, proxy: Viewer) -> int:
    """The age at which the listed practice reviews a parent's access."""
    policy = facts.policies.get(proxy.listed_org) if proxy.listed_org is not None else None
    return (policy or Policy()).review_age


def is_not_carried_on(facts: AccessFacts, proxy: Viewer) -> bool:
    """Whether the last review of a parent's access, since it was granted, did not carry it on."""
    reviews = [review for review in facts.age_reviews if review.viewer_id == proxy.viewer_id]
    return bool(reviews) and not reviews[-1].carries_on and (proxy.granted is None or reviews[-1].at >= proxy.granted)


def needs_age_review(facts: AccessFacts, proxy: Viewer, at: datetime) -> bool:
    """Whether a parent's access is suspended: at 16 always, from the review age until somebody decides (R24, R25)."""
    if proxy.basis is not Basis.PARENTAL or facts.born is None:
        return False
    if is_of_age(facts, ADULT, at):
        return True
    age = review_age(facts, proxy)
    if not is_of_age(facts, age, at):
        return False
    reviewed_from = midnight(birthday(facts.born, age))
    if proxy.granted is not None and proxy.granted >= reviewed_from:
        latest_grant: datetime | None = proxy.granted
    else:
        latest_grant = None
    decisions = [
        r for r in facts.age_reviews if r.viewer_id == proxy.viewer_id and (r.age >= age or r.at >= reviewed_from)
    ]
    if decisions and (latest_grant is None or decisions[-1].at >= latest_grant):
        return not decisions[-1].carries_on
    return latest_grant is None
