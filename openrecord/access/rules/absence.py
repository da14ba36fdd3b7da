"""Why a part of a record shows nothing: what the viewer is told of it (R5).

It follows from what is open to this viewer alone, never from what there is: nothing hidden can make a difference.
"""

from collections.abc import Collection
from datetime import datetime

from openrecord.access.rules.choices import Why, apart_from_online, why_closed
from openrecord.access.rules.sight import SightContext
from openrecord.access.rules.windows import is_registered
from openrecord.access.types import AccessFacts, Reason, Standing, Viewer, ViewerKind
from openrecord.clinical.kinds import Level, Slot
from openrecord.registry.types import OdsCode


def absence(facts: AccessFacts, viewer: Viewer, slots: Collection[Slot], at: datetime, channel: str) -> Why | None:
    """Why nothing of these slots can be shown; None where some of it is open, so that there may just be nothing.

    Of several practices the one that says most. Who acts for somebody is told nothing about the patient's own access:
    only that theirs does not reach so far, or that nothing can be shown to anybody.
    """
    if openings(facts, viewer, at, channel) & sum(1 << slot for slot in set(slots)):
        return None
    context = SightContext(facts, viewer, at, channel)
    found = {_why(facts, viewer, context, slots, org, at, channel) for org in _practices(facts, at)}
    if viewer.kind is not ViewerKind.SELF:
        return Why.UNAVAILABLE if found == {Why.UNAVAILABLE} else Why.LEVEL
    return next(why for why in _SAYS_MOST if why in found)


def openings(facts: AccessFacts, viewer: Viewer, at: datetime, channel: str) -> int:
    """The slots of which something is open to this viewer, as bits: whether an entry of it is there or not.

    All of them where the patient is registered nowhere, so that nobody closes anything.
    """
    context, practices = SightContext(facts, viewer, at, channel), _practices(facts, at)
    return sum(
        1 << slot for slot in Slot if not practices or any(_is_open(facts, context, org, slot) for org in practices)
    )


def _practices(facts: AccessFacts, at: datetime) -> list[OdsCode]:
    return sorted({stay.ods for stay in facts.registrations if is_registered(facts, stay.ods, at)})


_SAYS_MOST = (
    Why.LEVEL,
    Why.NOT_OFFERED,
    Why.CHOSEN,
    Why.TOO_YOUNG,
    Why.NOT_GIVEN,
    Why.UNAVAILABLE,
    Why.NOT_ENABLED,
)


def _is_open(facts: AccessFacts, context: SightContext, org: OdsCode, slot: Slot) -> bool:
    """Whether an entry of the slot could be shown, a new one or one of the history opened so far."""
    if not context.reasons(Standing(org, slot)):
        return True
    chunks = (chunk for chunk in facts.chunks if chunk.org == org)
    return any(not context.reasons(Standing(org, slot, frozenset({chunk.chunk_id}))) for chunk in chunks)


def _why(
    facts: AccessFacts,
    viewer: Viewer,
    context: SightContext,
    slots: Collection[Slot],
    org: OdsCode,
    at: datetime,
    channel: str,
) -> Why:
    apart = apart_from_online(facts)
    given = SightContext(apart, viewer, at, channel)
    if given.level(org) is Level.NONE:
        return why_closed(apart, viewer, given, org, at)
    if context.level(org) is Level.NONE:
        return Why.CHOSEN
    is_off = all(Reason.SECTION_OFF in context.reasons(Standing(org, slot)) for slot in slots)
    return Why.NOT_OFFERED if is_off else Why.LEVEL
