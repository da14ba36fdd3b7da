"""Which entries may be copies of what is kept back, where a source calls the same things by other names.

That is so after a practice has changed its clinical system or gone into another, and after a GP system has merged two
records. A copy is told by kind and London day alone: too many are found rather than too few, and a person decides.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from msgspec import structs

from openrecord.access.types import NO_PROXY_RULE
from openrecord.clinical.kinds import EntryKind
from openrecord.kit.london import day_of
from openrecord.registry.types import PatientId
from openrecord.screening.types import NO_STANCE, EntryFacts, EntryId, EntryState


def alike(entries: Collection[EntryFacts], *, since: datetime) -> frozenset[EntryId]:
    """Of one patient's entries those known since then, undecided, that are like one which is kept back."""
    kept = {_likeness(entry) for entry in entries if is_kept_back(entry)}
    return frozenset(
        entry.entry_id
        for entry in entries
        if entry.known >= since and entry.stance == NO_STANCE and not entry.wrong_person and _likeness(entry) in kept
    )


def doubted(states: Mapping[EntryId, EntryState]) -> dict[EntryId, EntryState]:
    """Where records lie merged: the entries of all of them, with a doubt where one may be what is kept back in another.

    What is kept back in one is kept back in all until people answer: that it was let go in its own record before does
    not count, because nobody knew of the other then.
    """
    if all(state.facts.came_as is None for state in states.values()):
        return dict(states)
    kept: dict[tuple[EntryKind, date | None], set[PatientId | None]] = {}
    for state in states.values():
        if is_kept_back(state.facts):
            kept.setdefault(_likeness(state.facts), set()).add(state.facts.came_as)
    return {entry_id: _doubted(state, kept.get(_likeness(state.facts), set())) for entry_id, state in states.items()}


def _doubted(state: EntryState, kept_in: Collection[PatientId | None]) -> EntryState:
    facts = state.facts
    is_doubted = not facts.answered and any(record != facts.came_as for record in kept_in)
    if is_doubted is facts.doubted:
        return state
    return structs.replace(state, facts=structs.replace(facts, doubted=is_doubted))


def doubted_if_merged(
    own: Mapping[EntryId, EntryState], theirs: Mapping[EntryId, EntryState], other: PatientId
) -> tuple[EntryState, ...]:
    """The entries that would be doubted if the other record were merged into this one."""
    moved = {
        entry_id: structs.replace(state, facts=structs.replace(state.facts, came_as=other, answered=False))
        for entry_id, state in theirs.items()
    }
    return tuple(state for state in doubted({**own, **moved}).values() if state.facts.doubted)


def is_kept_back(entry: EntryFacts) -> bool:
    """Whether people keep this entry, by itself, from the patient or from somebody who acts for them."""
    stance = entry.stance
    return bool(stance.hides or stance.hold or entry.wrong_person or stance.proxy_rule != NO_PROXY_RULE)


def _likeness(entry: EntryFacts) -> tuple[EntryKind, date | None]:
    return entry.kind, None if entry.clinical is None else day_of(entry.clinical)
