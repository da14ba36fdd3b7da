"""Why a part of a record shows nothing: what the viewer is told of it (R5).

It follows from what is open to this viewer alone, never from what there is: nothing hidden can make a difference.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NewType

from openrecord.access.rules.choices import Why, apart_from_online, why_closed
from openrecord.access.rules.sight import SightContext
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, Reason, Standing, Viewer, ViewerKind
from openrecord.clinical.kinds import Level, Slot
from openrecord.registry.types import OdsCode

Absences = NewType("Absences", str)
"""Of each slot, in the order of their numbers, why nothing of it can be shown: a digit, the place of the reason in
_SAYS_MOST. OPEN where some of it is open. It is kept with the Sight, so that an empty list needs no fact."""

OPEN = "-"
"""Comes before every digit."""

_SAYS_MOST = (
    Why.LEVEL,
    Why.NOT_OFFERED,
    Why.CHOSEN,
    Why.TOO_YOUNG,
    Why.NOT_GIVEN,
    Why.UNAVAILABLE,
    Why.NOT_ENABLED,
)


def absences(facts: AccessFacts, viewer: Viewer, at: datetime, channel: str) -> Absences:
    """Why nothing of a slot can be shown to this viewer, whether there is an entry of it or not.

    Of several practices the one that says most. Where the patient is registered nowhere, nobody closes anything.
    """
    context = SightContext(facts, viewer, at, channel)
    practices = sorted({stay.ods for stay in facts.registrations if is_registered(facts, stay.ods, at)})
    whole = {org: _why_all(facts, viewer, context, org, at, channel) for org in practices}
    return Absences("".join(_absent(facts, viewer, context, slot, whole) for slot in Slot))


def absence(told: Absences, slots: Collection[Slot]) -> Why | None:
    """Why nothing of these slots can be shown; None where some of it is open, so that there may just be nothing."""
    most = min(told[slot] for slot in slots)
    return None if most == OPEN else _SAYS_MOST[int(most)]


def _absent(
    facts: AccessFacts, viewer: Viewer, context: SightContext, slot: Slot, whole: dict[OdsCode, Why | None]
) -> str:
    """The letter of a slot. `whole`: of each practice why nothing at all is open there.

    Who acts for somebody is told nothing about the patient's own access: only that theirs does not reach so far, or
    that nothing can be shown to anybody.
    """
    if not whole or any(_is_open(facts, context, org, slot) for org in whole):
        return OPEN
    found = {why or _why_slot(context, org, slot) for org, why in whole.items()}
    if viewer.kind is not ViewerKind.SELF and found != {Why.UNAVAILABLE}:
        found = {Why.LEVEL}
    return str(min(map(_SAYS_MOST.index, found)))


def _is_open(facts: AccessFacts, context: SightContext, org: OdsCode, slot: Slot) -> bool:
    """Whether an entry of the slot could be shown, a new one or one of the history opened so far."""
    if not context.reasons(Standing(org, slot)):
        return True
    chunks = (chunk for chunk in facts.chunks if chunk.org == org)
    return any(not context.reasons(Standing(org, slot, frozenset({chunk.chunk_id}))) for chunk in chunks)


def _why_all(
    facts: AccessFacts, viewer: Viewer, context: SightContext, org: OdsCode, at: datetime, channel: str
) -> Why | None:
    """Why a practice has nothing at all open for the viewer; None where it has."""
    if context.level(org) is not Level.NONE:
        return None
    apart = apart_from_online(facts)
    given = SightContext(apart, viewer, at, channel)
    return why_closed(apart, viewer, given, org, at) if given.level(org) is Level.NONE else Why.CHOSEN


def _why_slot(context: SightContext, org: OdsCode, slot: Slot) -> Why:
    """Why a practice that has something open has nothing of this slot open."""
    return Why.NOT_OFFERED if Reason.SECTION_OFF in context.reasons(Standing(org, slot)) else Why.LEVEL
