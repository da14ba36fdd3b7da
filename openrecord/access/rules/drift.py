"""Where the codes on a record and the live settings of access disagree (R38, R39; domain trap 5).

Every disagreement is listed until a person has ended it. That a 104 stands on access which is open without a newer
decision to keep it is no matter of its own: each 104 that wins asks anew (rules/codes.py), so it is open as a decision.
"""

from datetime import datetime

from openrecord.access.matters import Matter
from openrecord.access.rules.codes import GrantState, is_declined, review_state, winner
from openrecord.access.rules.viewers import opened
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, ReviewCode, ViewerKind
from openrecord.kit.london import day_of
from openrecord.registry.types import OdsCode


def drift(facts: AccessFacts, org: OdsCode, at: datetime) -> frozenset[Matter]:
    """Every disagreement at an organisation; none for who died or is not registered there, since nothing is open."""
    if facts.died or not is_registered(facts, org, at):
        return frozenset()
    found = {
        Matter.PAUSED_WITHOUT_CODE: facts.paused and not is_declined(facts),
        Matter.DECLINED_AGAIN: _is_declined_again(facts),
        Matter.CLOSED_WITHOUT_CODE: _is_closed_without_code(facts, org, at),
    }
    return frozenset(matter for matter, holds in found.items() if holds)


def _is_declined_again(facts: AccessFacts) -> bool:
    """Whether a 103 closes access that speaks of a time before the patient wanted access again.

    A 103 of a later day is a new decline, and agrees with what it does.
    """
    if not facts.undeclined or not is_declined(facts):
        return False
    reversal = max(facts.undeclined)
    return all(
        code.effective is not None and code.effective <= day_of(reversal)
        for code in facts.codes
        if code.code is ReviewCode.DECLINED and (code.recorded or code.known) > reversal
    )


def _is_closed_without_code(facts: AccessFacts, org: OdsCode, at: datetime) -> bool:
    """Whether somebody's access was removed for a 104 that does not stand any more, and nobody is asked about it."""
    standing = winner(facts.codes, at)
    if standing is not None and standing.code is ReviewCode.ENHANCED_REVIEW:
        return False
    states = (
        review_state(facts, opened(facts, viewer, org, at), at)
        for viewer in facts.viewers.values()
        if viewer.kind is not ViewerKind.APP and not viewer.revoked
    )
    return any(state.grant is GrantState.REMOVED and not state.asks_106 for state in states)
