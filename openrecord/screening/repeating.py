"""What people decided about entries, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from msgspec import structs

from openrecord.audit.types import Actor, Outcome
from openrecord.ingest import queries as ingest
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening import events, queries
from openrecord.screening.actions import acts
from openrecord.screening.actions.erasing import erase_entry
from openrecord.screening.events import KINDS, Decided, ErasureDecided, FoundWrong
from openrecord.screening.types import EntryId


def _found(about: events.About, by: Actor, at: datetime) -> tuple[PatientId, EntryId] | None:
    """The entry and in whose record it lies: by its own id or, where it was delivered again, by its source key.

    None where it is not here. Records may have been merged, or parted, since.
    """
    if not registry_actions.recover(patient=about.patient, by=by, at=at):
        return None
    came_to = about.patient.patient_id
    home = registry.home(came_to)
    if queries.organisation_of(home, EntryId(about.entry)) is not None:
        return home, EntryId(about.entry)
    came_again = ingest.entry_by_keys(came_to, about.keys)
    return None if came_again is None else (home, EntryId(came_again))


def _decided(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    """Where people have decided about the entry anew meanwhile, only what keeps it back is added to that."""
    told = msgspec.json.decode(body, type=Decided)
    found = _found(told.about, by, at)
    if found is None:
        return Outcome.AWAITED
    patient_id, entry = found
    newest = queries.newest_act(patient_id, entry)
    if newest >= told.sequence:
        if not isinstance(events.decode(told.act), events.Hidden | events.Held):
            return Outcome.NEEDLESS
        told = structs.replace(told, sequence=newest + 1)
    acts.repeat(patient_id=patient_id, entry_id=entry, told=told, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _found_wrong(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    told = msgspec.json.decode(body, type=FoundWrong)
    found = _found(told.about, by, at)
    if found is None:
        return Outcome.AWAITED
    acts.mark_wrong_person(patient_id=found[0], entry_id=found[1], by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _erased(body: bytes, row: bytes, by: Actor, at: datetime) -> Outcome:
    """What comes again after a restore is somebody else's still: that was decided before, and is repeated before."""
    found = _found(msgspec.json.decode(body, type=ErasureDecided).about, by, at)
    if found is None:
        return Outcome.AWAITED
    erase_entry(patient_id=found[0], entry_id=found[1], by=by, at=at, repeats=row)
    return Outcome.REPEATED


HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {
    KINDS[Decided]: _decided,
    KINDS[FoundWrong]: _found_wrong,
    KINDS[ErasureDecided]: _erased,
}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
