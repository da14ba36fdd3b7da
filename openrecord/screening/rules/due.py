"""What is open in front of staff because of codes, holds, copies and birthdays (R33, R38; QUESTIONS 1, 2, 6)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from openrecord.access.rules.codes import review_state
from openrecord.access.rules.viewers import ADULT, is_of_age, needs_age_review, opened, review_age, viewer_reasons
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, Basis, Reason, Viewer, ViewerId, ViewerKind
from openrecord.kit.london import birthday, midnight
from openrecord.screening.types import EntryFacts, EntryId

_ENDED = frozenset({Reason.PROXY_REVOKED, Reason.PROXY_EXPIRED, Reason.PROXY_MOVED})


def access_due(facts: AccessFacts, at: datetime) -> frozenset[str]:
    """The items "104_live_access" and "106_after_removal", where any open grant asks for it.

    A parent's grant is over once the patient is 16: only another basis opens access again (QUESTIONS 15).
    """
    found = set()
    adult = is_of_age(facts, ADULT, at)
    for viewer in _people(facts, at):
        if adult and viewer.basis is Basis.PARENTAL:
            continue
        for org in facts.policies:
            if not is_registered(facts, org, at):
                continue
            state = review_state(facts, opened(facts, viewer, org, at), at)
            if state.asks_104:
                found.add("104_live_access")
            if state.asks_106:
                found.add("106_after_removal")
    return frozenset(found)


def age_reviews_due(facts: AccessFacts, at: datetime) -> tuple[ViewerId, ...]:
    """Parents whose access waits for a decision: at the review age, and at 16 (where only an adult basis opens it)."""
    return tuple(
        viewer.viewer_id
        for viewer in _people(facts, at)
        if viewer.kind is ViewerKind.PROXY
        and needs_age_review(facts, viewer, at)
        and not _is_answered(facts, viewer, at)
    )


def _is_answered(facts: AccessFacts, viewer: Viewer, at: datetime) -> bool:
    age = ADULT if is_of_age(facts, ADULT, at) else review_age(facts, viewer)
    return facts.born is not None and any(
        review.viewer_id == viewer.viewer_id and (review.age >= age or review.at >= midnight(birthday(facts.born, age)))
        for review in facts.age_reviews
    )


def ended_holds(entries: Mapping[EntryId, EntryFacts], at: datetime) -> Iterable[tuple[str, EntryId]]:
    """("hold_expired" | "contacted", entry) for every hold that ended without a decision."""
    for entry in entries.values():
        hold = entry.stance.hold
        if hold is None:
            continue
        if hold.until is not None and at >= midnight(hold.until):
            yield "hold_expired", entry.entry_id
        elif hold.until is None and hold.contacted:
            yield "contacted", entry.entry_id


def _people(facts: AccessFacts, at: datetime) -> Iterable[Viewer]:
    return (
        viewer
        for viewer in facts.viewers.values()
        if viewer.kind is not ViewerKind.APP
        and viewer.granted is not None
        and viewer.granted <= at
        and not viewer_reasons(facts, viewer, at) & _ENDED
    )
