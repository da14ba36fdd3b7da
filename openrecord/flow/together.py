"""Two records that are one person's become one, and are parted again: each in the transaction that decides it."""

from uuid import UUID

from openrecord.access import together as access
from openrecord.attachments import actions as attachments
from openrecord.audit.types import system
from openrecord.caseload import actions as caseload
from openrecord.flow.steps import note_duties
from openrecord.identity import actions as identity
from openrecord.identity import queries as people
from openrecord.registry import queries as registry
from openrecord.registry.events import Merged, Parted
from openrecord.screening import queries as screening
from openrecord.screening.actions import rehoming
from openrecord.screening.actions.settle import settle
from openrecord.screening.events import Cause
from openrecord.taking import sharing

BY = system("registry")


def merged(event: Merged) -> None:
    """The entries of both lie in one record, and nobody sees of it what either kept from them."""
    access.lock_both(event.survivor, event.other)
    _show_out(event)
    survivor, other = registry.patient(event.survivor), registry.patient(event.other)
    entries = [state.public_id for state in screening.states(event.other).values()]
    rehoming.bring_in(survivor, other, at=event.at)
    attachments.rehome(source=event.other, target=event.survivor, entries=entries)
    _note(event)


def parted(event: Parted) -> None:
    """Each entry lies in the record again that it came to, with all that was decided about it."""
    access.lock_both(event.survivor, event.other)
    _show_out(event)
    survivor, other = registry.patient(event.survivor), registry.patient(event.other)
    entries = rehoming.send_back(survivor, other, at=event.at)
    names = [state.public_id for state in screening.states(event.other, entries).values()]
    attachments.rehome(source=event.survivor, target=event.other, entries=names)
    access.hand_on(
        survivor=event.survivor,
        other=event.other,
        entries=[UUID(bytes=entry) for entry in entries],
        since=event.since,
        by=BY,
        at=event.at,
    )
    settle(event.other, at=event.at, cause=Cause.ACCESS)
    _note(event)


def _show_out(event: Merged | Parted) -> None:
    """Whoever reads either signs in anew; apps ask for a new token; links to either end."""
    access.end_tokens(event.survivor, event.other)
    for patient_id in (event.survivor, event.other):
        sharing.end_all(patient_id=patient_id, by=BY, at=event.at)
        for person in people.people_of_patient(patient_id):
            identity.end_sessions_of(person.person_id, reason="records_changed", by=BY, at=event.at)


def _note(event: Merged | Parted) -> None:
    for patient_id in (event.survivor, event.other):
        note_duties(patient_id, at=event.at)
        caseload.list_again(patient_id, at=event.at)
