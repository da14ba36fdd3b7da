"""A patient is erased: every station lets go of what it holds, in the transaction that decides it."""

from openrecord.access import actions as access
from openrecord.access import erasing as access_erasing
from openrecord.access import queries
from openrecord.attachments import actions as attachments
from openrecord.audit.types import system
from openrecord.cards import actions as cards
from openrecord.caseload import actions as caseload
from openrecord.identity import numbers
from openrecord.identity import queries as people
from openrecord.identity.types import PersonId
from openrecord.ingest.actions import erasing as ingest
from openrecord.notify import actions as notify
from openrecord.registry.events import Erased
from openrecord.restricted import actions as restricted
from openrecord.screening.actions import erasing as screening
from openrecord.taking import actions as taking
from openrecord.timeline import tasks as timeline


def erased(event: Erased) -> None:
    """Nothing of the patient is left but on the trail. Who proved to be the patient is nobody here any more.

    Unless they act for somebody else: that is about the other one.
    """
    patient_id = event.patient.patient_id
    access.lock_patient(patient_id)
    numbers.forget_people_of(patient_id=patient_id, but=_act_for_others(event), by=system("registry"), at=event.at)
    for station in (timeline, taking, notify, screening, attachments, cards, caseload, restricted):
        station.erase(patient_id)
    ingest.erase(event.patient)
    access_erasing.erase(event.patient)


def _act_for_others(event: Erased) -> frozenset[PersonId]:
    own = event.patient.patient_id
    persons = (person.person_id for person in people.people_of_patient(own))
    return frozenset(
        one for one in persons if any(viewing.patient_id != own for viewing in queries.viewings(one, at=event.at))
    )
