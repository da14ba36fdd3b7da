"""A practice's own system says that a patient has died, or that this was wrong."""

from datetime import datetime

from openrecord.audit import queries as audit
from openrecord.audit.types import system
from openrecord.clinical.incoming import ALIVE, IncomingPatient
from openrecord.db.keys import keyed_hash
from openrecord.ingest.rules.deaths import heard
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.events import PersonChange
from openrecord.registry.types import OdsCode, Patient


def hear_of_death(patient: Patient, claimed: IncomingPatient | None, org: OdsCode, *, at: datetime) -> None:
    """Record what the message says of it, where it comes from a practice at which the patient is or was registered."""
    word = None if claimed is None else claimed.died
    if word is None or (word == ALIVE and not patient.died):
        return
    if not any(stay.ods == org for stay in registry.registrations(patient.patient_id)):
        return
    named = keyed_hash("death told", f"{org}|{word}").hex()[:16]
    changes = (PersonChange.DIED, PersonChange.DEATH_UNDONE)
    told, taken_back = (audit.last_changes([patient.patient_id], one.value)[patient.patient_id] for one in changes)
    died = heard(died=patient.died, alive=word == ALIVE, word=named, told=told, taken_back=taken_back)
    if died is not None:
        registry_actions.record_death(patient_id=patient.patient_id, died=died, by=system("ingest"), at=at, told=named)
